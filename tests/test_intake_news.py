"""Copies, follow-ups and updates: what they mean for cases that are there."""
import sqlite3
import uuid

import pytest

from hotline import START, copy_of
from referral_site import (RECEIVED, body, case, child, fresh, ok, open_site,
                           post, refused, timeline)


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


@pytest.fixture
def own():
    """A daemon whose clock a test may move."""
    s = open_site()
    with s.d:
        yield s


def recorded(s, **more):
    """A call that the officer wrote down, and its reference."""
    ref = f"GOI-{uuid.uuid4()}"
    r = ok(s.d.api("POST", "/v1/referrals",
                   body(source_ref=ref, on_behalf_of="th111", **more),
                   key=s.officer))
    return ref, r


def names(s, codes):
    return [case(s, c)["children"][0].get("name") for c in codes]


def rings(s, code):
    return [e["alert"]["kind"] for e in timeline(s, code)
            if "alert" in e and e["alert"]["kind"] == "update"]


def bars(s, code):
    return [b.get("member") or b.get("agency") for b in case(s, code)["bars"]]


# ---- Children ----

def test_a_copy_that_names_more_children_opens_their_cases(s):
    one, two, three = fresh(), fresh(), fresh()
    ref, first = recorded(s, children=[child(one)])
    b = body(source_ref=ref, children=[child(two), child(one.upper()),
                                       child(three)])
    copy = ok(post(s, b, key=s.hotline))
    assert copy["id"] == first["id"]
    assert copy["incident_code"] == first["incident_code"]
    assert copy["cases"][0] == first["cases"][0] and len(copy["cases"]) == 3
    assert names(s, copy["cases"]) == [one, two, three]
    for code in copy["cases"]:
        c = case(s, code)
        assert c["incident"] == first["incident_code"] and c["assignee"]
        assert "N08" in {k["step"] for k in c["clocks"]}
    # Sent again, in another order even: nobody is new any more.
    b["children"].reverse()
    assert ok(post(s, b, key=s.hotline))["cases"] == copy["cases"]


def test_a_follow_up_that_names_more_children_opens_their_cases(s):
    one, two = fresh(), fresh()
    first = ok(post(s, body(children=[child(one, age=7)])))
    more = ok(post(s, body(case_code=first["cases"][0],
                           children=[child(two), child(one, age=12)])))
    assert more["incident_code"] == first["incident_code"]
    # The same name, but five years older: a child of its own.
    assert len(more["cases"]) == 3
    assert names(s, more["cases"]) == [one, two, one]
    again = ok(s.d.api("GET", first["links"]["self"], key=s.school), 200)
    assert again["cases"] == first["cases"]


def test_a_child_without_a_name_is_not_doubled_by_its_name(s):
    name = fresh()
    ref, first = recorded(s, children=[{"age": 7}])
    copy = ok(post(s, body(source_ref=ref, children=[child(name, age=8)]),
                   key=s.hotline))
    assert copy["cases"] == first["cases"]
    # It is known by that name now.
    later = ok(post(s, body(children=[child(name, age=7)])))["cases"][0]
    assert [d["code"] for d in case(s, later)["duplicates"]] \
        == first["cases"]


def test_a_follow_up_finds_the_sibling_in_the_same_incident(s):
    one, two = fresh(), fresh()
    first = ok(post(s, body(children=[child(one), child(two)])))
    mother = {"name": "Mẹ Thử Nghiệm Hai"}
    more = ok(post(s, body(case_code=first["cases"][0],
                           children=[child(two, mother=mother)])))
    assert sorted(more["cases"]) == sorted(first["cases"])
    assert [p["name"] for p in case(s, first["cases"][1])["persons"]] \
        == ["Mẹ Thử Nghiệm Hai"]
    assert case(s, first["cases"][0])["persons"] == []


# ---- People around a child ----

def test_a_parent_in_a_copy_is_barred_like_any(s):
    name = fresh()
    ref, first = recorded(s, children=[child(name)])
    code = first["cases"][0]
    assert bars(s, code) == []
    b = body(source_ref=ref, children=[child(
        name, father={"name": "Lê Thử Nghiệm Công An"})])
    ok(post(s, b, key=s.hotline))
    assert bars(s, code) == ["congan"]
    # The copy again, a word more: nobody is written down twice.
    ok(post(s, {**b, "actions_taken": "Đã gọi lại."}, key=s.hotline))
    assert len(case(s, code)["persons"]) == 1


def test_a_carer_in_a_follow_up_who_holds_the_case_loses_it(s):
    name = fresh()
    first = ok(post(s, body(children=[child(name)])))
    assert case(s, first["cases"][0])["assignee"] == "canbo"
    ok(post(s, body(case_code=first["incident_code"], children=[child(
        name, carer={"phone": "0900 000 001"})])))
    assert bars(s, first["cases"][0]) == ["canbo"]
    assert case(s, first["cases"][0])["assignee"] == "truongnhom"


# ---- The first receipt ----

def sooner(at):
    return {"source": {"channel": "phone", "received_at": at}}


def clocks(s, code):
    return {k["step"]: k for k in case(s, code)["clocks"]}


def test_an_earlier_receipt_brings_the_clocks_forward(own):
    s = own
    name = fresh()
    ref, r = recorded(s, children=[child(name)])
    code = r["cases"][0]
    before = clocks(s, code)
    assert before["N08"]["due_at"] == "2026-11-24T18:40:00+07:00"
    ok(post(s, body(source_ref=ref, children=[child(name)],
                    **sooner("2026-11-24T03:10:00+07:00")), key=s.hotline))
    after = clocks(s, code)
    assert case(s, code)["t0_at"] == "2026-11-24T03:10:00+07:00"
    assert after["N08"]["start_at"] == "2026-11-24T03:10:00+07:00"
    assert after["N08"]["due_at"] == "2026-11-24T15:10:00+07:00"
    assert "lapsed_at" not in after["N08"]
    told = {e["act"]: e["detail"] for e in timeline(s, code)
            if e["act"].endswith(".sooner")}
    assert told["case.sooner"]["by_ms"] == (3 * 60 + 30) * 60000
    assert told["clock.sooner"]["by_ms"] == (3 * 60 + 30) * 60000
    # Its warning comes when 6 hours are left of the new limit.
    s.d.step("129m")
    assert "warning" not in kinds(s, code, "N08")
    s.d.step("1m")
    assert "warning" in kinds(s, code, "N08")


def kinds(s, code, step):
    clock = clocks(s, code)[step]["id"]
    return [e["alert"]["kind"] for e in timeline(s, code)
            if e["act"] == "alert.raised" and e["detail"].get("clock") == clock]


def test_a_receipt_so_early_that_it_is_over_lapses_the_sender(own):
    s = own
    first = ok(post(s, body(children=[child(fresh())])))
    code = first["cases"][0]
    s.d.step("3h")
    # 12 hours from there end at 09:00, after we got the first of it.
    ok(post(s, body(case_code=code, **sooner("2026-11-23T21:00:00+07:00"))))
    k = clocks(s, code)["N08"]
    assert k["due_at"] == k["lapsed_at"] == "2026-11-24T09:00:00+07:00"
    assert k["lapse_leg"] == "sender" and k["state"] == "open"
    s.d.step("1s")
    assert "lapsed" in kinds(s, code, "N08")


def test_a_later_receipt_changes_no_clock(s):
    first = ok(post(s, body(children=[child(fresh())])))
    before = case(s, first["cases"][0])
    ok(post(s, body(case_code=first["cases"][0], **sooner(START))))
    after = case(s, first["cases"][0])
    assert after["t0_at"] == before["t0_at"] == RECEIVED
    due = lambda c: [(k["step"], k["due_at"]) for k in c["clocks"]]
    assert due(after) == due(before)


# ---- Confidential ----

def hidden(s, r, key):
    """Only its secret shows it; to the agency's lists it is not there."""
    refused(s.d.api("GET", f"/v1/referrals/{r['id']}", key=key), 404,
            "not_found")
    a = s.d.api("GET", f"/v1/referrals/{r['id']}", key=key,
                headers={"Receipt-Secret": r["secret"]})
    listed = ok(s.d.api("GET", "/v1/referrals?limit=200", key=key), 200)
    assert r["id"] not in [i["id"] for i in listed["items"]]
    return ok(a, 200)


def in_lists(s, code):
    admin = ok(s.d.admin("GET", "/v1/admin/cases"), 200)["items"]
    other = ok(s.d.api("GET", "/v1/cases?limit=200", key=s.other), 200)
    return [code in [c["code"] for c in x]
            for x in (admin, other["items"])]


def test_confidential_in_a_copy_reaches_case_and_lists(s):
    s.other = s.d.member("canbo2", "officer", sms="0900000012")
    name = fresh()
    ref, r = recorded(s, children=[child(name)])
    code = r["cases"][0]
    assert in_lists(s, code) == [True, True]
    b = body(source_ref=ref, confidential=True, children=[child(name)])
    key = str(uuid.uuid4())
    copy = ok(post(s, b, key=s.hotline, idem=key))
    assert len(copy["secret"]) == 32
    assert ok(post(s, b, key=s.hotline, idem=key)) == copy
    assert case(s, code)["is_confidential"]
    assert in_lists(s, code) == [False, False]
    hidden(s, copy, s.hotline)
    refused(s.d.api("GET", f"/v1/cases/{code}", key=s.other), 404,
            "not_found")


def test_confidential_in_a_follow_up_hides_what_came_before(s):
    b = body(children=[child(fresh())])
    key = str(uuid.uuid4())
    first = ok(post(s, b, idem=key))
    assert "secret" not in first
    code = first["cases"][0]
    more = ok(post(s, body(case_code=code, confidential=True)))
    hidden(s, more, s.school)
    assert case(s, code)["is_confidential"]
    # Whoever sent the first can prove it, and gets its secret.
    again = ok(post(s, b, idem=key))
    assert {**first, "secret": again["secret"]} == again
    hidden(s, again, s.school)
    # A later one that does not say so is confidential all the same, and so
    # is the case of a child that only it names.
    third = ok(post(s, body(case_code=code, children=[child(fresh()),
                                                      child(fresh())])))
    hidden(s, third, s.school)
    assert all(case(s, c)["is_confidential"] for c in third["cases"])


# ---- The sender ----

def test_the_copy_confirms_a_recorded_call_to_the_sender(s):
    name = fresh()
    ref, r = recorded(s, children=[child(name)])
    code = r["cases"][0]
    assert clocks(s, code)["N02"]["state"] == "open"
    ok(post(s, body(source_ref=ref, children=[child(name)], risk="low"),
            key=s.hotline))
    assert clocks(s, code)["N02"]["state"] == "done"


def test_the_informant_of_a_copy_has_a_key_of_its_own(s):
    name = fresh()
    ref, r = recorded(s, children=[child(name)],
                      informant={"name": "Người Báo Thử Một"})
    ok(post(s, body(source_ref=ref, children=[child(name)],
                    informant={"name": "Người Báo Thử Hai"}), key=s.hotline))
    shown = case(s, r["cases"][0])["referrals"][0]
    assert shown["has_informant"] and shown["updates"][0]["has_informant"]
    assert "Người Báo Thử" not in str(shown)
    told = ok(s.d.api("POST", f"/v1/cases/{r['cases'][0]}/informant",
                      {"reason": "Để thử."}, key=s.lead), 200)["items"]
    assert [t["informant"]["name"] for t in told] == [
        "Người Báo Thử Một", "Người Báo Thử Hai"]
    db = sqlite3.connect(copy_of(s.d))
    update, = db.execute("SELECT id FROM referral_update WHERE referral_id = ?",
                         [r["id"]]).fetchone()
    owners = [o for o, in db.execute(
        "SELECT id FROM data_key WHERE kind = 'informant'")]
    assert {f"informant.{r['id']}", f"informant.{update}"} <= set(owners)
    db.close()


def test_the_very_same_news_tell_nobody_again(s):
    name = fresh()
    ref, r = recorded(s, children=[child(name)])
    code = r["cases"][0]
    copy = body(source_ref=ref, children=[child(name)], risk="medium")
    for _ in range(3):
        assert ok(post(s, copy, key=s.hotline))["id"] == r["id"]
    assert len(rings(s, code)) == 1
    assert len(case(s, code)["referrals"][0]["updates"]) == 1
    # The same of an update, and of a follow-up.
    u = {"text": "Tin thêm để thử."}
    ids = {ok(s.d.api("POST", r["links"]["updates"], u, key=s.hotline))["id"]
           for _ in range(3)}
    assert len(ids) == 1 and len(rings(s, code)) == 2
    more = body(case_code=code, actions_taken="Đã gọi lại.")
    ids = {ok(post(s, more, key=s.hotline))["id"] for _ in range(3)}
    assert len(ids) == 1 and len(rings(s, code)) == 3
    # One word more is news.
    ok(s.d.api("POST", r["links"]["updates"], {"text": "Tin khác."},
               key=s.hotline))
    assert len(rings(s, code)) == 4


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
