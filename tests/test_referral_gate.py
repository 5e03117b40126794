"""Closing silences nobody who was asked: what is unanswered keeps it open."""
import pytest

from casework import MARKS
from refer_site import Site
from transfer_site import CALL, answer, no_emergency, ok, transfer


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


def do(s, code, step, who="officer", **body):
    return ok(s.post(who, code, f"steps/{step}/done",
                     {"acted_at": s.d.now, **body}))


def decided(s, reason="unfounded"):
    """No emergency, decided to be closed; the sender is told."""
    code = no_emergency(s, verified="no")
    do(s, code, "N06", risk="low", items=MARKS)
    do(s, code, "N20", "boss", next="close", reason=reason)
    do(s, code, "N21")
    return code


def unmet(s, code):
    """{duty: what of it is open}"""
    gate = ok(s.call("lead", "GET", f"/v1/cases/{code}/gate"))
    return {u["id"]: u.get("items") for u in gate["unmet"]}


def close(s, code, reason="unfounded"):
    return s.post("lead", code, "close",
                  {"acted_at": s.d.now, "reason": reason})


def test_an_unanswered_referral_keeps_a_case_open(s):
    """P01 of what is no emergency was dropped, and its ladder with it."""
    code = decided(s)
    before = unmet(s, code)
    first, second = s.refer(code), s.refer(code, "soyte")
    assert unmet(s, code) == {**before, "asked": [first, second]}
    refused = close(s, code)
    assert refused.json["code"] == "gate_unmet"
    said, = [u for u in refused.json["unmet"] if u["id"] == "asked"]
    assert (said["step"], said["items"]) == ("P01", [first, second])
    assert s.clock(code, "P01", first), "it goes on ringing"
    ok(s.call("tramyte", "POST", f"/v1/referrals/{first}/refuse",
              {"reason": "Không có bác sĩ."}))
    assert unmet(s, code)["asked"] == [second]
    # The way past silence is an act with a reason, and they hear of it.
    ok(answer(s, code, second, answer="withdrawn", reason="Không cần nữa."))
    assert unmet(s, code) == {**before, "recalled": [second]}
    ok(s.call("soyte", "GET", f"/v1/referrals/{second}/request"))
    assert unmet(s, code) == before


def test_a_promised_service_keeps_a_case_open(s):
    code = decided(s)
    before = unmet(s, code)
    out = s.refer(code)
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
    assert unmet(s, code) == {**before, "served": [out]}
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/complete",
              {"outcome": "Đã khám."}))
    assert unmet(s, code) == before


def test_whoever_leaves_is_not_waited_for_by_what_was_promised(s):
    """Nor by what a plan left open; an answer is."""
    code = decided(s, "of_age")
    before = unmet(s, code)
    taken, asked = s.refer(code), s.refer(code, "soyte")
    ok(s.call("tramyte", "POST", f"/v1/referrals/{taken}/accept"))
    assert unmet(s, code) == {**before, "asked": [asked]}


def test_it_closes_when_all_have_answered(s):
    code = decided(s)
    out = s.refer(code)
    assert unmet(s, code) == {"asked": [out]}
    assert close(s, code).status == 409
    ok(answer(s, code, out, answer="accepted",
              call={**CALL, "called_at": s.d.now}))
    ok(answer(s, code, out, answer="completed", outcome="Đã khám.",
              call={**CALL, "called_at": s.d.now}))
    ok(close(s, code))
    shown = s.d.ctl_raw("case", "gate", code)
    assert shown.returncode == 0, shown.stderr


def test_hotlinectl_shows_which_referral_is_not_answered(s):
    code = decided(s)
    out = s.refer(code)
    assert out in s.d.ctl_raw("case", "gate", code).stdout


def test_a_transfer_does_not_silence_what_others_were_asked(s):
    """The other ward took the case, and P01 of the station was dropped."""
    code = no_emergency(s)
    asked = s.refer(code)
    due = s.clock(code, "P01", asked)["due_at"]
    out = ok(transfer(s, code), 201)["id"]
    ok(answer(s, code, out, answer="accepted",
              call={**CALL, "called_at": s.d.now}))
    assert s.case(code)["facts"]["transfer"] == "accepted"
    assert s.clock(code, "P01", asked)["due_at"] == due
    assert s.clock(code, "P01", out) is None
    assert "asked" in unmet(s, code)
    assert close(s, code, "transferred").json["code"] == "gate_unmet"


def test_what_another_ward_asks_of_us_is_answered_first(s):
    code = ok(s.call("xaben", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Lời kể thử nghiệm.",
        "transfer": True, "source_ref": "XB-1",
        "source": {"channel": "phone", "received_at": s.d.now}}), 201)[
            "cases"][0]
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "no", "reason": "Trẻ an toàn."}))
    (mine,) = s.case(code)["referrals"]
    assert unmet(s, code)["asked_of_us"] == [mine["id"]]
    ok(answer(s, code, mine["id"], answer="accepted"))
    assert "asked_of_us" not in unmet(s, code)
    assert unmet(s, code)["ward_told"] == [mine["id"]]


@pytest.fixture
def alone():
    """Where nothing else rings for days."""
    with Site() as s:
        yield s


@pytest.mark.parametrize("how", ["read", "call"])
def test_feedback_that_nobody_read_climbs_on_after_the_end(alone, how):
    """Told just before the end, its clock was dropped with the others."""
    s = alone
    code = no_emergency(s, verified="no")
    do(s, code, "N06", risk="low", items=MARKS)
    do(s, code, "N20", "boss", next="close", reason="unfounded")
    do(s, code, "N21", to=["th111"], outcome="protected", text="Đã giúp.")
    waits = s.clock(code, "P05")
    ok(close(s, code))
    assert [c["step"] for c in s.case(code)["clocks"]
            if c["state"] == "open"] == ["P05"]
    s.d.step("10h")
    rung = [d.get("member") or d.get("agency") for e in s.events(code)
            if e.get("alert") and e["detail"]["clock"] == waits["id"]
            for d in e["deliveries"]]
    assert rung[0] == "th111" and "canbo" in rung
    if how == "read":
        ok(s.call("th111", "GET", f"/v1/referrals/{waits['item']}/request"))
    else:
        ok(answer(s, code, waits["item"], answer="accepted",
                  call={**CALL, "called_at": s.d.now}))
    assert s.clock(code, "P05") is None
    assert s.case(code)["state"] == "closed"
