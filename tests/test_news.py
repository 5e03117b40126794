"""Alarms and news of cases climb until a human answers, as clocks do."""
import re

from hotline import ROOT
from ward import AN, BINH, CUONG, LINK, QUIET, at, quiet_conf, ward

__all__ = ["quiet_conf", "ward"]

REFUSED = re.compile("từ chối liên tiếp|bi tu choi")


def refuse_three(w):
    """Three notifications in a row that cannot be read: an alarm."""
    for _ in range(3):
        answer = w.d.api("POST", "/v1/referrals", {"kind": "?"}, w.key)
        assert answer.status == 422


def answer(w, e):
    status, _, _ = w.link("POST", LINK.search(e.message.text)[1])
    assert status == 200


def quiet_case(w, e):
    """The case's own clock rests."""
    answer(w, e)


def test_an_alarm_climbs_until_somebody_answers(ward):
    w = ward().staff()
    w.expect(BINH)
    refuse_three(w)
    w.quiet()
    w.d.step(at(60 - 0.001))
    w.quiet()
    w.expect(CUONG)
    w.d.step(at(60))
    w.quiet()
    e = w.expect(CUONG)
    w.d.step(at(120))
    w.quiet()
    answer(w, e)
    w.d.step(at(24 * 60))
    w.quiet()


def test_an_alarm_raised_when_nobody_was_there_calls_who_comes(ward):
    """It was silent for good, and kept the next ones of its kind silent."""
    w = ward()
    w.key = w.d.agency("truong1")
    refuse_three(w)
    w.d.step(at(90))
    w.quiet()
    w.people["cuong"] = w.d.member("cuong", "chairman", sms=CUONG)
    w.expect(CUONG)
    w.d.step(at(120))
    w.quiet()


def test_an_answered_alarm_that_comes_again_waits_for_its_hold(ward):
    w = ward().staff()
    e = w.expect(BINH)
    refuse_three(w)
    w.quiet()
    answer(w, e)
    w.d.step(at(10))
    refuse_three(w)
    w.d.step(at(60 - 0.001))
    w.quiet()
    w.expect(BINH)
    w.d.step(at(60))
    w.quiet()


def test_more_information_climbs_until_somebody_answers(ward):
    w = ward().staff()
    e = w.expect(AN)
    made = w.refer()
    w.quiet()
    answer(w, e)  # the case's own ladder rests for half an hour
    w.d.step(at(5))
    w.expect(AN)
    updates = made["links"]["updates"]
    assert w.d.api("POST", updates, {"text": "Thêm."}, w.key).status == 201
    w.quiet()
    w.expect(AN)  # a second one before anybody answered
    w.d.step(at(6))
    assert w.d.api("POST", updates, {"text": "Nữa."}, w.key).status == 201
    w.quiet()
    w.expect(AN)  # its own ladder resumes
    w.d.step(at(30))
    w.quiet()
    w.d.step(at(34.999))
    w.quiet()
    e = w.expect(BINH)
    w.d.step(at(35))
    w.quiet()
    answer(w, e)
    left = [a for a in w.d.ctl("alert", "list", "--all")["items"]
            if a["kind"] == "update"]
    assert {a["state"] for a in left} == {"acked"}


def test_closing_a_case_ends_its_news(ward, quiet_conf):
    quiet_conf.write_text(QUIET)
    w = ward(procedure=quiet_conf).staff()
    w.d.member("phu", "vice_chairman", sms="+84900000009")
    made = w.refer()
    w.quiet()
    w.expect(AN)
    w.expect(BINH)
    assert w.d.api("POST", made["links"]["updates"], {"text": "Thêm."},
                   w.key).status == 201
    w.quiet()
    code = made["cases"][0]
    w.d.ctl("case", "done", code, "N08", "--by", "cuong", "--evidence", "1",
            "--set", "emergency=no", "--set", "reason=Thử nghiệm")
    w.d.ctl("case", "done", code, "N20", "--by", "cuong", "--evidence", "2",
            "--set", "next=close", "--set", "reason=other",
            "--set", "explanation=Thử nghiệm")
    w.d.ctl("case", "close", code, "other", "--by", "cuong")
    w.d.step(at(3 * 24 * 60))
    w.quiet()
    assert not w.d.ctl("alert", "list")["items"]


def digest_of(w, n):
    """A downtime over the first warning of n cases; the one message."""
    cases = [w.refer()["cases"][0] for _ in range(n)]
    w.quiet()
    w.d.stop()
    w.d.now = at(7 * 60)
    e = w.expect(AN)
    w.d.start()
    w.quiet()
    return cases, e


def test_a_digest_answers_for_no_case_its_reader_is_barred_from(
        ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    cases, e = digest_of(w, 8)
    for code in (cases[0], cases[5]):
        w.d.ctl("case", "bar", code, "--member", "an")
    answer(w, e)
    left = {a["case"] for a in w.d.ctl("alert", "list")["items"]}
    assert left == {cases[0], cases[5]}


def test_a_digest_answers_though_its_first_alert_is_over(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    cases, e = digest_of(w, 8)
    for code in cases[:3]:
        w.d.ctl("case", "done", code, "N08", "--by", "cuong", "--evidence",
                "1", "--set", "emergency=no", "--set", "reason=Thử nghiệm")
    status, _, page = w.link("GET", LINK.search(e.message.text)[1])
    assert status == 200 and "<button" in page
    answer(w, e)
    assert not w.d.ctl("alert", "list")["items"]


def test_every_shipped_alarm_has_a_text():
    text = (ROOT / "conf/messages/vi.conf").read_text()
    kinds = set(re.findall(
        r'(?:alarm_raise|case_tell_\w+)\(\s*tx,[^";]*"(\w+)"', "".join(
            p.read_text() for f in ("daemon", "handlers")
            for p in sorted((ROOT / f).glob("*.c")))))
    assert len(kinds) > 8
    assert {k for k in kinds if f"  {k} = {{" not in text} == set()
