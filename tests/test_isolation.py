"""Isolation, and whom the needs meeting invites."""
import sqlite3

import pytest

from case_site import MARKS, NOW, PAPER, RECIPIENTS
from casework import (ACTIVITY, ORDER, WHY, at, invite, isolated, pointers,
                      running, settle, steps, alone, s)
from hotline import copy_of

__all__ = ["alone", "s"]

# ---- Isolation ----

def test_isolation_needs_agreement_and_paper(s):
    code = isolated(s)
    assert s.case(code)["facts"]["isolation"] == "decided"
    k = s.clocks(code)
    assert k["N09"]["state"] == "done"
    assert k["N09b"]["state"] == k["N10"]["state"] == "open"
    assert "N10a" not in k
    s.approve(code, "N10", decision="end", reason=WHY)
    assert s.case(code)["facts"]["isolation"] == "ended"
    assert s.clocks(code)["N10b"]["state"] == "dropped"
    assert s.case(code)["isolations"][0]["ended_at"] == NOW


def test_isolation_found_not_needed_drops_the_step(s):
    code = s.open(alleged=[{"relation": "carer"}])
    assert pointers(s.ask(code, "N09", "agree", agreed=True,
                          decision="not_needed")) == {"/reason"}
    s.approve(code, "N09", decision="not_needed", reason=WHY)
    assert s.case(code)["facts"]["isolation"] == "no"
    k = s.clocks(code)
    assert k["N09"]["state"] == "dropped"
    assert "N09b" not in k and "N10" not in k


def test_fifteen_days_in_all_from_the_first_decision(alone):
    """Decided Tuesday 24 November: 15 days end with 9 December, 7 with 1."""
    s, d = alone, alone.d
    code = s.open(alleged=[{"relation": "parent"}])
    assert "/days" in pointers(s.ask(code, "N09", "agree", agreed=True,
                                     decision="isolate", days=16))
    s.approve(code, "N09", decision="isolate", days=7)
    assert s.clocks(code)["N10"]["due_at"] == "2026-12-10T00:00:00+07:00"
    assert s.clocks(code)["N10a"]["due_at"] == "2026-12-02T00:00:00+07:00"
    settle(s, code)
    d.step("2026-12-01T09:00:00+07:00")
    more = {"acted_at": d.now, "decision": "extend", "reason": WHY}
    a = s.ask(code, "N10a", "agree", agreed=True, days=16, **more)
    assert pointers(a) == {"/competent"}
    assert pointers(s.ask(code, "N10a", "agree", agreed=True, days=6,
                          **more)) == {"/days"}
    s.agree(code, "N10a", days=12, **more)
    s.do(code, "N10a", "officer", acted_at=d.now, paper=PAPER)
    again = steps(s, code, "N10a")
    assert [k["state"] for k in again] == ["done", "open"]
    assert again[1]["due_at"] == "2026-12-07T00:00:00+07:00"
    s.agree(code, "N10a", **{**more, "days": 15})
    s.do(code, "N10a", "officer", acted_at=d.now, paper=PAPER)
    assert [k["state"] for k in steps(s, code, "N10a")] == ["done", "done"]
    assert steps(s, code, "N10")[-1]["due_at"] == "2026-12-10T00:00:00+07:00"
    # Warned at 08:00 of days 10, 13 and 15, counted from the first decision.
    d.step("2026-12-10T00:00:00+07:00")
    rows = sqlite3.connect(copy_of(d)).execute(
        "SELECT a.raised_at, a.kind FROM alert a JOIN clock k"
        " ON k.id = a.clock_id WHERE k.step = 'N10' AND a.rung = 0"
        " AND a.kind IN ('warning', 'lapsed') ORDER BY a.raised_at")
    assert list(rows) == [(at("2026-12-04T08:00:00+07:00"), "warning"),
                          (at("2026-12-07T08:00:00+07:00"), "warning"),
                          (at("2026-12-09T08:00:00+07:00"), "warning"),
                          (at("2026-12-10T00:00:00+07:00"), "lapsed")]


def test_ended_and_decided_again_the_fifteen_days_run_on(alone):
    """It began anew: end on day 14, decide again, and it was 29 days."""
    s, d = alone, alone.d

    def ground(step):
        s.do(code, step, "officer", risk="high", items=MARKS,
             acted_at=d.now, isolation="ground")

    def isolate(**more):
        s.approve(code, "N09", decision="isolate", reason=WHY,
                  acted_at=d.now, **more)

    code = isolated(s)
    d.set_clock("2026-12-01T09:00:00+07:00")
    s.approve(code, "N10", decision="end", reason=WHY, acted_at=d.now)
    ground("N06")
    assert pointers(s.ask(code, "N09", "agree", agreed=True, reason=WHY,
                          decision="isolate", days=9,
                          acted_at=d.now)) == {"/days"}
    isolate()
    # The first decision was on 24 November: day 15 ends with 9 December.
    assert running(s, code, "N10")["due_at"] == "2026-12-10T00:00:00+07:00"
    d.set_clock("2026-12-09T09:00:00+07:00")
    s.approve(code, "N10", decision="end", reason=WHY, acted_at=d.now)
    d.set_clock("2026-12-14T09:00:00+07:00")
    ground("N13")  # those days are over: a new danger has its own
    isolate()
    assert running(s, code, "N10")["due_at"] == "2026-12-30T00:00:00+07:00"


def test_longer_only_with_a_competent_bodys_paper(s):
    code = isolated(s)
    body = {"decision": "extend", "days": 30, "reason": WHY}
    assert pointers(s.ask(code, "N10", "agree", agreed=True, **body)) == \
        {"/competent"}
    s.approve(code, "N10", **body, competent={
        "body": "Tòa án thử nghiệm", "number": "1/QĐ", "date": "2026-11-24"})
    # Thirty days after 24 November: the end of 24 December.
    assert steps(s, code, "N10")[1]["due_at"] == "2026-12-25T00:00:00+07:00"
    assert s.case(code)["isolations"][0]["is_beyond"]
    assert s.case(code)["facts"]["isolation"] == "decided"


def test_a_safe_carer_lets_the_chairman_cancel(s):
    code = isolated(s)
    assert pointers(s.ask(code, "N10", "agree", agreed=True,
                          decision="cancel", reason=WHY)) == {"/decision"}
    s.do(code, "N10b", "officer", risk="low", items=MARKS, carer_safe="yes")
    assert s.case(code)["facts"]["isolation"] == "decided"  # he decides
    s.approve(code, "N10c", decision="cancel", reason=WHY)
    assert s.case(code)["facts"]["isolation"] == "ended"
    assert s.clocks(code)["N10"]["state"] == "dropped"


# ---- The needs meeting ----

def to_meeting(s, **more):
    code = s.open(**more)
    s.do(code, "N06", "officer", risk="medium", items=MARKS)
    s.do(code, "N13", "officer", risk="medium", items=MARKS)
    return code


@pytest.mark.parametrize("alleged,who,refused", [
    ([{"relation": "parent", "name": "Người Bị Nêu Một"}],
     ("father", "nguoi bi neu MOT"), True),
    ([{"relation": "parent", "name": "Người Bị Nêu Một"}],
     ("mother", "Người Thử Nghiệm Bốn"), False),
    ([{"relation": "parent"}], ("mother", "Người Thử Nghiệm Bốn"), True),
    ([{"relation": "carer"}], ("carer", "Người Thử Nghiệm Bốn"), True),
    ([{"relation": "carer"}], ("mother", "Người Thử Nghiệm Bốn"), False),
    ([{"relation": "teacher", "name": "Người Bị Nêu Hai"}],
     ("resident", "Người Bị Nêu Hai"), True),
])
def test_nobody_alleged_is_invited(s, alleged, who, refused):
    code = to_meeting(s, alleged=alleged)
    people = invite(("team", "Cán bộ thử nghiệm"), who)
    a = s.ask(code, "N14", "done", **people)
    if refused:
        assert pointers(a) == {"/invited/1"}
        assert "Bị Nêu" not in a.text
    else:
        assert a.status == 200, a


def test_the_barred_are_not_invited(s):
    code = to_meeting(s)
    s.d.ctl("case", "bar", code, "--member", "congan")
    a = s.ask(code, "N14", "done", **invite(("team", "Người congan")))
    assert pointers(a) == {"/invited/0"}
    assert s.ask(code, "N14", "done", **invite(
        ("team", "Người canbo"))).status == 200


def test_a_meeting_has_guests_and_minutes(s):
    code = to_meeting(s)
    assert pointers(s.ask(code, "N14", "done")) == {"/invited", "/minutes"}


# ---- The decision goes out ----

TEACHER = [{"relation": "teacher", "name": "Người Bị Nêu Hai",
            "phone": "0911 222 333"}]


@pytest.mark.parametrize("alleged,who,asked", [
    (TEACHER, {"capacity": "agency", "name": "NGUOI BI NEU hai"}, True),
    (TEACHER, {"capacity": "other", "name": "Người Khác",
               "phone": "+84911222333"}, True),
    (TEACHER, {"capacity": "mother", "name": "Người Khác"}, False),
    ([{"relation": "kin"}], {"capacity": "kin", "name": "Người Khác"}, True),
])
def test_a_decision_is_not_sent_to_the_alleged_without_a_reason(s, alleged,
                                                                who, asked):
    code = to_meeting(s, alleged=alleged)
    s.approve(code, "N07", emergency="no", reason=WHY)
    s.do(code, "N14", **invite(("team", "Cán bộ thử nghiệm")))
    s.do(code, "N15", "officer", activities=[ACTIVITY])
    s.approve(code, "N16")
    to = [RECIPIENTS[0], who]
    a = s.ask(code, "N16b", "done", "officer", recipients=to)
    if asked:
        assert pointers(a) == {"/recipients/1"}
        assert "Bị Nêu" not in a.text
        to[1] = {**who, "despite": "Điều 28.5: người thực hiện."}
        a = s.ask(code, "N16b", "done", "officer", recipients=to)
    assert a.status == 200, a


def test_a_decision_goes_to_somebody_and_to_nobody_barred(s):
    code = to_meeting(s)
    s.approve(code, "N07", emergency="no", reason=WHY)
    s.do(code, "N15", "officer", activities=[ACTIVITY])
    s.approve(code, "N16")
    assert pointers(s.ask(code, "N16b", "done", "officer")) == {"/recipients"}
    s.d.ctl("case", "bar", code, "--member", "congan")
    a = s.ask(code, "N16b", "done", "officer", recipients=[
        {"capacity": "team", "name": "Người congan", "despite": "Vẫn gửi."}])
    assert pointers(a) == {"/recipients/0"}


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
