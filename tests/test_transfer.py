"""A case goes to another ward: ours until accepted, and t0 goes with it."""
import json

import pytest

from hotline import shared
from refer_site import Site
from transfer_site import (CALL, SHARE, answer, no_emergency, ok, refused,
                           transfer)


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


def whereabouts(s, code, who="officer", **more):
    return s.post(who, code, "whereabouts", {"acted_at": s.d.now, **more})


def state(s, code, step):
    return [c["state"] for c in s.case(code)["clocks"] if c["step"] == step]


# ---- Not of this ward ----

def test_the_wrong_ward_hands_over_within_the_hour(s):
    """Before anything was verified; afterwards only an emergency is so fast."""
    code = s.open()
    refused(whereabouts(s, code), "")
    ok(whereabouts(s, code, area="outside", note="Thôn thuộc xã bên."))
    clock = s.clock(code, "N23a")
    assert (clock["start_at"], clock["due_at"][11:16]) == (s.d.now, "08:00")
    assert s.clock(code, "N08")["due_at"][11:16] == "19:00", "still ours"
    ok(whereabouts(s, code, area="here"))
    assert s.clock(code, "N23a") is None


def test_what_was_verified_as_no_emergency_has_a_working_day(s):
    code = s.open()
    ok(s.post("officer", code, "steps/N05/done", {
        "acted_at": s.d.now, "verified": "yes"}))
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "no", "reason": "Trẻ an toàn."}))
    ok(whereabouts(s, code, area="outside"))
    assert s.clock(code, "N23a")["due_at"] == "2026-11-26T00:00:00+07:00"


def test_what_nobody_verified_is_handed_over_within_the_hour(s):
    """Though it is no emergency: "không thuộc địa bàn" comes before both."""
    code = no_emergency(s, verified=None)
    ok(whereabouts(s, code, area="outside"))
    clock = s.clock(code, "N23a")
    assert (clock["start_at"], clock["due_at"][11:16]) == (s.d.now, "08:00")


def test_a_verified_emergency_is_handed_over_within_the_hour(s):
    code = s.open()
    ok(s.post("officer", code, "steps/N05/done", {
        "acted_at": s.d.now, "verified": "yes"}))
    ok(whereabouts(s, code, area="outside"))
    assert s.clock(code, "N23a")["due_at"][11:16] == "08:00"


def test_clocks_of_days_are_hastened_by_an_emergency(s):
    """N23a had a working day, L01 three and P01 one when risk rose again."""
    code = no_emergency(s)
    ok(whereabouts(s, code, area="outside", contact="lost"))
    out = s.refer(code)
    slow = {"N23a": "2026-11-26T00:00:00+07:00",
            "L01": "2026-11-28T00:00:00+07:00",
            "P01": "2026-11-26T00:00:00+07:00"}
    assert {k: s.clock(code, k)["due_at"] for k in slow} == slow
    ok(s.post("officer", code, "risk", {
        "acted_at": s.d.now, "risk": "high", "reason": "Thử nghiệm."}))
    assert s.case(code)["facts"]["emergency"] == "presumed"
    fast = {"N23a": "2026-11-24T08:00:00+07:00",
            "L01": "2026-11-25T07:00:00+07:00",
            "P01": "2026-11-24T08:00:00+07:00"}
    assert {k: s.clock(code, k)["due_at"] for k in fast} == fast
    assert s.clock(code, "P01")["item"] == out
    assert {k: sorted(state(s, code, k)) for k in fast} == {
        k: ["dropped", "open"] for k in fast}


def test_what_runs_twice_in_a_file_is_hastened_once(s):
    """Both cases of a file had their own clock of the step."""
    kept, gone = no_emergency(s), no_emergency(s)
    for code in kept, gone:
        ok(whereabouts(s, code, contact="lost"))
    ok(s.post("lead", kept, "merge", {"case": gone, "reason": "Thử nghiệm."}))
    ok(s.post("officer", kept, "risk", {
        "acted_at": s.d.now, "risk": "high", "reason": "Thử nghiệm."}))
    assert sorted(state(s, kept, "L01")) == ["dropped", "dropped", "open"]
    assert s.clock(kept, "L01")["due_at"] == "2026-11-25T07:00:00+07:00"


# ---- Nobody finds the child ----

def test_lost_contact_is_open_with_a_clock_of_its_own(s):
    """24 hours of an emergency; each search opens the next; no end meanwhile."""
    code = s.open()
    ok(whereabouts(s, code, contact="lost"))
    first = s.clock(code, "L01")
    assert first["due_at"] == "2026-11-25" + s.d.now[10:]
    gate = ok(s.call("boss", "GET", f"/v1/cases/{code}/gate"))
    assert "contact" in [u["id"] for u in gate["unmet"]]
    ok(s.post("officer", code, "steps/L01/done", {
        "acted_at": s.d.now, "note": "Đã hỏi hàng xóm."}))
    assert state(s, code, "L01") == ["done", "open"]
    ok(whereabouts(s, code, contact="kept"))
    assert s.clock(code, "L01") is None
    assert s.case(code)["facts"]["contact"] == "kept"


def test_lost_contact_without_an_emergency_has_three_working_days(s):
    code = no_emergency(s)
    ok(whereabouts(s, code, contact="lost"))
    assert s.clock(code, "L01")["due_at"] == "2026-11-28T00:00:00+07:00"


# ---- To a ward without a client ----

def test_a_transfer_is_ours_until_it_is_accepted(s):
    code = s.open()
    ok(whereabouts(s, code, area="outside"))
    out = ok(transfer(s, code), 201)
    assert out["purpose"] == "transfer"
    gate = ok(s.call("boss", "GET", f"/v1/cases/{code}/gate"))
    assert "transfer" in [u["id"] for u in gate["unmet"]]
    assert s.clock(code, "N08") and s.clock(code, "N23a")
    ok(answer(s, code, out["id"], answer="refused", reason="Không phải.",
              call={**CALL, "called_at": s.d.now}))
    s.d.step("1s")
    assert s.told(code, "referral_refused") == ["truongnhom"]
    assert s.case(code)["facts"]["transfer"] == "none"
    again = ok(transfer(s, code), 201)["id"]
    ok(answer(s, code, again, answer="accepted",
              call={**CALL, "called_at": s.d.now}))
    assert [c["step"] for c in s.case(code)["clocks"]
            if c["state"] == "open"] == ["N23c"]
    assert state(s, code, "N23a") == ["done"]
    # It is theirs: no answer takes it back, and nothing rings for nobody.
    for late in ({"answer": "withdrawn", "reason": "Nhầm."},
                 {"answer": "completed", "outcome": "Xong.",
                  "call": {**CALL, "called_at": s.d.now}}):
        assert answer(s, code, again, **late).status == 409
    assert s.case(code)["facts"]["transfer"] == "accepted"
    ok(s.post("lead", code, "close", {
        "acted_at": s.d.now, "reason": "transferred"}))


def test_a_ward_without_a_client_hears_of_a_withdrawal_by_phone(s):
    """A case that was taken back rings on there until somebody calls."""
    code = s.open()
    out = ok(transfer(s, code), 201)["id"]
    refused(answer(s, code, out, answer="withdrawn"), "/reason")
    ok(answer(s, code, out, answer="withdrawn", reason="Trẻ ở phường."))
    assert s.clock(code, "P01") is None
    clock = s.clock(code, "P04", out)
    s.d.step("41m")
    who = [d.get("member") or d.get("agency") for e in s.events(code)
           if e.get("alert") and e["detail"]["clock"] == clock["id"]
           for d in e["deliveries"]]
    assert who == ["xaben", "xaben", "canbo", "canbo", "truongnhom"]
    gate = ok(s.call("boss", "GET", f"/v1/cases/{code}/gate"))
    assert "P04" in [u.get("step") for u in gate["unmet"]]
    # Another ward takes it on: who was asked first must hear of it still.
    again = ok(transfer(s, code), 201)["id"]
    ok(answer(s, code, again, answer="accepted",
              call={**CALL, "called_at": s.d.now}))
    assert s.clock(code, "P04", out)
    refused(answer(s, code, out, answer="told"), "/call")
    ok(answer(s, code, out, answer="told",
              call={**CALL, "called_at": s.d.now}))
    assert s.clock(code, "P04") is None


def test_who_may_hand_over_to_whom_and_what(s):
    code = s.open()
    assert transfer(s, code, "officer").status == 403
    refused(transfer(s, code, agency="tramyte"), "/agency")
    refused(transfer(s, code, share=[]), "/share")
    refused(transfer(s, code, share=shared("name")), "/share")
    assert answer(s, code, code, answer="accepted").status == 404
    out = ok(transfer(s, code), 201)["id"]
    assert answer(s, code, out, "officer", answer="accepted",
                  call={**CALL, "called_at": s.d.now}).status == 403
    assert s.clock(code, "N08")


def test_hotlinectl_hands_over_and_says_where(s):
    code = s.open()
    s.d.ctl("case", "whereabouts", code, "--by", "canbo", "--area", "outside")
    assert s.clock(code, "N23a")
    out = s.d.ctl("case", "transfer", code, "-", "--by", "truongnhom",
                  text=json.dumps({"agency": "xaben", "reason": "Thử.",
                                   "share": SHARE}))
    assert out["state"] == "sent"


def test_the_control_socket_hands_over_and_says_where(s):
    code = s.open()
    ok(s.d.admin("POST", f"/v1/admin/cases/{code}/whereabouts",
                 {"by": "canbo", "contact": "lost"}))
    ok(s.d.admin("POST", f"/v1/admin/cases/{code}/transfer", {
        "by": "truongnhom", "agency": "xaben", "reason": "Thử.",
        "share": SHARE}), 201)
    assert s.case(code)["facts"]["transfer"] == "asked"
