"""The gate before the end, closing, reopening, going round again."""
import pytest

from case_site import MARKS, NOW
from casework import (ACTIVITY, ORDER, WHY, approved, change, invite, isolated,
                      items, plan, pointers, running, said, steps, alone, s)

__all__ = ["alone", "s"]

# ---- The gate and the end ----

def unmet(s, code):
    a = s.d.api("GET", f"/v1/cases/{code}/gate", key=s.keys["officer"])
    assert a.status == 200, a
    assert a.json["is_clear"] == (a.json["unmet"] == [])
    return {u["id"] if u["id"] != "urgent" else u["step"]
            for u in a.json["unmet"]}


def close(s, code, reason, who="boss"):
    return s.post(code, "close", {"acted_at": NOW, "reason": reason}, who)


END = {"next": "close", "reason": "no_risk", "no_more_risk": True,
       "is_stable": True}


def test_the_gate_lists_every_duty_until_it_is_met(s):
    code = approved(s)
    s.do(code, "N05", "officer", verified="yes")
    assert unmet(s, code) == {"decision", "plan_sent", "activities",
                              "review", "told", "N24"}
    refused = said(close(s, code, "no_risk"), 409, "gate_unmet")
    assert {u["id"] for u in refused["unmet"]} >= {"plan_sent", "review"}
    s.do(code, "N16b", "officer")
    assert "plan_sent" not in unmet(s, code)
    s.do(code, "N17", "officer", item=1)
    change(s, code, 2, cancel=True)
    assert "activities" not in unmet(s, code)
    s.do(code, "N21", "officer")
    s.do(code, "N24")
    s.do(code, "N19", "officer", risk="low", items=MARKS)
    assert unmet(s, code) == {"decision"}
    s.do(code, "N20", **END)
    # Deciding to close is not closing: the sender is told, the file entered.
    assert s.case(code)["state"] == "open"
    assert unmet(s, code) == {"told", "filed"}
    s.do(code, "N21", "officer")
    assert pointers(s.ask(code, "N21b", "done", "officer")) == {"/reference"}
    s.do(code, "N21b", "officer", reference="CSDL-2026-001")
    assert unmet(s, code) == set()
    assert pointers(close(s, code, "unfounded")) == {"/reason"}
    said(close(s, code, "no_risk", "officer"), 403, "forbidden")
    assert close(s, code, "no_risk", "lead").status == 200
    c = s.case(code)
    assert (c["state"], c["close_reason"]) == ("closed", "no_risk")
    assert {k["state"] for k in c["clocks"]} <= {"done", "dropped"}
    said(close(s, code, "no_risk"), 409, "state_conflict")


@pytest.mark.parametrize("reason", ["transferred", "of_age", "died"])
def test_whoever_leaves_our_care_needs_no_review(s, reason):
    """Nobody does what a plan left open; sender and file remain."""
    code = approved(s)
    for step, body in (("N05", {"verified": "yes"}), ("N16b", {}),
                       ("N21", {})):
        s.do(code, step, "officer", **body)
    s.do(code, "N24")
    s.do(code, "N20", next="close", reason=reason)
    assert unmet(s, code) == {"told", "filed"}
    s.do(code, "N21", "officer")
    s.do(code, "N21b", "officer", reference="CSDL-2026-002")
    assert close(s, code, reason).status == 200


def test_isolation_keeps_a_case_open(s):
    code = isolated(s)
    assert "isolation" in unmet(s, code)
    s.approve(code, "N10", decision="end", reason=WHY)
    assert "isolation" not in unmet(s, code)


def test_urgent_steps_keep_a_case_open(s):
    code = s.open()
    s.do(code, "N05", "officer", verified="no")
    s.do(code, "N20", next="close", reason="unfounded")
    s.do(code, "N21", "officer")
    assert {"N07", "N08"} <= unmet(s, code)
    said(close(s, code, "unfounded"), 409, "gate_unmet")


def test_the_paper_of_an_order_keeps_a_case_open(s):
    code = s.open(alleged=[{"relation": "parent"}])
    assert s.ask(code, "N09", "oral", "officer", **ORDER).status == 200
    assert "papers_N09" in unmet(s, code)


@pytest.mark.parametrize("body,where", [
    ({"next": "close"}, "/reason"),
    ({"next": "close", "reason": "no_risk", "no_more_risk": True},
     "/is_stable"),
    ({"next": "close", "reason": "other"}, "/explanation"),
    ({"next": "repeat", "reason": "died"}, "/reason"),
    ({}, "/next")])
def test_the_end_is_decided_for_a_reason(s, body, where):
    code = s.open()
    s.unfounded(code)
    assert where in pointers(s.ask(code, "N20", "done", **body))


def test_an_unfounded_case_closes_and_the_sender_sees_it(s):
    code = s.open()
    link = s.receipt["links"]["self"]
    s.close_unfounded(code)
    assert s.case(code)["close_reason"] == "unfounded"
    a = s.d.api("GET", link, key=s.school)
    assert a.json["state"] == "closed"


def test_a_reopened_case_is_assessed_and_decided_anew(s):
    code = s.open()
    link = s.receipt["links"]["self"]
    body = {"acted_at": NOW, "reason": WHY}
    said(s.post(code, "reopen", body), 409, "state_conflict")
    s.close_unfounded(code)
    said(s.post(code, "reopen", body, "officer"), 403, "forbidden")
    assert pointers(s.post(code, "reopen", {"acted_at": NOW})) == {"/reason"}
    a = s.post(code, "reopen", body, "lead")
    assert a.status == 200, a
    c = s.case(code)
    assert (c["state"], c["facts"]["outcome"]) == ("open", "none")
    assert "close_reason" not in c
    open_ = {k["step"] for k in c["clocks"] if k["state"] == "open"}
    assert {"N06", "N20"} <= open_
    said(close(s, code, "unfounded"), 409, "gate_unmet")
    assert s.d.api("GET", link, key=s.school).json["state"] == "in_progress"
    news = s.d.ctl("alert", "list", "--case", code)["items"]
    assert [a["kind"] for a in news if "step" not in a] == ["update"]
    acts = [e["act"] for e in s.events(code)]
    assert "case.closed" in acts and "case.reopened" in acts


def test_a_plan_that_did_not_help_goes_round_again(s):
    code = approved(s)
    s.do(code, "N13", "officer", risk="medium", items=MARKS)
    s.do(code, "N14", **invite(("team", "Cán bộ thử nghiệm")))
    s.do(code, "N19", "officer", risk="medium", items=MARKS)
    s.do(code, "N20", next="repeat")
    assert [k["state"] for k in steps(s, code, "N13")] == ["done", "open"]
    assert [k["state"] for k in steps(s, code, "N15")] == ["done", "open"]
    s.do(code, "N15", "officer", activities=[{**ACTIVITY,
                                              "end": "2026-12-30"}])
    s.approve(code, "N16")
    p = plan(s, code)
    assert (p["round"], [v["number"] for v in p["activities"]]) == (2, [3])
    said(change(s, code, 2, cancel=True), 409, "state_conflict")
    k = items(s, code)  # what the first plan left open rings no more
    assert [k[n]["state"] for n in "123"] == ["dropped", "dropped", "open"]
    assert running(s, code, "N19")["due_at"] == "2026-12-31T00:00:00+07:00"
    s.do(code, "N19", "officer", risk="medium", items=MARKS)
    s.do(code, "N20", next="repeat")  # and once more
    assert [k["state"] for k in steps(s, code, "N15")] == \
        ["done", "done", "open"]


# ---- hotlinectl ----

def test_the_admin_tool_speaks_of_all_this(s):
    d = s.d
    code = s.open(alleged=[{"relation": "parent"}])
    d.ctl("case", "oral", code, "N09", "--by", "canbo", "--ordered-by",
          "chutich", "--witness", "Người Thử Nghiệm Ba", "--set",
          "decision=isolate", "--set", "days:=7")
    assert s.clocks(code)["N10a"]["due_at"] == "2026-12-02T00:00:00+07:00"
    d.ctl("case", "risk", code, "high", "--by", "canbo", "--reason", WHY)
    assert s.case(code)["facts"]["risk"] == "high"
    gate = d.ctl("case", "gate", code)
    assert not gate["is_clear"]
    text = d.ctl_raw("case", "gate", code).stdout
    assert "papers_N09" in text and "Thử Nghiệm" not in text
    done = d.ctl_raw("case", "close", code, "other", "--by", "chutich")
    assert done.returncode == 1 and "gate_unmet" in done.stderr + done.stdout
    other = s.open()
    s.close_unfounded(other)
    d.ctl("case", "reopen", other, "--by", "truongnhom", "--reason", WHY)
    assert s.case(other)["state"] == "open"
    bad = d.ctl_raw("case", "done", other, "N04", "--by", "canbo", "--set",
                    "item:={")
    assert bad.returncode == 2
    acts = [e["act"] for e in s.events(other)]
    assert "reopen.by_phone" in acts


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
