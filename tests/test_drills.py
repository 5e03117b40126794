"""Drills through real channels, and agencies that must report."""
import re
import sqlite3

from hotline import copy_of
from ward import AN, BINH, CODE, CUONG, LINK, at, take_reply, ward

__all__ = ["ward"]

DRILL = re.compile("DIỄN TẬP")
BOTH = {"email": {}, "sms": {}}


def answer(w, e):
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 200


def states(w):
    return {(d["who"], d["channel"]): d["state"]
            for d in w.d.ctl("drill", "list")["items"]}


def test_a_drill_goes_through_every_channel_and_says_so(ward):
    w = ward(channels=BOTH)
    w.staff(an={"email": "an@phuong.test", "sms": AN})
    mail = w.expect("an@phuong.test", channel="email", text=DRILL,
                    subject=DRILL)
    for to in (AN, BINH, CUONG):
        w.expect(to, channel="sms", text=DRILL)
    assert w.d.ctl("drill", "alert")["messages"] == 4
    w.quiet()
    rows = w.d.ctl("alert", "list")["items"]
    assert {(a["kind"], a["is_drill"]) for a in rows} == {("drill", True)}
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"]).json["items"]
    assert [a["is_drill"] for a in mine] == [True, True]
    path = LINK.search(mail.message.text)[1]
    assert "DIỄN TẬP" in w.link("GET", path)[2]
    answer(w, mail)
    assert w.link("GET", path)[0] == 410
    assert states(w) == {("an", "email"): "done", ("an", "sms"): "open",
                         ("binh", "sms"): "open", ("cuong", "sms"): "open"}


def test_a_drill_must_be_answered(ward):
    w = ward().staff()
    e = w.expect(AN, text=DRILL)
    w.d.ctl("drill", "alert", "--member", "an")
    w.quiet()
    assert w.d.ctl("drill", "alert", "--member", "an")["messages"] == 0
    w.d.step(at(24 * 60 - 1))
    w.quiet()
    alarm = w.expect(BINH, text=re.compile("không được trả lời"))
    w.d.step(at(24 * 60))
    w.quiet()
    assert not DRILL.search(alarm.message.subject + alarm.message.text[:30])
    assert states(w) == {("an", "sms"): "dropped"}
    db = sqlite3.connect(copy_of(w.d))
    assert db.execute("SELECT count(*) FROM event"
                      " WHERE act = 'drill.unanswered'").fetchone() == (1,)
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 410


def test_a_drill_is_answered_by_code_and_stays_on_its_channel(ward):
    w = ward(channels=BOTH)
    w.staff(an={"email": "an@phuong.test", "sms": AN})
    w.smtp.always = "550 5.1.1 nobody"
    e = w.expect(AN, text=DRILL)
    w.expect(BINH, text=re.compile("kênh email từ chối"))
    w.d.ctl("drill", "alert", "--member", "an")
    w.quiet()
    take_reply(w, AN[1:], CODE.search(e.message.text)[0])
    assert states(w)[("an", "sms")] == "done"
    refused = next(d for d in w.d.ctl("drill", "list")["items"]
                   if d["channel"] == "email")
    assert (refused["state"], refused["result"]) == ("open", "permanent 550")


def test_drills_join_no_digest(ward):
    """They wait for what is real; one answer to a digest is none to them."""
    w = ward(channels={"sms": {"interval": "1m"}},
             settings={"digest_above": 1}).staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    w.d.ctl("drill", "alert", "--member", "an")
    codes = [w.refer()["cases"][0] for _ in range(2)]
    w.quiet()
    digest = w.expect(AN, text=re.compile(codes[0]))
    w.d.step(at(1))
    w.quiet()
    assert codes[1] in digest.message.text
    answer(w, digest)
    assert states(w) == {("an", "sms"): "open"}
    w.expect(AN, text=DRILL)
    w.d.step(at(2))
    w.quiet()


# ---- Drills of whoever was silent for a month: the same in everything ----

MONTH = 30 * 24 * 60


def test_a_monthly_drill_is_marked_everywhere(ward):
    w = ward(channels=BOTH, settings={"drill_every": "30d"})
    w.staff(an={"email": "an@phuong.test", "sms": AN})
    w.d.step(at(MONTH - 1))
    w.quiet()
    mail = w.expect("an@phuong.test", channel="email", text=DRILL,
                    subject=DRILL)
    for to in (AN, BINH, CUONG):
        w.expect(to, channel="sms", text=DRILL)
    w.d.step(at(MONTH))
    w.quiet()
    rows = w.d.ctl("alert", "list")["items"]
    assert [(a["kind"], a["is_drill"]) for a in rows] == [("drill", True)] * 4
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"]).json["items"]
    assert [a["is_drill"] for a in mine] == [True, True]
    path = LINK.search(mail.message.text)[1]
    assert "DIỄN TẬP" in w.link("GET", path)[2]
    answer(w, mail)
    assert states(w) == {("an", "email"): "done", ("an", "sms"): "open",
                         ("binh", "sms"): "open", ("cuong", "sms"): "open"}
    w.expect("an@phuong.test", channel="email", text=DRILL, subject=DRILL)
    assert w.d.ctl("drill", "alert", "--member", "an")["messages"] == 1
    w.quiet()


def test_a_monthly_drill_joins_no_digest(ward):
    w = ward(channels={"sms": {"interval": "1m"}},
             settings={"digest_above": 1, "drill_every": "30d"}).staff()
    w.d.step(at(MONTH - 0.5))
    w.expect(AN)
    w.refer()
    w.quiet()
    w.d.step(at(MONTH))
    codes = [w.refer()["cases"][0] for _ in range(2)]
    w.quiet()
    digest = w.expect(AN, text=re.compile(codes[0]))
    w.d.step(at(MONTH + 0.5))
    w.quiet()
    assert codes[1] in digest.message.text
    answer(w, digest)
    assert states(w)[("an", "sms")] == "open"
    for to in (AN, BINH, CUONG):
        w.expect(to, text=DRILL)
    w.d.step(at(MONTH + 4))
    w.quiet()


def test_a_drill_that_waits_for_its_answer_was_sent_again(ward):
    """An admin's drill passed it over; that of drill_every did not."""
    w = ward(settings={"drill_every": "6h", "drill_answer": "1d"}).staff()
    for to in (AN, BINH, CUONG):
        w.expect(to, text=DRILL)
    w.d.step(at(6 * 60))
    w.quiet()
    w.d.step(at(29 * 60))
    w.quiet()
    assert len(w.d.ctl("drill", "list")["items"]) == 3


# ---- Agencies that must report ----

SILENT = re.compile("truong1 không gửi tín hiệu")


def beat(w):
    answer = w.d.api("POST", "/v1/heartbeat", {}, w.key, idem=False)
    assert answer.status == 204, answer


def test_a_silent_agency_is_an_alarm_until_it_reports(ward):
    w = ward().staff()
    w.d.ctl("agency", "heartbeat", "truong1", "--within", "6h")
    w.d.step(at(5 * 60))
    beat(w)
    w.d.step(at(11 * 60 - 1))
    w.quiet()
    w.expect(BINH, text=SILENT)
    w.d.step(at(11 * 60))
    w.quiet()
    w.expect(CUONG, text=SILENT)  # an hour of silence
    w.d.step(at(12 * 60))
    w.quiet()
    beat(w)  # back: resolved, nobody needs to answer
    assert not w.d.ctl("alert", "list")["items"]
    w.d.step(at(18 * 60 - 1))
    w.quiet()
    e = w.expect(BINH, text=SILENT)
    w.d.step(at(18 * 60))
    w.quiet()
    answer(w, e)  # somebody rang them up; they are silent all the same
    w.expect(BINH, text=SILENT)
    w.d.step(at(19 * 60 + 30))
    w.quiet()
    w.d.ctl("agency", "heartbeat", "truong1", "--within", "0s")
    w.d.step(at(48 * 60))
    w.quiet()


def test_a_notification_is_a_sign_of_life(ward):
    w = ward().staff()
    w.d.ctl("agency", "heartbeat", "truong1", "--within", "6h")
    w.d.step(at(5 * 60))
    assert w.d.api("POST", "/v1/referrals", {"kind": "?"},
                   w.key).status == 422
    w.d.step(at(6 * 60 + 1))
    w.quiet()
    agency = w.d.ctl("agency", "list")["items"][0]
    assert agency["silent_after_s"] == 6 * 3600


def test_a_stopped_agency_need_not_report(ward):
    w = ward().staff()
    w.d.ctl("agency", "heartbeat", "truong1", "--within", "6h")
    w.d.ctl("agency", "stop", "truong1")
    w.d.step(at(24 * 60))
    w.quiet()
