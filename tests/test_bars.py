"""Conflict of interest: to a barred party a case does not exist."""
import json
import uuid

import pytest

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
