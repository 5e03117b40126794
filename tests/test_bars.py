"""Conflict of interest: to a barred party a case does not exist."""
import json
import uuid

import pytest

from hotline import shared
from referral_site import (body, case, child, fresh, ok, open_site, post,
                           refused, timeline)

SUSPECT = "Phan Thử Nghiệm Cán Bộ"
SHAPE = {"id", "incident_code", "cases", "received_at", "digest", "links"}


@pytest.fixture(scope="module")
def s():
    s = open_site()
    s.vice = s.d.member("phochutich", "vice_chairman", sms="0900000005")
    s.other = s.d.member("canbo2", "officer", sms="0900000006")
    s.suspect = s.d.member("canbo3", "officer", sms="0900000007",
                           name=SUSPECT)
    s.d.ctl("member", "add", "giaovien", "--name", "Giáo Viên Thử Nghiệm",
            "--role", "officer", "--agency", "truong1")
    s.teacher = s.d.ctl("member", "token", "giaovien")["token"]
    with s.d:
        yield s


def bars(s, code):
    return {b.get("member") or b.get("agency"): b
            for b in case(s, code)["bars"]}


def record(s, key, **more):
    return ok(s.d.api("POST", "/v1/referrals",
                      body(on_behalf_of="th111", **more), key=key))


def duplicates(s, code, key=None):
    return [d["code"] for d in case(s, code, key)["duplicates"]]


def gone(s, code, key):
    refused(s.d.api("GET", f"/v1/cases/{code}", key=key), 404, "not_found")


# ---- Writing is no way to find out ----

def against_suspect(s, **more):
    return ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "team_member", "name": SUSPECT}], **more),
        key=s.hotline))


def test_a_barred_member_cannot_find_a_case_by_its_source_ref(s):
    ref = f"GOI-{uuid.uuid4()}"
    first = against_suspect(s, source_ref=ref)
    gone(s, first["cases"][0], s.suspect)
    mine = record(s, s.suspect, source_ref=ref)
    free = record(s, s.suspect, source_ref=f"GOI-{uuid.uuid4()}")
    assert set(mine) == set(free) == SHAPE
    told = json.dumps(mine)
    for secret in (first["id"], first["incident_code"], *first["cases"]):
        assert secret not in told
    # The same again gives the same again, as it would if it were the first.
    assert record(s, s.suspect, source_ref=ref) == mine
    more = record(s, s.suspect, source_ref=ref, risk="low")
    assert more["id"] == mine["id"]
    # The team sees what it belongs to; nothing was lost.
    assert duplicates(s, mine["cases"][0]) == first["cases"]
    assert duplicates(s, first["cases"][0]) == mine["cases"]
    assert case(s, mine["cases"][0])["assignee"] \
        == case(s, first["cases"][0])["assignee"]
    gone(s, mine["cases"][0], s.suspect)
    # Who is not barred attaches to the first, as ever.
    assert record(s, s.other, source_ref=ref)["id"] == first["id"]


def test_a_barred_member_cannot_find_a_case_by_its_code(s):
    first = against_suspect(s)
    mine = record(s, s.suspect, case_code=first["cases"][0])
    assert set(mine) == SHAPE and mine["cases"] != first["cases"]
    assert mine["incident_code"] != first["incident_code"]
    assert duplicates(s, mine["cases"][0]) == first["cases"]
    follow = record(s, s.other, case_code=first["cases"][0])
    assert follow["cases"] == first["cases"]


def test_a_barred_agency_cannot_follow_a_case_up(s):
    first = ok(post(s, body(children=[child(fresh())])))
    s.d.ctl("case", "bar", first["cases"][0], "--agency", "truong1")
    more = ok(post(s, body(case_code=first["cases"][0])))
    assert set(more) == SHAPE and more["cases"] != first["cases"]
    assert duplicates(s, more["cases"][0]) == first["cases"]
    # Its own again, though, is the receipt that it had.
    refused(s.d.api("GET", first["links"]["self"], key=s.school), 404,
            "not_found")


# ---- What one case tells of another ----

def pair(s):
    name = fresh()
    return [ok(post(s, body(children=[child(name)])))["cases"][0]
            for _ in range(2)]


def test_a_case_does_not_tell_of_one_that_the_reader_is_barred_from(s):
    for here, there in ((0, 1), (1, 0)):
        both = pair(s)
        a, b = both[here], both[there]
        assert duplicates(s, a, s.other) == [b]
        s.d.ctl("case", "bar", b, "--member", "canbo2")
        seen = case(s, a, s.other)
        assert seen["duplicates"] == []
        assert seen["is_possible_duplicate"] is False
        assert seen.get("assigned_why", {}).get("rule") != "same_child"
        id_of = {e["object_id"] for e in timeline(s, b)
                 if e["object_kind"] == "case"}
        a_time = s.d.api("GET", f"/v1/cases/{a}/timeline", key=s.other)
        text = json.dumps(ok(a_time, 200))
        assert "possible_duplicate" not in text and "same_child" not in text
        assert b not in text and not any(i in text for i in id_of)
        # For the others it is all there.
        assert duplicates(s, a) == [b]
        assert "case.possible_duplicate" in [e["act"] for e in timeline(s, a)]


def test_a_case_does_not_tell_of_a_confidential_one(s):
    name = fresh()
    a = ok(post(s, body(children=[child(name)])))["cases"][0]
    b = ok(post(s, body(children=[child(name)], confidential=True)))
    assert duplicates(s, a, s.other) == []
    assert duplicates(s, a) == b["cases"]
    shown = s.d.ctl("case", "timeline", a)["items"]
    assert "case.possible_duplicate" not in [e["act"] for e in shown]


# ---- Agencies ----

@pytest.mark.parametrize("named", [
    "truong1", "TRUONG1", "Lớp 3, co quan  TRUONG1"])
def test_the_agency_of_an_alleged_person_is_barred(s, named):
    code = ok(post(s, body(children=[child(fresh())]),
                   key=s.hotline))["cases"][0]
    assert case(s, code, s.teacher)["code"] == code
    first = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "teacher", "agency": named}])))
    bar = bars(s, first["cases"][0])["truong1"]
    assert (bar["state"], bar["reason"]) == ("provisional", "match")
    refused(s.d.api("GET", first["links"]["self"], key=s.school), 404,
            "not_found")
    refused(s.d.api("POST", first["links"]["updates"], {"text": "x"},
                    key=s.school), 404, "not_found")
    # And whoever works there.
    gone(s, first["cases"][0], s.teacher)
    listed = ok(s.d.api("GET", "/v1/cases?limit=200", key=s.teacher), 200)
    assert first["cases"][0] not in [c["code"] for c in listed["items"]]
    assert "bar" in [e["alert"]["kind"] for e in timeline(
        s, first["cases"][0]) if "alert" in e]


def test_news_that_name_an_agency_bar_it(s):
    first = ok(post(s, body(children=[child(fresh())]), key=s.hotline))
    ok(s.d.api("POST", first["links"]["updates"],
               {"text": "Tin thêm.", "alleged": [
                   {"relation": "teacher", "agency": "truong1"}]},
               key=s.hotline))
    assert list(bars(s, first["cases"][0])) == ["truong1"]
    gone(s, first["cases"][0], s.teacher)


def test_an_agency_that_nobody_knows_bars_nobody(s):
    first = ok(post(s, body(alleged=[
        {"relation": "teacher", "agency": "Trường Không Có Ở Đây"}])))
    assert bars(s, first["cases"][0]) == {}


# ---- Clearing a namesake ----

def named(s):
    """A case whose alleged person has the name of canbo3."""
    code = against_suspect(s)["cases"][0]
    return code, bars(s, code)["canbo3"]["id"]


def clear(s, code, bar, key):
    return s.d.api("POST", f"/v1/cases/{code}/bars/{bar}/clear", {}, key=key)


def test_two_unbarred_members_clear_a_namesake(s):
    code, bar = named(s)
    refused(clear(s, code, bar, s.suspect), 404, "not_found")
    one = ok(clear(s, code, bar, s.lead), 200)
    assert (one["state"], one["clearings"]) == ("provisional", 1)
    refused(clear(s, code, bar, s.lead), 409, "state_conflict")
    gone(s, code, s.suspect)
    two = ok(clear(s, code, bar, s.other), 200)
    assert two["state"] == "cleared"
    assert case(s, code, s.suspect)["code"] == code
    refused(clear(s, code, bar, s.boss), 409, "state_conflict")
    listed, = ok(s.d.api("GET", f"/v1/cases/{code}/bars", key=s.boss),
                 200)["items"]
    assert {c["member"] for c in listed["clearings"]} \
        == {"truongnhom", "canbo2"}
    assert listed["state"] == "cleared" and listed["ground"] == "name"
    acts = [e["act"] for e in timeline(s, code)
            if e["act"].startswith("bar.") and e["act"] != "bar.list"]
    assert acts == ["bar.added", "bar.clearing", "bar.clearing",
                    "bar.cleared"]


def test_a_cleared_namesake_stays_cleared_until_more_is_known(s):
    code, bar = named(s)
    for key in (s.lead, s.boss):
        ok(clear(s, code, bar, key), 200)
    r = case(s, code)["referrals"][0]["id"]

    def news(**alleged):
        ok(s.d.api("POST", f"/v1/referrals/{r}/updates",
                   {"text": f"Tin {uuid.uuid4()}", "alleged": [
                       {"relation": "other", **alleged}]}, key=s.hotline))

    news(name=SUSPECT)
    assert case(s, code, s.suspect)["code"] == code
    news(name=SUSPECT, phone="0900 000 007")
    gone(s, code, s.suspect)


def test_a_bar_of_another_case_or_by_the_lead_is_not_cleared(s):
    code, bar = named(s)
    other = against_suspect(s)["cases"][0]
    refused(clear(s, other, bar, s.lead), 404, "not_found")
    ok(s.d.api("POST", f"/v1/cases/{code}/bars", {"member": "canbo2"},
               key=s.lead), 204)
    standing = bars(s, code)["canbo2"]
    assert standing["state"] == "standing"
    refused(clear(s, code, standing["id"], s.boss), 409, "state_conflict")
    gone(s, code, s.other)


def test_who_is_barred_later_has_cleared_nothing(s):
    code, bar = named(s)
    ok(clear(s, code, bar, s.other), 200)
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    assert ok(clear(s, code, bar, s.lead), 200)["state"] == "provisional"
    assert ok(clear(s, code, bar, s.boss), 200)["state"] == "cleared"


def test_an_admin_sees_that_there_are_bars_not_of_whom(s):
    code, _ = named(s)
    s.d.ctl("case", "bar", code, "--agency", "truong1")
    listed = s.d.ctl("case", "bars", code)["items"]
    assert [(b["kind"], b["state"]) for b in listed] \
        == [("member", "provisional"), ("agency", "standing")]
    told = json.dumps(listed)
    assert "canbo3" not in told and "truong1" not in told


def test_a_holder_who_recuses_loses_the_case_and_the_lead_is_told(s):
    code = ok(post(s, body(children=[child(fresh())]),
                   key=s.hotline))["cases"][0]
    assert case(s, code)["assignee"] == "canbo"
    case(s, code, s.officer)
    ok(s.d.api("POST", f"/v1/cases/{code}/recuse", {}, key=s.officer), 204)
    assert case(s, code)["assignee"] == "truongnhom"
    gone(s, code, s.officer)
    listed, = ok(s.d.api("GET", f"/v1/cases/{code}/bars", key=s.lead),
                 200)["items"]
    assert "case.read" in [e["act"] for e in listed["earlier"]]


# ---- Sending a child where the suspect works ----

def refer(s, code, key, **more):
    tag = f'"{case(s, code)["version"]}"'
    return s.d.api("POST", f"/v1/cases/{code}/refer", {
        "agency": "truong1", "service": "Tư vấn", "reason": "Để thử.",
        "due_at": "2026-12-01T00:00:00+07:00", "share": shared("name"), **more},
        key=key, headers={"If-Match": tag})


def test_an_alleged_agency_gets_no_child_unless_the_lead_says_why(s):
    code = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "teacher", "agency": "truong1"}]),
        key=s.hotline))["cases"][0]
    holder = case(s, code)["assignee"]
    assert holder == "canbo"
    reason = {"conflict_reason": "Ban giám hiệu không liên quan."}
    for more in ({}, reason):
        r = refused(refer(s, code, s.officer, **more), 422, "invalid_fields")
        assert r["errors"][0]["pointer"] == "/agency"
    r = refused(refer(s, code, s.lead), 422, "invalid_fields")
    assert r["errors"][0]["pointer"] == "/conflict_reason"
    out = ok(refer(s, code, s.lead, **reason))
    path = f"/v1/referrals/{out['id']}"
    assert ok(s.d.api("GET", path, key=s.school), 200)["state"] == "sent"
    a = ok(s.d.api("POST", f"{path}/accept", {}, key=s.school), 200)
    assert "conflict_reason" not in json.dumps(a)
    sent = next(e for e in timeline(s, code) if e["act"] == "referral.sent")
    assert sent["detail"]["despite_bar"] is True


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
