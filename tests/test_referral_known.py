"""Children that may be known, follow-ups, bars, and what agencies see."""
import uuid

import pytest

from referral_site import (body, case, child, fresh, ok, open_site, post,
                           refused, timeline)


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


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
