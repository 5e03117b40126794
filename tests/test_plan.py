"""Plans, activities with clocks of their own, visits."""
import pytest

from case_site import MARKS, NOW
from casework import (ACTIVITY, NO, WHY, approved, change, items, plan, planned,
                      pointers, running, said, steps, alone, s)

__all__ = ["alone", "s"]

# ---- The plan ----

def test_each_activity_has_a_clock_of_its_own(s):
    code = planned(s)
    assert plan(s, code)["state"] == "submitted"
    assert items(s, code) == {}
    s.approve(code, "N16")
    p = plan(s, code)
    assert (p["state"], p["round"]) == ("approved", 1)
    first = p["activities"][0]
    assert {k: first[k] for k in ("what", "body", "person", "provider",
                                  "cost", "fund")} == \
        {k: ACTIVITY[k] for k in ("what", "body", "person", "provider",
                                  "cost", "fund")}
    assert {n: k["due_at"] for n, k in items(s, code).items()} == {
        "1": "2026-12-19T00:00:00+07:00", "2": "2027-01-16T00:00:00+07:00"}
    # The review is due at the plan's end, which is before three months.
    assert running(s, code, "N19")["due_at"] == "2027-01-16T00:00:00+07:00"
    assert pointers(s.ask(code, "N17", "done", "officer")) == {"/item"}
    s.do(code, "N17", "officer", item=1)
    k = items(s, code)
    assert (k["1"]["state"], k["2"]["state"]) == ("done", "open")
    assert [v["state"] for v in plan(s, code)["activities"]] == \
        ["done", "planned"]
    s.refuse(code, "N17", 404, "no_such_step", "officer", item=1)


def test_a_review_is_never_later_than_three_months(s):
    code = approved(s, [{**ACTIVITY, "end": "2027-06-30"}])
    # Three months after 24 November.
    assert s.clocks(code)["N19"]["due_at"] == "2027-02-25T00:00:00+07:00"


@pytest.mark.parametrize("change,where", [
    ({"end": "2026-11-24"}, "/activities/0/end"),
    ({"cost": -1}, "/activities/0/cost"),
    ({"fund": "mine"}, "/activities/0/fund"),
    ({"person": None}, "/activities/0/person"),
])
def test_an_activity_is_whole(s, change, where):
    code = s.open()
    s.approve(code, "N07", **NO)
    s.do(code, "N06", "officer", risk="low", items=MARKS)
    assert pointers(s.ask(code, "N15", "done", "officer", activities=[
        {**ACTIVITY, **change}])) == {where}


def test_a_changed_activity_keeps_its_history_and_moves_its_clock(s):
    code = approved(s)
    new = {**ACTIVITY, "what": "Khám thử nghiệm", "end": "2026-12-25"}
    a = change(s, code, 1, activity=new)
    assert a.status == 200, a
    first = a.json["activities"][0]
    assert first["what"] == "Khám thử nghiệm"
    assert [(h["what"], h["end_at"]) for h in first["history"]] == [
        ("Tư vấn thử nghiệm", "2026-12-19T00:00:00+07:00")]
    old, new = [k for k in steps(s, code, "N17") if k["item"] == "1"]
    assert (old["state"], new["state"]) == ("dropped", "open")
    assert new["due_at"] == "2026-12-26T00:00:00+07:00"
    a = change(s, code, 2, cancel=True)
    assert a.json["activities"][1]["state"] == "cancelled"
    assert items(s, code)["2"]["state"] == "dropped"
    said(change(s, code, 2, cancel=True), 409, "state_conflict")
    said(change(s, code, 9, cancel=True), 404, "not_found")
    old = s.post(code, "plan/activities/1", {"acted_at": NOW, "reason": WHY,
                                             "cancel": True}, tag='"1"')
    said(old, 412, "stale_version")
    assert pointers(change(s, code, 1)) == {""}
    assert pointers(change(s, code, 1, cancel=True, activity=ACTIVITY)) == \
        {""}


def test_a_change_never_undoes_a_lapse(alone):
    s, d = alone, alone.d
    code = approved(s)
    d.set_clock("2026-12-19T00:00:00+07:00")
    d.step("1s")
    a = change(s, code, 1, activity={**ACTIVITY, "end": "2026-12-31"},
               acted_at=d.now)
    assert a.status == 200, a
    old, new = [k for k in steps(s, code, "N17") if k["item"] == "1"]
    assert old["lapsed_at"] == "2026-12-19T00:00:00+07:00"
    assert "lapsed_at" not in new


def test_the_admin_sees_dates_of_a_plan_and_no_words(s):
    code = approved(s)
    shown = s.d.ctl("case", "plan", code)
    assert [v["number"] for v in shown["activities"]] == [1, 2]
    assert "Tư vấn" not in str(shown) and "Thử Nghiệm" not in str(shown)


def by_ctl(s, code, number, *args):
    return s.d.ctl("case", "activity", code, str(number), "--by", "canbo",
                   "--reason", "Lý do thử nghiệm hai", *args)


def test_an_activity_changed_for_somebody_on_the_phone(s):
    """It is the officer's act; who types it reads no word of the plan."""
    code = approved(s)
    told = by_ctl(s, code, 1, *(f"--set={k}={v}" for k, v in {
        **ACTIVITY, "what": "Khám thử nghiệm", "end": "2026-12-25",
        "cost:": 200000}.items() if k != "cost"))
    first = told["activities"][0]
    assert (first["number"], first["end_at"], first["cost"]) == \
        (1, "2026-12-26T00:00:00+07:00", 200000)
    told = by_ctl(s, code, 2, "--cancel")
    assert [v["state"] for v in told["activities"]] == ["planned", "cancelled"]
    for word in ("Khám", "Tư vấn", "Trạm", "Lý do", "Thử Nghiệm"):
        assert word not in str(told)
    assert plan(s, code)["activities"][0]["what"] == "Khám thử nghiệm"
    assert items(s, code)["2"]["state"] == "dropped"
    acts = [e for e in s.d.ctl("case", "timeline", code)["items"]
            if e["act"] == "activity.by_phone"]
    assert [e["detail"]["activity"] for e in acts] == ["1", "2"]
    assert "Khám" not in str(acts)


@pytest.mark.parametrize("args,said_of", [
    ((9, "--cancel"), "404"),
    ((1,), "activity, cancel"),
    ((1, "--set", "what=Khám"), "/activity/start"),
    ((1, "--cancel", "--set", "what=Khám"), "/activity/start"),
])
def test_what_is_no_change_is_refused_on_the_phone(s, args, said_of):
    code = approved(s)
    r = s.d.ctl_raw("case", "activity", code, *map(str, args), "--by",
                       "canbo", "--reason", WHY)
    assert r.returncode == 1
    assert said_of in r.stderr
    assert [v["state"] for v in plan(s, code)["activities"]] == ["planned"] * 2


def test_the_verb_that_changes_an_activity_explains_itself(s):
    r = s.d.ctl_raw("case", "activity", "--help")
    assert r.returncode == 0
    for word in ("CODE", "NUMBER", "--by", "--reason", "--acted-at",
                 "--cancel", "--set"):
        assert word in r.stdout
    assert ".Cm case activity\n.Ar CODE\n.Ar NUMBER\n" in \
        s.d.ctl_raw("--man").stdout


def test_a_plan_sent_back_is_mended_while_the_chairmans_days_run(s):
    """Tuesday: one working day is Wednesday, two are until Thursday."""
    code = planned(s)
    due = running(s, code, "N16")["due_at"]
    a = s.ask(code, "N16", "agree", agreed=False, reason=WHY)
    assert a.status == 200, a
    assert running(s, code, "N15")["due_at"] == "2026-11-26T00:00:00+07:00"
    s.do(code, "N15", "officer", activities=[{**ACTIVITY, "cost": 1}])
    k = running(s, code, "N16")
    assert (k["due_at"], k["opening"]) == (due, 1)
    assert due == "2026-11-27T00:00:00+07:00"
    s.approve(code, "N16")
    p = plan(s, code)
    assert (p["round"], [v["number"] for v in p["activities"]]) == (2, [3])
    assert set(items(s, code)) == {"3"}


# ---- Visits ----

def test_visits_follow_the_risk_and_come_sooner_when_it_rises(alone):
    """Medium: two weeks; raised on day 3: one week from then; never later."""
    s, d = alone, alone.d
    code = approved(s)
    assert steps(s, code, "N18")[0]["due_at"] == "2026-12-09T00:00:00+07:00"
    d.step("2026-11-27T10:00:00+07:00")
    for risk in ("high", "low"):
        a = s.post(code, "risk", {"acted_at": d.now, "risk": risk,
                                  "reason": WHY}, "officer")
        assert a.status == 200
        k = steps(s, code, "N18")
        assert [x["state"] for x in k] == ["dropped", "open"]
        assert k[1]["due_at"] == "2026-12-05T00:00:00+07:00"
    s.do(code, "N18", "officer", acted_at=d.now, place="home",
         child_seen=True)
    # Low now: one month after 27 November.
    assert steps(s, code, "N18")[2]["due_at"] == "2026-12-28T00:00:00+07:00"


def test_more_risk_opens_no_visit_where_there_is_no_plan(s):
    code = s.open()
    s.post(code, "risk", {"acted_at": NOW, "risk": "high", "reason": WHY},
           "officer")
    assert steps(s, code, "N18") == []


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
