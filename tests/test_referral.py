"""Notifications come in: POST /v1/referrals and what agencies see of them."""
import base64
import copy
import hashlib
import hmac
import itertools
import json
import uuid

import pytest

from hotline import ROOT, Daemon

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
RECEIVED = "2026-11-24T06:40:00+07:00"
numbers = itertools.count(1)


def body(**more):
    return {"kind": "abused",
            "source": {"channel": "phone", "received_at": RECEIVED},
            "narrative": "Nội dung thử nghiệm.", **more}


def child(name, **more):
    return {"name": name, **more}


def fresh():
    """A name that no other test uses."""
    return f"Trẻ Thử Nghiệm Số {next(numbers)}"


class Site:
    pass


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site()
        s.d = d
        s.school = d.agency("truong1", "school")
        s.hotline = d.agency("th111", "hotline")
        s.officer = d.member("canbo", "officer", duty=True, sms="0900000001")
        s.lead = d.member("truongnhom", "lead", sms="0900000002")
        s.boss = d.member("chutich", "chairman", sms="0900000003")
        s.police = d.member("congan", "police", sms="0900000004",
                            name="Lê Thử Nghiệm Công An")
        yield s


def post(s, b, key=None, **more):
    return s.d.api("POST", "/v1/referrals", b, key=key or s.school, **more)


def ok(answer, status=201):
    assert answer.status == status, answer
    return answer.json


def refused(answer, status, code):
    assert (answer.status, answer.json["code"]) == (status, code), answer
    return answer.json


def case(s, code, key=None):
    return ok(s.d.api("GET", f"/v1/cases/{code}", key=key or s.boss), 200)


def timeline(s, code):
    return ok(s.d.api("GET", f"/v1/cases/{code}/timeline", key=s.boss),
              200)["items"]


# ---- The receipt ----

def test_a_notification_opens_a_case_for_each_child(s):
    b = body(children=[child(fresh()), child(fresh()), {}])
    a = post(s, b)
    r = ok(a)
    assert len(set(r["cases"])) == 3
    assert r["digest"] == hashlib.blake2b(
        json.dumps(b, ensure_ascii=False).encode(),
        digest_size=32).hexdigest()
    assert a.headers["location"] == r["links"]["self"] \
        == f"/v1/referrals/{r['id']}"
    for code, sent in zip(r["cases"], b["children"]):
        c = case(s, code)
        assert c["incident"] == r["incident_code"]
        assert c["children"] == [sent]


def test_a_case_opens_without_a_child(s):
    r = ok(post(s, body()))
    assert len(r["cases"]) == 1
    assert case(s, r["cases"][0])["children"] == [{}]


def test_t0_is_the_first_place_of_receipt(s):
    c = case(s, ok(post(s, body()))["cases"][0])
    assert c["t0_at"] == RECEIVED
    assert c["received_at"] == "2026-11-24T07:00:00+07:00"
    n08 = next(k for k in c["clocks"] if k["step"] == "N08")
    assert n08["due_at"] == "2026-11-24T18:40:00+07:00"


def test_what_the_daemon_does_itself_is_done(s):
    c = case(s, ok(post(s, body()))["cases"][0])
    state = {k["step"]: k["state"] for k in c["clocks"]}
    assert [state[n] for n in ("N01", "N02", "N03")] == ["done"] * 3
    assert [state[n] for n in ("N04", "N06", "N07", "N08")] == ["open"] * 4
    assert c["assignee"] == "canbo"
    assert c["assigned_why"]["rule"] == "duty"


def test_names_are_stored_in_nfc(s):
    import unicodedata
    name = unicodedata.normalize("NFD", "Trẻ Thử Nghiệm Ổn Định")
    c = case(s, ok(post(s, body(children=[child(name)])))["cases"][0])
    assert c["children"][0]["name"] == unicodedata.normalize("NFC", name)


# ---- Emergencies ----

@pytest.mark.parametrize("more,emergency,carer", [
    ({}, "presumed", "no"),
    ({"risk": "medium"}, "presumed", "no"),
    ({"risk": "high"}, "yes", "no"),
    ({"alleged": [{"relation": "teacher"}]}, "presumed", "no"),
    ({"alleged": [{"relation": "kin"}, {"relation": "carer"}]}, "yes", "yes"),
    ({"alleged": [{"relation": "parent"}]}, "yes", "yes"),
])
def test_only_what_is_certain_makes_an_emergency(s, more, emergency, carer):
    c = case(s, ok(post(s, body(**more)))["cases"][0])
    assert c["facts"]["emergency"] == emergency
    assert c["facts"]["alleged_carer"] == carer
    assert c["facts"]["risk"] == "unknown"  # the ward has not concluded
    open_ = {k["step"] for k in c["clocks"] if k["state"] == "open"}
    assert "N08" in open_
    assert ("N07" in open_) == (emergency == "presumed")
    assert ("N09" in open_) == (carer == "yes")


# ---- Mistakes ----

def test_every_mistake_is_told_at_once(s):
    r = refused(post(s, {"kind": "bad", "source": {"channel": "phone"},
                         "children": [{"personal_id": "1", "age": "bảy"}],
                         "sourceref": "x"}), 422, "invalid_body")
    pointers = {e["pointer"] for e in r["errors"]}
    assert pointers >= {"/kind", "/source/received_at", "/narrative",
                        "/children/0/personal_id", "/children/0/age"}
    assert "sourceref" not in json.dumps(r) and "bảy" not in json.dumps(r)


@pytest.mark.parametrize("more,pointer", [
    ({"source": {"channel": "phone",
                 "received_at": "2026-11-24T08:00:00+07:00"}},
     "/source/received_at"),
    ({"children": [{}] * 21}, "/children"),
    ({"children": []}, "/children"),
    ({"source_ref": "có dấu cách"}, "/source_ref"),
    ({"on_behalf_of": "th111"}, "/on_behalf_of"),
    ({"abuse_kinds": ["violence", "violence"]}, "/abuse_kinds"),
    ({"children": [child("x", birth_date="2026-02-30")]},
     "/children/0/birth_date"),
])
def test_one_wrong_optional_field_refuses_all(s, more, pointer):
    before = len(ok(s.d.admin("GET", "/v1/admin/cases"), 200)["items"])
    r = refused(post(s, body(**more)), 422, "invalid_body")
    assert any(e["pointer"].startswith(pointer) for e in r["errors"]), r
    after = len(ok(s.d.admin("GET", "/v1/admin/cases"), 200)["items"])
    assert before == after


# ---- The same again ----

def test_the_same_key_gives_the_same_receipt(s):
    b = body(children=[child(fresh())])
    key = str(uuid.uuid4())
    first = ok(post(s, b, idem=key))
    assert ok(post(s, b, idem=key)) == first
    assert ok(post(s, b, idem=f'"{key}"')) == first  # a structured field


def test_another_body_under_the_same_key_is_refused(s):
    key = str(uuid.uuid4())
    ok(post(s, body(), idem=key))
    refused(post(s, body(risk="low"), idem=key), 422,
            "idempotency_key_reused")


def test_a_refused_body_does_not_use_up_the_key(s):
    key = str(uuid.uuid4())
    refused(post(s, {}, idem=key), 422, "invalid_body")
    ok(post(s, body(), idem=key))


def test_keys_of_two_agencies_do_not_meet(s):
    key = str(uuid.uuid4())
    one = ok(post(s, body(), idem=key))
    two = ok(post(s, body(), key=s.hotline, idem=key))
    assert one["id"] != two["id"]


@pytest.mark.parametrize("key,status,code", [
    (None, 400, "idempotency_key_missing"),
    ("có dấu".encode().decode("latin-1"), 400, "idempotency_key_invalid"),
    ("a b", 400, "idempotency_key_invalid"),
    ("x" * 256, 400, "idempotency_key_invalid"),
])
def test_agencies_need_a_key_for_each_notification(s, key, status, code):
    headers = {} if key is None else {"Idempotency-Key": key}
    refused(post(s, body(), idem=False, headers=headers), status, code)


def test_a_source_ref_is_one_notification(s):
    b = body(source_ref=f"TH-{uuid.uuid4()}")
    first = ok(post(s, b))
    assert ok(post(s, b)) == first
    refused(post(s, {**b, "risk": "low"}), 422, "source_ref_taken")
    other = ok(post(s, b, key=s.hotline))
    assert other["id"] != first["id"]


# ---- A member writes for an agency ----

def test_a_member_records_on_behalf_of(s):
    ref = f"GOI-{uuid.uuid4()}"
    b = body(source_ref=ref, on_behalf_of="th111")
    r = ok(s.d.api("POST", "/v1/referrals", b, key=s.officer))
    assert ok(s.d.api("GET", r["links"]["self"], key=s.hotline), 200)["id"] \
        == r["id"]
    c = case(s, r["cases"][0])
    # Nobody has confirmed to the sender yet: that stays to be done.
    assert {k["step"]: k["state"] for k in c["clocks"]}["N02"] == "open"
    # The copy over the API attaches, though its text differs.
    copy_ = ok(post(s, body(source_ref=ref, risk="high"), key=s.hotline))
    assert copy_["id"] == r["id"] and copy_["cases"] == r["cases"]
    c = case(s, r["cases"][0])
    assert c["facts"]["emergency"] == "yes"
    assert c["referrals"][0]["updates"][0]["body"]["risk"] == "high"


def test_a_member_must_say_for_whom(s):
    a = s.d.api("POST", "/v1/referrals", body(), key=s.officer)
    assert refused(a, 422, "invalid_body")["errors"][0]["pointer"] \
        == "/on_behalf_of"
    a = s.d.api("POST", "/v1/referrals", body(on_behalf_of="nowhere"),
                key=s.officer)
    refused(a, 422, "invalid_body")


# ---- What was refused is not lost ----

def test_refused_bodies_are_kept_and_three_in_a_row_shout(s):
    key = s.d.agency("cautha", "other")
    sent = '{"kind": "abused", "tên": "Trẻ Thử Nghiệm Bị Mất"'
    bodies = [sent, json.dumps(body(kind="x")), json.dumps({})]
    for text, code in zip(bodies, ["invalid_json", "invalid_body",
                                   "invalid_body"]):
        assert post(s, text.encode(), key=key).json["code"] == code
    items = [i for i in ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)
             ["items"] if i["agency"] == "cautha"]
    assert [i["status"] for i in items] == [400, 422, 422]
    assert "seen_at" not in items[0]
    full = ok(s.d.api("GET", f"/v1/refused/{items[0]['id']}", key=s.lead), 200)
    assert full["body"] == sent
    alarms = [a for a in ok(s.d.api("GET", "/v1/alerts", key=s.lead), 200)
              ["items"] if a["kind"] == "alarm_refused_in_row"]
    assert [a["subject"] for a in alarms].count("cautha") == 1
    counts = {a["code"]: a["refused_in_row"]
              for a in s.d.ctl("agency", "list")["items"]}
    assert counts["cautha"] == 3
    ok(post(s, body(), key=key))
    counts = {a["code"]: a["refused_in_row"]
              for a in s.d.ctl("agency", "list")["items"]}
    assert counts["cautha"] == 0


def test_only_those_who_decide_see_what_was_refused(s):
    for key in (s.officer, s.police):
        refused(s.d.api("GET", "/v1/refused", key=key), 403, "forbidden")
        refused(s.d.api("GET", f"/v1/refused/{uuid.uuid4()}", key=key), 403,
                "forbidden")


# ---- A child we may know ----

def test_the_same_child_gets_a_case_of_its_own(s):
    name = fresh()
    first = ok(post(s, body(children=[child(name, age=7)])))["cases"][0]
    s.d.member("moi", "officer", duty=True, sms="0900000009")
    unsigned = ok(post(s, body(children=[child(
        name.upper().replace("TRẺ", "TRE"), age=8)]), key=s.hotline))
    second = unsigned["cases"][0]
    assert set(unsigned) == {"id", "incident_code", "cases", "received_at",
                             "digest", "links"}
    a, b = case(s, first), case(s, second)
    assert a["is_possible_duplicate"] and b["is_possible_duplicate"]
    assert [d["code"] for d in a["duplicates"]] == [second]
    assert [d["code"] for d in b["duplicates"]] == [first]
    assert b["assignee"] == a["assignee"] == "canbo"
    assert b["assigned_why"]["rule"] == "same_child"
    # The agency's view of it is that of any other notification.
    plain = ok(post(s, body(children=[child(fresh())]), key=s.hotline))
    seen, other = (ok(s.d.api("GET", r["links"]["self"], key=s.hotline), 200)
                   for r in (unsigned, plain))
    assert set(seen) == set(other)
    assert seen["state"] == other["state"] == "assigned"
    s.d.ctl("member", "stop", "moi")


@pytest.mark.parametrize("one,two,same", [
    ({"age": 7}, {"age": 12}, False),
    ({"age": 7}, {}, True),
    ({"age": 6}, {"birth_date": "2020-02-02"}, True),
    ({"age": 6}, {"birth_date": "2012-02-02"}, False),
    ({"birth_date": "2020-02-02"}, {"birth_date": "2020-02-03"}, False),
    ({"birth_date": "2020-02-02"}, {"birth_date": "2020-02-02"}, True),
])
def test_a_name_alone_is_not_enough_when_the_birth_differs(s, one, two, same):
    name = fresh()
    ok(post(s, body(children=[child(name, **one)])))
    r = ok(post(s, body(children=[child(name, **two)])))
    assert case(s, r["cases"][0])["is_possible_duplicate"] is same


def test_a_personal_id_is_enough(s):
    number = "052012345678"
    ok(post(s, body(children=[child(fresh(), personal_id=number, age=3)])))
    r = ok(post(s, body(children=[child(fresh(), personal_id=number,
                                        age=15)])))
    assert case(s, r["cases"][0])["is_possible_duplicate"]


# ---- More about it ----

def test_a_follow_up_that_names_an_open_case_attaches(s):
    first = ok(post(s, body(children=[child(fresh())])))
    before = case(s, first["cases"][0])
    assert before["facts"]["emergency"] == "presumed"
    again = ok(post(s, body(case_code=first["cases"][0].lower(),
                            alleged=[{"relation": "parent"}])))
    assert again["cases"] == first["cases"] and again["id"] != first["id"]
    assert again["incident_code"] == first["incident_code"]
    after = case(s, first["cases"][0])
    assert after["facts"]["emergency"] == "yes"
    assert len(after["referrals"]) == 2
    kinds = [e.get("alert", {}).get("kind")
             for e in timeline(s, first["cases"][0])]
    assert "update" in kinds


def test_a_case_of_another_agency_cannot_be_followed_up(s):
    mine = ok(post(s, body(children=[child(fresh())])))
    other = ok(post(s, body(case_code=mine["cases"][0]), key=s.hotline))
    nowhere = ok(post(s, body(case_code="AAAA-AAAA"), key=s.hotline))
    assert other["cases"] != mine["cases"]
    assert set(other) == set(nowhere)


def test_updates_reach_the_case_and_whoever_holds_it(s):
    r = ok(post(s, body(children=[child(fresh())])))
    path = r["links"]["updates"]
    u = {"text": "Tin thêm để thử.", "risk": "high"}
    key = str(uuid.uuid4())
    made = ok(s.d.api("POST", path, u, key=s.school, idem=key))
    assert ok(s.d.api("POST", path, u, key=s.school, idem=key)) == made
    c = case(s, r["cases"][0])
    assert c["facts"]["emergency"] == "yes"
    assert [x["body"] for x in c["referrals"][0]["updates"]] == [u]
    refused(s.d.api("POST", path, {"txt": "x"}, key=s.school), 422,
            "invalid_body")
    refused(s.d.api("POST", path, u, key=s.hotline), 404, "not_found")


# ---- Confidential ----

def test_a_confidential_referral_shows_by_its_secret_alone(s):
    b = body(confidential=True, children=[child(fresh())])
    key = str(uuid.uuid4())
    r = ok(post(s, b, idem=key))
    assert len(r["secret"]) == 32
    assert ok(post(s, b, idem=key)) == r
    get = lambda **h: s.d.api("GET", r["links"]["self"], key=s.school,
                              headers=h)
    refused(get(), 404, "not_found")
    refused(get(**{"Receipt-Secret": "0" * 32}), 404, "not_found")
    assert ok(get(**{"Receipt-Secret": r["secret"]}), 200)["state"] \
        == "assigned"
    listed = ok(s.d.api("GET", "/v1/referrals?limit=200", key=s.school), 200)
    assert r["id"] not in [i["id"] for i in listed["items"]]
    refused(s.d.api("POST", r["links"]["updates"], {"text": "x"},
                    key=s.school), 404, "not_found")
    ok(s.d.api("POST", r["links"]["updates"], {"text": "x"}, key=s.school,
               headers={"Receipt-Secret": r["secret"]}))


# ---- What the sender sees ----

def test_lists_page_through_all_of_ones_own(s):
    key = s.d.agency("trangdai", "health")
    ids = [ok(post(s, body(), key=key))["id"] for _ in range(7)]
    seen, path = [], "/v1/referrals?limit=3"
    while path:
        a = s.d.api("GET", path, key=key)
        page = ok(a, 200)
        seen += [i["id"] for i in page["items"]]
        link = a.headers.get("link")
        path = link[1:link.index(">")] if link else None
    assert seen == ids
    for query in ("limit=0", "limit=201", "state=bad", "direction=up",
                  "after=x"):
        refused(s.d.api("GET", f"/v1/referrals?{query}", key=key), 400,
                "invalid_query")
    out = ok(s.d.api("GET", "/v1/referrals?direction=out", key=key), 200)
    assert out["items"] == []


def test_the_state_moves_forward_and_no_further_than_it_may(s):
    r = ok(post(s, body(children=[child(fresh())])))
    a = s.d.api("GET", r["links"]["self"], key=s.school)
    assert a.json["state"] == "assigned"
    same = s.d.api("GET", r["links"]["self"], key=s.school,
                   headers={"If-None-Match": a.headers["etag"]})
    assert same.status == 304
    c = s.d.api("GET", f"/v1/cases/{r['cases'][0]}", key=s.officer)
    ok(s.d.api("POST", f"/v1/cases/{r['cases'][0]}/steps/N04/done",
               {"acted_at": "2026-11-24T07:00:00+07:00"}, key=s.officer,
               headers={"If-Match": c.headers["etag"]}), 200)
    b = s.d.api("GET", r["links"]["self"], key=s.school,
                headers={"If-None-Match": a.headers["etag"]})
    assert ok(b, 200)["state"] == "in_progress"


# ---- Keys ----

def test_a_signing_key_must_sign(s):
    s.d.agency("kyten", "health")
    made = s.d.ctl("key", "add", "kyten", "--sign")
    secret = base64.b64decode(made["sign_secret"].removeprefix("whsec_"))
    text = json.dumps(body(), ensure_ascii=False).encode()
    now = 1795478400  # the test clock

    def signed(stamp=now, over=text, **more):
        i = f"msg_{uuid.uuid4()}"
        mac = hmac.new(secret, f"{i}.{stamp}.".encode() + over,
                       hashlib.sha256).digest()
        return {"webhook-id": i, "webhook-timestamp": str(stamp),
                "webhook-signature": "v1," + base64.b64encode(mac).decode(),
                **more}

    def send(headers):
        return post(s, text, key=made["key"], idem=False, headers=headers)

    ok(send(signed()))  # the signed id is the idempotency key
    ok(send(signed(now - 300)))
    ok(send(signed(now + 300)))
    for stamp in (now - 301, now + 301):
        r = refused(send(signed(stamp)), 401, "clock_skew")
        assert r["server_time"] == "2026-11-24T07:00:00+07:00"
        assert r["duty_phone"] == "111"
    refused(send(signed(over=text + b" ")), 401, "signature_wrong")
    refused(send({"Idempotency-Key": "x"}), 401, "signature_wrong")
    refused(send(signed(**{"Idempotency-Key": "another"})), 401,
            "signature_wrong")


def test_a_key_that_fails_tells_the_duty_phone(s):
    good = s.school
    last = "0" if good[-1] != "0" else "1"
    for bad in (good[:-1] + last, "hla_x", good.replace("truong1", "truong2"),
                None):
        a = s.d.api("GET", "/v1/referrals", key=bad)
        r = refused(a, 401, "unauthorized")
        assert r["duty_phone"] == "111"
        assert a.headers["www-authenticate"].startswith("Bearer")


def test_keys_end_when_they_are_revoked_or_over(s):
    key = s.d.agency("hetkhoa", "other")
    ident = s.d.ctl("key", "list", "hetkhoa")["items"][0]["id"]
    ok(s.d.api("GET", "/v1/referrals", key=key), 200)
    s.d.ctl("key", "revoke", ident)
    refused(s.d.api("GET", "/v1/referrals", key=key), 401, "key_expired")
    key = s.d.ctl("key", "add", "hetkhoa")["key"]
    ok(s.d.api("GET", "/v1/referrals", key=key), 200)
    s.d.ctl("agency", "stop", "hetkhoa")
    refused(s.d.api("GET", "/v1/referrals", key=key), 401, "key_expired")


def test_the_quota_is_a_minutes(s):
    s.d.ctl("agency", "add", "itlan", "other", "--name", "Ít lần", "--quota",
            "3")
    key = s.d.ctl("key", "add", "itlan")["key"]
    for left in (2, 1, 0):
        a = post(s, body(), key=key)
        ok(a)
        assert a.headers["ratelimit-policy"] == '"minute";q=3;w=60'
        assert a.headers["ratelimit"] == f'"minute";r={left};t=60'
    a = post(s, body(), key=key)
    refused(a, 429, "quota_exceeded")
    assert a.headers["retry-after"] == "60"
    assert s.d.api("GET", "/v1/referrals", key=key).status == 429


# ---- Bars ----

def test_a_team_member_among_the_alleged_never_learns_of_it(s):
    r = ok(post(s, body(children=[child(
        fresh(), father={"name": "le  thu nghiem cong an"})])))
    code = r["cases"][0]
    c = case(s, code)
    assert [(b["member"], b["state"], b["reason"]) for b in c["bars"]] \
        == [("congan", "provisional", "match")]
    told = [d["member"] for e in timeline(s, code)
            if e.get("alert", {}).get("kind") == "bar"
            for d in e["deliveries"]]
    assert told == ["truongnhom"]
    refused(s.d.api("GET", f"/v1/cases/{code}", key=s.police), 404,
            "not_found")


def test_an_alleged_officer_does_not_get_the_case(s):
    s.d.member("trung", "officer", duty=True, sms="0900000077",
               name="Phạm Thử Nghiệm Trùng Tên")
    r = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "team_member", "name": "Phạm Thử Nghiệm Trùng Tên"}])))
    c = case(s, r["cases"][0])
    assert c["assignee"] != "trung"
    refused(s.d.api("GET", f"/v1/cases/{r['cases'][0]}",
                    key=s.d.ctl("member", "token", "trung")["token"]),
            404, "not_found")
    s.d.ctl("member", "stop", "trung")


def test_news_that_name_the_holder_take_the_case_away(s):
    r = ok(post(s, body(children=[child(fresh())])))
    assert case(s, r["cases"][0])["assignee"] == "canbo"
    ok(s.d.api("POST", r["links"]["updates"],
               {"text": "Tin thêm.", "alleged": [
                   {"relation": "kin", "phone": "0900 000 001",
                    "name": "Người canbo"}]}, key=s.school))
    c = case(s, r["cases"][0])
    assert c["assignee"] == "truongnhom"
    refused(s.d.api("GET", f"/v1/cases/{r['cases'][0]}", key=s.officer), 404,
            "not_found")


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
