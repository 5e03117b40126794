"""The chairman: agreed and issued, by word of mouth; risk is a conclusion."""
import pytest

from case_site import MARKS, NOW, PAPER
from casework import (NO, ORDER, WHY, at, change, pointers, said, steps, alone,
                      s)

__all__ = ["alone", "s"]

# ---- Agreed and issued are two acts ----


def test_agreeing_does_not_end_the_step_the_paper_does(s):
    code = s.open()
    said(s.ask(code, "N07", "done", "officer", paper=PAPER), 409,
         "not_agreed")
    s.agree(code, "N07", **NO)
    assert s.clocks(code)["N07"]["state"] == "open"
    assert s.case(code)["facts"]["emergency"] == "presumed"
    s.do(code, "N07", "officer", paper=PAPER)
    assert s.clocks(code)["N07"]["state"] == "done"
    assert s.case(code)["facts"]["emergency"] == "no"
    assert s.case(code)["approvals"] == [
        {"step": "N07", "state": "issued", "agreed_by": "chutich",
         "is_acting": False, "agreed_at": NOW, "issued_at": NOW}]


@pytest.mark.parametrize("who,status,what", [
    ("officer", 403, "forbidden"), ("lead", 403, "forbidden"),
    ("vice", 403, "not_acting"), ("police", 404, "not_found")])
def test_only_the_chairman_agrees(s, who, status, what):
    code = s.open()
    said(s.ask(code, "N07", "agree", who, agreed=True, **NO), status, what)


def test_nobody_agrees_over_the_control_socket(s):
    a = s.d.admin("POST", f"/v1/admin/cases/{s.open()}/steps/N07/agree",
                  {"by": "chutich", "agreed": True, **NO})
    assert a.status == 404


def test_a_refusal_leaves_the_step_open(s):
    code = s.open()
    assert pointers(s.ask(code, "N07", "agree", agreed=False)) == {"/reason"}
    a = s.ask(code, "N07", "agree", agreed=False, reason=WHY)
    assert a.status == 200
    said(s.ask(code, "N07", "done", "officer", paper=PAPER), 409,
         "not_agreed")
    s.approve(code, "N07", **NO)  # he may still change his mind
    assert [p["state"] for p in s.case(code)["approvals"]] == \
        ["refused", "issued"]


@pytest.mark.parametrize("body,where", [
    ({}, {"/agreed"}),
    ({"agreed": "yes", **NO}, {"/agreed"}),
    ({"agreed": True, **NO, "paper": PAPER}, {"/paper"}),
    ({"agreed": True, "emergency": "no"}, {"/reason"}),
    ({"agreed": True}, {"/emergency"}),
])
def test_what_is_agreed_to_must_be_whole(s, body, where):
    assert pointers(s.ask(s.open(), "N07", "agree", **body)) == where


@pytest.mark.parametrize("change,where", [
    ({"paper": None}, "/paper"),
    ({"emergency": "yes"}, ""),
    ({"paper": {**PAPER, "date": "2026-11-25"}}, "/paper/date"),
    ({"paper": {**PAPER, "scan": "z" * 64}}, "/paper/scan"),
    ({"paper": {**PAPER, "signature": "stamp"}}, "/paper/signature"),
    ({"paper": {**PAPER, "capacity": "clerk"}}, "/paper/capacity"),
    ({"paper": {k: v for k, v in PAPER.items() if k != "office"}},
     "/paper/office"),
])
def test_an_issued_paper_is_whole_and_decides_nothing_new(s, change, where):
    code = s.open()
    s.agree(code, "N07", **NO)
    assert where in pointers(s.ask(code, "N07", "done", "officer",
                                   **{"paper": PAPER, **change}))
    assert s.clocks(code)["N07"]["state"] == "open"


def test_a_paper_is_not_issued_before_it_was_agreed_to(alone):
    s, code = alone, alone.open()
    s.d.step("2h")
    s.agree(code, "N07", acted_at="2026-11-24T08:30:00+07:00", **NO)
    assert pointers(s.ask(code, "N07", "done", "officer", paper=PAPER,
                          acted_at="2026-11-24T08:29:59+07:00")) == \
        {"/acted_at"}


@pytest.mark.parametrize("gone,why", [
    (("leave", "add", "chutich", NOW, "2026-11-25T07:00:00+07:00"), "leave"),
    (("case", "bar", "CODE", "--member", "chutich"), "barred"),
    (("member", "stop", "chutich"), "vacant")])
def test_a_vice_chairman_acts_and_the_record_says_why(alone, gone, why):
    s, code = alone, alone.open()
    s.d.ctl(*[code if g == "CODE" else g for g in gone])
    tag = f'"{s.case(code, "lead")["version"]}"'
    a = s.post(code, "steps/N07/agree", {"acted_at": NOW, "agreed": True,
                                         **NO}, "vice", tag=tag)
    assert a.status == 200, a
    p = s.case(code, "lead")["approvals"][0]
    assert (p["agreed_by"], p["is_acting"], p["acting_why"]) == \
        ("phochutich", True, why)


def risk(s, code, word):
    a = s.post(code, "risk", {"acted_at": NOW, "risk": word, "reason": WHY},
               "officer")
    assert a.status == 200, a


def test_what_was_agreed_before_more_risk_was_found_is_asked_again(s):
    """Else a paper issued late would end an emergency that is one now."""
    code = s.open()
    risk(s, code, "low")
    s.agree(code, "N07", **NO)
    risk(s, code, "medium")
    said(s.ask(code, "N07", "done", "officer", paper=PAPER), 409,
         "not_agreed")
    s.agree(code, "N07", **NO)
    risk(s, code, "low")  # less is no surprise
    s.do(code, "N07", "officer", paper=PAPER)
    assert [p["state"] for p in s.case(code)["approvals"]] == \
        ["void", "issued"]


@pytest.mark.parametrize("first,holds", [("low", True), ("high", False)])
def test_a_first_conclusion_surprises_only_if_it_is_the_worst(s, first,
                                                              holds):
    code = s.open()
    s.agree(code, "N07", **NO)
    s.do(code, "N06", "officer", risk=first, items=MARKS)
    a = s.ask(code, "N07", "done", "officer", paper=PAPER)
    assert a.status == (200 if holds else 409)


# ---- By word of mouth ----


def test_an_oral_order_counts_and_its_paper_has_a_clock(alone):
    """At 21:10 by telephone; the 12 hours from 10:00 end at 22:00."""
    s, d = alone, alone.d
    d.step("3h")
    code = s.open(alleged=[{"relation": "parent"}], source={
        "channel": "phone", "received_at": "2026-11-24T10:00:00+07:00"})
    d.step("13h")  # 23:00: written down after the end, done before it
    a = s.ask(code, "N09", "oral", "officer", **ORDER,
              acted_at="2026-11-24T21:10:00+07:00")
    assert a.status == 200, a
    k = s.clocks(code)
    assert k["N09"]["state"] == "done" and k["N09"]["is_late_record"]
    # One working day after Tuesday: the end of Wednesday.
    assert k["N09p"]["due_at"] == "2026-11-26T00:00:00+07:00"
    assert k["N10"]["start_at"] == "2026-11-24T21:10:00+07:00"
    assert s.case(code)["approvals"][-1]["state"] == "ordered"
    assert pointers(s.ask(code, "N09p", "done", "officer",
                          acted_at=d.now)) == {"/paper"}
    s.do(code, "N09p", "officer", paper=PAPER, acted_at=d.now)
    assert s.case(code)["approvals"][-1]["state"] == "issued"
    body = next(e["body"] for e in s.events(code)
                if e.get("done", {}).get("step") == "N09")
    assert body["witness"] == "Người Thử Nghiệm Ba"
    assert body["ordered_by"] == "chutich"


@pytest.mark.parametrize("change,where", [
    ({"ordered_by": "canbo"}, "/ordered_by"),
    ({"ordered_by": "phochutich"}, "/ordered_by"),  # the chairman is there
    ({"ordered_by": "khongai"}, "/ordered_by"),
    ({"witness": "chutich"}, "/witness"),
    ({"witness": None}, "/witness"),
    ({"paper": PAPER}, "/paper"),
    ({"decision": None}, "/decision"),
])
def test_an_oral_order_names_who_may_and_who_heard(s, change, where):
    code = s.open(alleged=[{"relation": "parent"}])
    assert where in pointers(s.ask(code, "N09", "oral", "officer",
                                   **{**ORDER, **change}))


def test_not_every_step_takes_an_oral_order(s):
    said(s.ask(s.open(), "N04", "oral", "officer", ordered_by="chutich",
               witness="X"), 409, "no_oral_order")


# ---- Risk ----

def marks(high, medium, low):
    return [{"item": f"{i + 1}", "part": "harm", "mark": m} for i, m in
            enumerate(["high"] * high + ["medium"] * medium + ["low"] * low)]


@pytest.mark.parametrize("risk", ["low", "medium", "high"])
def test_the_same_marks_bear_whatever_a_human_concludes(s, risk):
    code = s.open()
    s.do(code, "N06", "officer", risk=risk, items=marks(3, 0, 1))
    c = s.case(code)
    assert c["facts"]["risk"] == risk
    assert c["facts"]["emergency"] == "presumed"
    assert c["assessments"] == [
        {"form": "M02", "risk": risk, "high": 3, "medium": 0, "low": 1,
         "items": marks(3, 0, 1), "concluded_at": NOW}]


@pytest.mark.parametrize("items,where", [
    (None, "/items"), ([], "/items"),
    ([{"item": "Câu một", "mark": "low"}], "/items/0/item"),
    ([{"item": "1", "mark": "2"}], "/items/0/mark"),
    (MARKS + MARKS[:1], "/items/2/item"),
])
def test_marks_are_coded_and_given_once(s, items, where):
    a = s.ask(s.open(), "N06", "done", "officer", risk="low", items=items)
    assert where in pointers(a)


def test_no_conclusion_in_time_rings(alone):
    """Mau 02 is due at 15:00, eight hours after 07:00; 15:00 it lapses."""
    s, d = alone, alone.d
    code = s.open()
    d.step("2026-11-24T14:59:59+07:00")
    assert "lapsed_at" not in s.clocks(code)["N06"]
    d.step("1s")
    assert s.clocks(code)["N06"]["lapse_leg"] == "officer"
    rows = [(a["kind"], a["raised_at"][11:16]) for a in d.ctl(
        "alert", "list", "--all", "--case", code)["items"]
        if a.get("step") == "N06" and a["kind"] != "climb"]
    # Everybody whom silence had called by then hears of the lapse.
    assert rows[0] == ("warning", "14:00")
    assert rows[1:] and set(rows[1:]) == {("lapsed", "15:00")}


def test_more_risk_opens_the_emergency_again_less_undoes_nothing(alone):
    s, d = alone, alone.d
    code = s.open()
    d.step("13h")  # N08 lapsed at 19:00
    s.approve(code, "N07", **NO, acted_at=d.now)
    assert steps(s, code, "N08")[0]["state"] == "dropped"
    a = s.post(code, "risk", {"acted_at": d.now, "risk": "high",
                              "reason": WHY}, "officer")
    assert a.status == 200, a
    assert s.case(code)["facts"]["emergency"] == "presumed"
    # Twelve hours from 20:00, when it was found out.
    assert steps(s, code, "N08")[1]["due_at"] == "2026-11-25T08:00:00+07:00"
    assert steps(s, code, "N07")[1]["state"] == "open"
    a = s.post(code, "risk", {"acted_at": d.now, "risk": "low",
                              "reason": WHY}, "officer")
    assert s.case(code)["facts"]["emergency"] == "presumed"
    assert steps(s, code, "N08")[1]["state"] == "open"
    assert steps(s, code, "N08")[0]["lapsed_at"] == \
        "2026-11-24T19:00:00+07:00"


def test_a_risk_needs_a_reason_and_a_form_its_marks(s):
    code = s.open()
    for body, where in (({}, {"/risk", "/reason"}),
                        ({"risk": "low", "reason": WHY, "form": "M03"},
                         {"/items"}),
                        ({"risk": "sum", "reason": WHY}, {"/risk"})):
        assert pointers(s.post(code, "risk", {"acted_at": NOW, **body},
                               "officer")) == where


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr

# ---- The authority outside ----

CALL = {"who": "Người Trực Thử Nghiệm", "rank": "Giám đốc",
        "number": "0269 3111222", "called_at": NOW, "paper": "31/SYT-TE"}


def bar(s, code, *logins):
    for login in logins:
        a = s.d.api("POST", f"/v1/cases/{code}/bars", {"member": login},
                    key=s.keys["lead"])
        assert a.status == 204, a


def outside(s, code, step="N07", who="officer", **body):
    a = s.d.api("GET", f"/v1/cases/{code}", key=s.keys[who])
    return s.post(code, f"steps/{step}/outside",
                  {"acted_at": NOW, "call": CALL, **body}, who,
                  tag=f'"{a.json["version"]}"')


def test_the_authority_outside_decides_when_both_are_barred(s):
    code = s.open()
    said(outside(s, code, **NO), 409, "not_outside")
    bar(s, code, "chutich")
    said(outside(s, code, **NO), 409, "not_outside")
    bar(s, code, "phochutich")
    a = outside(s, code, **NO)
    assert a.status == 200, a
    clock, = [k for k in a.json["case"]["clocks"] if k["step"] == "N07"]
    assert clock["state"] == "open", "the paper ends it"
    a = s.post(code, "steps/N07/done", {"acted_at": NOW, "paper": PAPER},
               "lead", tag='*')
    assert a.status == 200, a
    c = s.case(code, "lead")
    assert c["facts"]["emergency"] == "no"
    assert [(p["state"], p["agreed_by"], p["acting_why"])
            for p in c["approvals"]] == [("issued", "canbo", "outside")]
    for who in ("boss", "vice"):
        said(s.post(code, "steps/N07/outside", {}, who, tag="*"), 404,
             "not_found")


def test_the_authority_outside_decides_when_one_is_away_and_one_barred(alone):
    s = alone
    code = s.open()
    s.d.ctl("leave", "add", "chutich", "2026-11-24T00:00:00+07:00",
            "2026-11-25T00:00:00+07:00")
    said(outside(s, code, **NO), 409, "not_outside")
    bar(s, code, "phochutich")
    assert outside(s, code, **NO).status == 200
    # Back tomorrow, the chairman decides again.
    s.d.step("24h")
    later = {"acted_at": s.d.now, "call": {**CALL, "called_at": s.d.now}}
    said(outside(s, code, **NO, **later), 409, "not_outside")


@pytest.mark.parametrize("change,where", [
    ({"call": None}, {"/call"}),
    ({"call": {**CALL, "paper": ""}}, {"/call/paper"}),
    ({"call": {k: CALL[k] for k in ("who", "rank")}},
     {"/call/number", "/call/called_at", "/call/paper"}),
    ({"call": {**CALL, "number": "x"}}, {"/call/number"}),
    ({"call": {**CALL, "called_at": "2026-11-24T06:59:59+07:00"}},
     {"/call/called_at"}),
    ({"paper": PAPER}, {"/paper"}),
])
def test_what_the_authority_said_is_whole(s, change, where):
    code = s.open()
    bar(s, code, "chutich", "phochutich")
    body = {k: v for k, v in {**NO, **change}.items() if v is not None}
    if change.get("call", CALL) is None:
        a = s.post(code, "steps/N07/outside", {"acted_at": NOW, **body},
                   "officer", tag="*")
    else:
        a = outside(s, code, **body)
    assert pointers(a) == where


def test_only_what_needs_the_chairman_is_decided_outside(s):
    code = s.open()
    bar(s, code, "chutich", "phochutich")
    said(outside(s, code, "N05", verified="yes"), 409, "state_conflict")
    said(outside(s, code, "N99"), 404, "no_such_step")
