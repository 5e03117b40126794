"""Two cases become one file, and apart again; no clock falls silent by it."""
import pytest

from case_site import MARKS, NOW, PAPER
from casework import NO, running, s, said  # noqa: F401
from casework import pointers
from hotline import Daemon

WHY = "Lý do thử nghiệm."
EARLIER = "2026-11-24T05:00:00+07:00"


def join(s, kept, gone, who="lead", status=200):
    a = s.post(kept, "merge", {"case": gone, "reason": WHY}, who)
    assert a.status == status, a
    return a.json


def apart(s, gone, who="lead", status=200):
    a = s.post(gone, "unmerge", {"reason": WHY}, who)
    assert a.status == status, a
    return a.json


def received(instant):
    return {"source": {"channel": "phone", "received_at": instant}}


def open_steps(s, code, of=None):
    return {k["step"] for k in s.case(code)["clocks"]
            if k["state"] == "open" and k.get("of_case") == of}


# ---- Both histories ----

def test_a_merged_case_keeps_its_own_history(s):
    kept, gone = s.open(), s.open()
    s.do(gone, "N04", "officer")
    shown = join(s, kept, gone)
    assert shown["state"] == "open"
    was = s.case(gone)
    assert (was["state"], was["merged_into"]) == ("merged", kept)
    assert [c["name"] for c in was["children"]] != []
    names = {c["name"] for c in s.case(kept)["children"]}
    assert {c["name"] for c in was["children"]} < names and len(names) == 2
    acts = [(e["act"], e["detail"].get("step")) for e in s.events(gone)]
    assert ("case.act", "N04") in acts and ("case.merged", None) in acts
    both = [e["act"] for e in s.events(kept)]
    assert both.count("case.opened") == 2 and both.count("case.merged") == 2
    merge, = s.case(kept)["merges"]
    assert (merge["case"], merge["into"]) == (gone, kept)
    assert "undone_at" not in merge


def test_the_work_goes_on_in_the_file_alone(s):
    kept, gone = s.open(), s.open()
    join(s, kept, gone)
    for what, body in [("steps/N04/done", {"acted_at": NOW}),
                       ("notes", {"text": "Thử."}),
                       ("assign", {"member": "canbo2", "reason": WHY}),
                       ("risk", {"acted_at": NOW, "risk": "low",
                                 "reason": WHY})]:
        said(s.post(gone, what, body, "lead"), 409, "case_merged")
    s.post(kept, "assign", {"member": "canbo2", "reason": WHY}, "lead")
    assert s.case(gone)["assignee"] == s.case(kept)["assignee"] == "canbo2"


def test_what_cannot_be_merged(s):
    kept, gone, third = s.open(), s.open(), s.open()
    body = {"case": gone, "reason": WHY}
    said(s.post(kept, "merge", body, "officer"), 403, "forbidden")
    assert pointers(s.post(kept, "merge", {**body, "case": "ZZZZ-ZZZZ"},
                           "lead")) == {"/case"}
    said(s.post(kept, "merge", {**body, "case": kept}, "lead"), 409,
         "state_conflict")
    said(s.post(kept, "unmerge", {"reason": WHY}, "lead"), 409,
         "state_conflict")
    join(s, kept, gone)
    said(s.post(third, "merge", body, "lead"), 409, "state_conflict")
    said(s.post(third, "merge", {**body, "case": kept}, "lead"), 409,
         "state_conflict")


def test_the_case_with_a_plan_or_an_isolation_is_kept(s):
    kept = s.open()
    isolated = s.open(alleged=[{"relation": "parent"}])
    s.approve(isolated, "N09", decision="isolate", reason=WHY)
    said(s.post(kept, "merge", {"case": isolated, "reason": WHY}, "lead"),
         409, "state_conflict")
    join(s, isolated, kept)


# ---- Clocks ----

def test_the_earliest_receipt_rules_both_ways_round(s):
    early = s.open(**received(EARLIER))
    for kept, gone in ((s.open(), early), (s.open(**received(EARLIER)),
                                           s.open())):
        join(s, kept, gone)
        assert s.case(kept)["t0_at"] == EARLIER
        due = {k["due_at"] for k in s.case(kept)["clocks"]
               if k["step"] == "N08"}
        assert due == {"2026-11-24T17:00:00+07:00"}  # 12 hours of both


def test_no_clock_ends_by_a_merge(s):
    kept, gone = s.open(), s.open()
    s.do(kept, "N05", "officer", verified="yes")
    mine, theirs = open_steps(s, kept), open_steps(s, gone)
    assert "N05" in theirs and "N05" not in mine
    join(s, kept, gone)
    assert open_steps(s, kept) >= mine
    assert open_steps(s, kept, of=gone) == theirs
    gate = s.d.api("GET", f"/v1/cases/{kept}/gate", key=s.keys["boss"])
    assert "N05" in {u.get("step") for u in gate.json["unmet"]}


def test_one_act_does_the_step_for_both(s):
    kept, gone = s.open(), s.open()
    join(s, kept, gone)
    s.do(kept, "N06", "officer", risk="low", items=MARKS)
    rows = [k for k in s.case(kept)["clocks"] if k["step"] == "N06"]
    assert [(k["state"], k.get("of_case")) for k in rows] == \
        [("done", None), ("done", gone)]
    # What follows opens once.
    assert len([k for k in s.case(kept)["clocks"]
                if k["step"] == "N13"]) == 1


def test_a_step_done_here_and_open_there_is_done_once_more(s):
    kept, gone = s.open(), s.open()
    s.do(kept, "N05", "officer", verified="yes")
    join(s, kept, gone)
    s.do(kept, "N05", "officer")
    assert {k["state"] for k in s.case(kept)["clocks"]
            if k["step"] == "N05"} == {"done"}


def test_the_more_careful_facts_rule(s):
    kept, gone = s.open(), s.open(alleged=[{"relation": "parent"}])
    s.approve(kept, "N07", **NO)
    s.do(kept, "N05", "officer", verified="no")
    assert s.case(kept)["facts"]["emergency"] == "no"
    join(s, kept, gone)
    facts = s.case(kept)["facts"]
    assert (facts["emergency"], facts["alleged_carer"], facts["isolation"],
            facts["verified"]) == ("yes", "yes", "ground", "unknown")
    assert "N08" in open_steps(s, kept) | open_steps(s, kept, of=gone)


def test_a_conclusion_for_one_does_not_end_the_alarm_of_the_other(s):
    """Whoever concluded did not know of the second notification."""
    kept, gone = s.open(), s.open()
    s.approve(kept, "N07", **NO)
    join(s, kept, gone)
    assert s.case(kept)["facts"]["emergency"] == "presumed"
    assert "N07" in open_steps(s, kept, of=gone)
    # Who concludes for the file concludes for both.
    s.approve(kept, "N07", **NO)
    assert not {"N07", "N08"} & (open_steps(s, kept)
                                 | open_steps(s, kept, of=gone))


@pytest.fixture
def ringing():
    """A site in which an urgent alert of a case rings, unanswered."""
    from case_site import FULL, Site
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


def alerts(s, who="boss"):
    a = s.d.api("GET", "/v1/alerts?limit=200", key=s.keys[who])
    assert a.status == 200, a
    return a.json["items"]


def rounds(s, code, clock):
    """How often a clock of a case called somebody."""
    return len([1 for e in s.events(code) if e["act"] == "alert.raised"
                and e["detail"]["clock"] == clock])


def test_a_ladder_goes_on_through_a_merge_until_a_human_acts(ringing):
    s = ringing
    kept, gone = s.open(), s.open()
    s.d.step("7h")  # 6 hours are left of the 12 of N08
    rang = [i for i in alerts(s) if i["case"] == gone]
    assert rang
    ids = {i["id"] for i in rang}
    join(s, kept, gone)
    still = {i["id"]: i for i in alerts(s)}
    assert ids <= set(still)
    # They say the code of the file, which is where to act.
    assert {still[i]["case"] for i in ids} == {kept}
    code = next(c["id"] for c in s.case(kept)["clocks"]
                if c["step"] == "N08" and c.get("of_case") == gone)
    had = rounds(s, gone, code)
    s.d.step("2h")  # nobody answers: it is called again
    assert rounds(s, gone, code) > had
    a = s.d.api("POST", f"/v1/alerts/{sorted(ids)[0]}/ack", {},
                key=s.keys["lead"])
    assert a.status in (200, 204), a
    s.do(kept, "N08", measures="Thử nghiệm.", emergency="yes")
    had = rounds(s, gone, code)
    s.d.step("3h")  # it was done: now it is quiet
    assert rounds(s, gone, code) == had


def test_the_lapse_of_a_merged_case_stays(ringing):
    s = ringing
    kept, gone = s.open(), s.open()
    join(s, kept, gone)
    s.d.step("13h")
    rows = [k for k in s.case(kept)["clocks"] if k["step"] == "N08"]
    assert len(rows) == 2 and all(k["lapsed_at"] for k in rows)
    apart(s, gone)
    row, = [k for k in s.case(gone)["clocks"] if k["step"] == "N08"]
    assert row["lapsed_at"]


# ---- Apart again ----

def test_apart_again_both_run_on(s):
    kept, gone = s.open(), s.open()
    before = open_steps(s, gone)
    join(s, kept, gone)
    s.do(kept, "N06", "officer", risk="high", items=MARKS)
    apart(s, gone)
    assert s.case(gone)["state"] == "open"
    assert open_steps(s, kept, of=gone) == set()
    # All but what was done for both; what that opened runs for both.
    now = open_steps(s, gone)
    assert before - now == {"N06"} and {"N13", "N15"} <= now
    assert now == open_steps(s, kept)
    assert s.case(gone)["facts"] == s.case(kept)["facts"]
    due = {c: running(s, c, "N13")["due_at"] for c in (kept, gone)}
    assert due[kept] == due[gone]
    merge, = s.case(gone)["merges"]
    assert merge["undone_at"]
    s.do(gone, "N13", "officer", risk="low", items=MARKS)
    assert running(s, kept, "N13")
    join(s, gone, kept)  # and the other way round


def test_a_closed_file_is_opened_before_it_is_taken_apart(s):
    kept, gone = s.open(), s.open()
    join(s, kept, gone)
    s.close_unfounded(kept)
    said(s.post(gone, "unmerge", {"reason": WHY}, "lead"), 409,
         "state_conflict")
    assert s.case(gone)["state"] == "merged"
    a = s.post(kept, "reopen", {"acted_at": NOW, "reason": WHY})
    assert a.status == 200, a
    apart(s, gone)
    assert open_steps(s, gone) >= open_steps(s, kept) != set()


def test_closing_the_file_ends_the_clocks_of_both(s):
    kept, gone = s.open(), s.open()
    first = s.receipt["id"]
    join(s, kept, gone)
    s.close_unfounded(kept)
    assert open_steps(s, kept) | open_steps(s, kept, of=gone) == set()
    a = s.d.api("GET", f"/v1/referrals/{first}", key=s.school)
    assert a.json["state"] == "closed"


# ---- Who sees it ----

def test_a_merged_case_inherits_the_bars_of_both(s):
    kept, gone = s.open(), s.open()
    s.d.ctl("case", "bar", gone, "--member", "canbo")
    s.d.ctl("case", "bar", kept, "--member", "canbo2")
    s.post(kept, "assign", {"member": "canbo", "reason": WHY}, "lead")
    assert s.read(kept, "officer").status == 200
    join(s, kept, gone)
    for code in (kept, gone):
        assert s.case(code)["assignee"] not in ("canbo", "canbo2")
        for who in ("officer", "other"):
            for what in ("", "/timeline", "/notes", "/readers", "/bars"):
                a = s.d.api("GET", f"/v1/cases/{code}{what}",
                            key=s.keys[who])
                assert a.status == 404, (code, who, what, a)
    bars = s.d.api("GET", f"/v1/cases/{kept}/bars", key=s.keys["boss"])
    assert {b["member"] for b in bars.json["items"]} == {"canbo", "canbo2"}
    mine, = [b for b in bars.json["items"] if b["member"] == "canbo"]
    # What they read of the other half before is listed, too.
    assert "case.read" in {e["act"] for e in mine["earlier"]}
    later, = [s.open()]
    join(s, kept, later)
    assert s.read(later, "officer").status == 404
    # A bar stays a bar when they part.
    apart(s, gone)
    for code in (kept, gone):
        for who in ("officer", "other"):
            assert s.read(code, who).status == 404, (code, who)


def test_who_is_barred_from_one_can_merge_neither(s):
    s.keys["lead2"] = s.keys.get("lead2") or s.d.member("truongnhom2", "lead")
    kept, gone = s.open(), s.open()
    s.d.ctl("case", "bar", gone, "--member", "truongnhom2")
    a, b = (s.post(kept, "merge", {"case": x, "reason": WHY}, "lead2")
            for x in (gone, "ZZZZ-ZZZZ"))
    assert pointers(a) == pointers(b) == {"/case"}
    assert gone not in a.text


def test_one_secret_is_the_secret_of_both(s):
    kept, gone = s.open(), s.open(confidential=True)
    first = s.open()
    receipt = s.receipt["id"]
    join(s, kept, gone)
    assert s.case(kept)["is_confidential"]
    join(s, gone_kept := s.open(confidential=True), first)
    a = s.d.api("GET", f"/v1/referrals/{receipt}", key=s.school)
    assert a.status == 404  # only its secret shows it from now on
    assert s.case(gone_kept)["is_confidential"]


def test_news_of_a_merged_case_reach_the_file(s):
    kept, gone = s.open(), s.open()
    receipt = s.receipt["id"]
    join(s, kept, gone)
    a = s.d.api("POST", f"/v1/referrals/{receipt}/updates",
                {"text": "Tin thêm.", "risk": "high"}, key=s.school)
    assert a.status == 201, a
    assert s.case(kept)["facts"]["emergency"] == "yes"
    assert "case.news" in {e["act"] for e in s.events(kept)}
    # The sender is told of no other case than before.
    a = s.d.api("GET", f"/v1/referrals/{receipt}", key=s.school)
    assert kept not in a.text


def test_recusal_from_the_merged_half_gives_the_file_away(s):
    kept, gone = s.open(), s.open()
    join(s, kept, gone)
    assert s.case(kept)["assignee"] == "canbo"
    a = s.d.api("POST", f"/v1/cases/{gone}/recuse", {},
                key=s.keys["officer"])
    assert a.status == 204, a
    for code in (kept, gone):
        assert s.read(code, "officer").status == 404
        assert s.case(code)["assignee"] not in ("canbo", None)


def test_what_was_asked_of_a_partner_is_answered_in_the_file(s):
    kept, gone = s.open(), s.open()
    a = s.post(gone, "refer", {
        "agency": "tramyte", "service": "Khám", "reason": WHY,
        "due_at": "2026-11-26T07:00:00+07:00", "share": []}, "lead")
    assert a.status == 201, a
    join(s, kept, gone)
    body = {"answer": "accepted", "call": {
        "who": "Trạm Trưởng Thử Nghiệm", "rank": "Trạm trưởng",
        "number": "0263000001", "called_at": NOW,
        "paper": "12/TB-TYT"}}
    path = f"referrals/{a.json['id']}/answer"
    said(s.post(gone, path, body, "officer"), 409, "case_merged")
    assert s.post(kept, path, body, "officer").status < 300
    done = s.d.api("POST", f"/v1/referrals/{a.json['id']}/complete",
                   {"outcome": "Đã khám."}, key=s.station)
    assert done.status == 200, done
    assert "referral.completed" in {e["act"] for e in s.events(kept)}


def test_hotlinectl_merges_and_takes_apart(s):
    kept, gone = s.open(), s.open()
    shown = s.d.ctl("case", "merge", kept, gone, "--by", "truongnhom",
                    "--reason", WHY)
    assert shown["code"] == kept
    assert s.d.ctl("case", "show", gone)["merged_into"] == kept
    assert {i["state"] for i in s.d.ctl("case", "list")["items"]
            if i["code"] == gone} == {"merged"}
    s.d.ctl("case", "unmerge", gone, "--by", "truongnhom", "--reason", WHY)
    assert s.d.ctl("case", "show", gone)["state"] == "open"


def test_what_was_agreed_for_one_is_asked_again(s):
    """The chairman did not know of the other when he agreed."""
    kept, gone = s.open(), s.open()
    s.agree(gone, "N07", **NO)
    s.do(kept, "N04", "officer")
    join(s, kept, gone)
    said(s.ask(kept, "N07", "done", "officer", paper=PAPER), 409,
         "not_agreed")
    assert {a["state"] for a in s.case(gone)["approvals"]} == {"void"}
