"""Ladders that people move: all must answer, forcing, another policy, why."""
from ward import AN, BINH, CUONG, at, ward
from test_ladders import (DUNG, LAST, answer, made, opened, procedure, rung,
                          timeline, until)

__all__ = ["made", "ward"]


# ---- A rung that needs all ----

def test_a_rung_that_needs_all_waits_for_all(made):
    w = made(rung("0m", "officer", "lead",
                  more='all = true; repeat = "10m"; repeats = 2;'),
             LAST).staff()
    _, an, binh = opened(w, AN, BINH)
    answer(w, an)
    until(w, 10, BINH)  # who answered is not asked again
    binh = until(w, 20, BINH)[0]
    answer(w, binh)
    w.d.step(at(49))
    w.quiet()
    until(w, 50, AN, BINH)  # nothing was done: the reminder goes to all


def test_without_all_one_answer_is_enough(made):
    w = made(rung("0m", "officer", "lead", more='repeat = "10m";'),
             LAST).staff()
    _, an, _ = opened(w, AN, BINH)
    answer(w, an)
    w.d.step(at(29))
    w.quiet()


def test_whoever_is_called_above_answers_for_a_rung_that_needs_all(made):
    w = made(rung("0m", "officer", "lead", more="all = true;"),
             LAST).staff()
    opened(w, AN, BINH)
    e = until(w, 60, CUONG)[0]
    answer(w, e)
    w.d.step(at(89))
    w.quiet()


# ---- Forced escalation ----

def escalate(w, code, who="binh", **body):
    return w.d.api("POST", f"/v1/cases/{code}/escalate",
                   {"reason": "Lý do thử nghiệm.", **body}, w.people[who])


def test_forcing_reopens_what_was_acknowledged(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    code, e = opened(w, AN)
    answer(w, e)
    assert escalate(w, code, "an").status == 403
    assert escalate(w, code, step="N99").json["code"] == "state_conflict"
    w.d.step(at(5))
    w.quiet()
    told = [w.expect(to) for to in (AN, BINH)]
    assert escalate(w, code).status == 204
    w.quiet()
    assert all("lãnh đạo yêu cầu" in e.message.text for e in told)
    until(w, 50, CUONG)  # 45 minutes of silence from the second rung on
    acts = [e["act"] for e in timeline(w, code)]
    assert "clock.escalated" in acts
    assert "Lý do" not in str([e["detail"] for e in timeline(w, code)])


def test_forcing_by_phone(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    code, _ = opened(w, AN)
    w.expect(AN)
    w.expect(BINH)
    w.d.ctl("case", "escalate", code, "--by", "cuong", "--reason", "Gấp.",
            "--step", "N08")
    w.quiet()


# ---- Another policy ----

def test_another_policy_silences_the_old_and_calls_the_new(made):
    w = made(rung("0m", "holder", more='repeat = "10m"; repeats = 3;'),
             LAST).staff()
    w.d.member("dung", "police", sms=DUNG)
    code, _ = opened(w, AN)
    w.path.write_text(procedure(
        rung("0m", "police", more='repeat = "10m"; repeats = 3;'), LAST))
    w.expect(DUNG)
    w.d.ctl("reload")
    w.quiet()
    until(w, 10, DUNG)
    assert "alert.uncalled" in [e["act"] for e in timeline(w, code)]


def test_the_same_policy_again_calls_nobody(made):
    w = made(rung("0m", "holder"), LAST).staff()
    opened(w, AN)
    w.d.ctl("reload")
    w.quiet()
    until(w, 60, CUONG)


# ---- Why ----

def why(w, code, who="cuong"):
    a = w.d.api("GET", f"/v1/cases/{code}/why", key=w.people[who])
    assert a.status == 200, a
    return a.json


def test_why_says_who_was_told_and_who_is_next(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    code, e = opened(w, AN)
    w.d.ctl("leave", "add", "binh", at(10), at(30))
    told, (clock,) = why(w, code)["told"], why(w, code)["clocks"]
    assert [(t["who"], t["channel"], t["state"], t["rung"], t["kind"])
            for t in told] == [("an", "sms", "accepted", 0, "opened")]
    assert told[0]["result"].startswith("accepted")
    n = clock["next"]
    # The lead is away then: the chairman is next, at the lead's minute.
    assert (n["at"], n["who"], n["why"]) == (
        at(15), ["cuong"], "awaiting_answer")
    assert n["skipped"] == [{"who": "binh", "why": "leave"}]
    answer(w, e)
    after = why(w, code)
    assert after["told"][0]["acked_at"] == at(0)
    n = after["clocks"][0]["next"]
    assert (n["at"], n["who"], n["why"], n["kind"]) == (
        at(30), ["an"], "acknowledged", "resume")
    assert "case.why" in [e["act"] for e in timeline(w, code)]


def test_why_says_what_holds_a_message_back(made):
    w = made(rung("0m", "holder", "lead"), LAST,
             channels={"email": {}, "sms": {}},
             settings={"accept_within": "10m", "breaker_failures": 50})
    w.staff(an={"email": "an@phuong.test"})
    w.smtp.always = "451 4.3.0 later"
    code, _ = opened(w, BINH)
    held = [t for t in why(w, code)["told"] if t["state"] == "waiting"]
    assert [(t["who"], t["waits_for"]) for t in held] == [("an", "retry")]
    out = w.d.ctl_raw("case", "why", code).stdout
    assert "retry" in out and "awaiting_answer" in out


def test_why_is_not_for_the_barred(made):
    w = made(rung("0m", "holder"), LAST).staff()
    code, _ = opened(w, AN)
    w.d.ctl("case", "bar", code, "--member", "binh")
    a = w.d.api("GET", f"/v1/cases/{code}/why", key=w.people["binh"])
    assert a.status == 404
