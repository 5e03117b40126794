"""Who is called, who next, and who not any more: the ladders of a case."""
import re

import pytest

from hotline import ROOT, whole_timeline
from ward import AN, BINH, CODE, CUONG, LINK, at, take_reply, ward

__all__ = ["ward"]

DUNG, HOA = "+84900000004", "+84900000005"
NEWS = """
  ladders = (
  { id = "news"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["holder", "lead"]; repeat = "1d"; } ); },
  { id = "news_lead"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "1d"; } ); },
  { id = "alarm"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "1d"; } ); },
"""
STEPS = """
  steps = ( { id = "N08"; vi = "Can thiệp khẩn cấp"; en = "Emergency";
    role = "chairman"; kind = "conclude"; opens = ["received"];
    limit = "12h"; start = "t0"; warn = ["start"];
    ladder = "one"; basis = "law"; source = "D56 26.3"; leg = "chairman"; },
  { id = "N20"; vi = "Kết thúc"; en = "Close"; role = "chairman";
    kind = "close"; opens = ["N08.done"]; limit = "5wd"; start = "event";
    ladder = "one"; basis = "proposal"; source = "D56 30.1";
    leg = "chairman"; } );
"""


def rung(after, *who, more=""):
    names = ", ".join(f'"{w}"' for w in who)
    return f'{{ after = "{after}"; who = [{names}]; {more} }}'


def procedure(*rungs, holds="30m", steps=STEPS):
    return ('procedure = { id = "made"; version = 1;\n'
            'names = { vi = "Quy trình thử"; en = "Test"; };' + NEWS +
            f'{{ id = "one"; urgent = true; ack_holds = "{holds}";\n'
            f'rungs = ( {", ".join(rungs)} ); }} );' + steps + "};\n")


@pytest.fixture
def made(tmp_path, ward):
    """A ward whose one ladder has these rungs."""

    def make(*rungs, channels=None, settings=None, **more):
        path = tmp_path / "procedures" / "made.conf"
        path.parent.mkdir(exist_ok=True)
        path.write_text(procedure(*rungs, **more))
        w = ward(procedure=path, channels=channels, settings=settings)
        w.path = path
        return w

    return make


def until(w, minute, *whom, **more):
    """Nobody until that minute, and then exactly these."""
    w.d.step(at(minute - 0.001))
    w.ledger.settle(quiet=0.1)
    out = [w.expect(to, **more) for to in whom]
    w.d.step(at(minute))
    w.quiet()
    return out


def opened(w, *whom, **more):
    out = [w.expect(to) for to in whom]
    code = w.refer(**more)["cases"][0]
    w.quiet()
    return [code, *out]


def answer(w, e):
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 200


def timeline(w, code):
    return whole_timeline(w.d, code, w.people["cuong"])


LAST = rung("1h", "chairman", more='repeat = "1h";')


# ---- Climbing ----

def test_an_empty_rung_is_skipped_at_once_and_recorded(made):
    w = made(rung("0m", "police"), rung("30m", "lead"), LAST).staff()
    code, _ = opened(w, BINH)
    nobody = [e for e in timeline(w, code) if e["act"] == "alert.nobody"]
    assert [e["detail"]["rung"] for e in nobody] == [0]


def test_an_empty_rung_says_who_was_passed_over(made):
    w = made(rung("0m", "holder"), LAST).staff()
    w.d.ctl("leave", "add", "an", at(-1), at(60))
    w.d.ctl("leave", "add", "binh", at(-1), at(60))
    code, _ = opened(w, CUONG)
    assert "leave" in str(timeline(w, code))


def test_each_silence_brings_the_next_at_its_minute_once(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    opened(w, AN)
    until(w, 15, BINH)
    until(w, 60, CUONG)
    until(w, 120, CUONG)


def test_three_people_on_a_rung_get_one_alert_each(made):
    w = made(rung("0m", "officer", "lead"), LAST).staff()
    w.d.member("dung", "officer", "lead", sms=DUNG)
    opened(w, AN, BINH, DUNG)
    until(w, 60, CUONG)


def test_bounded_repeats_and_then_the_last_rung_for_ever(made):
    w = made(rung("0m", "holder", more='repeat = "10m"; repeats = 2;'),
             rung("1h", "chairman", more='repeat = "20m";')).staff()
    opened(w, AN)
    for minute, who in ((10, AN), (20, AN), (60, CUONG), (80, CUONG),
                        (100, CUONG), (120, CUONG)):
        until(w, minute, who)
    e = until(w, 140, CUONG)[0]
    answer(w, e)
    w.d.step(at(169))
    w.quiet()


def test_two_clocks_due_in_the_same_second_ring_once_each(made):
    twin = STEPS.replace("steps = (", """steps = ( { id = "N07";
      vi = "Thử"; en = "Test"; role = "holder"; kind = "record";
      opens = ["received"]; limit = "12h"; start = "t0"; warn = ["start"];
      ladder = "one"; basis = "law"; source = "D56"; leg = "officer"; },""")
    w = made(rung("0m", "holder"), LAST, steps=twin).staff()
    _, first, second = opened(w, AN, AN)
    assert first.message.id != second.message.id
    assert {s for e in (first, second)
            for s in re.findall(r"N0\d", e.message.text)} == {"N07", "N08"}
    answer(w, first)  # stops its own clock, not its twin's
    until(w, 30, AN)
    until(w, 60, CUONG)


# ---- Answering ----

def test_an_answer_stops_what_is_pending_of_its_clock(made):
    """One by mail does not work, the other answers: the mail never leaves."""
    w = made(rung("0m", "holder", "lead"), LAST,
             channels={"email": {}, "sms": {}},
             settings={"accept_within": "10m", "breaker_failures": 50})
    w.staff(an={"email": "an@phuong.test"})
    w.smtp.always = "451 4.3.0 later"
    _, e = opened(w, BINH)
    answer(w, e)
    w.smtp.always = None
    w.d.step(at(29))
    w.quiet()


def test_doing_the_step_stops_all(made):
    w = made(rung("0m", "holder", more='repeat = "5m";'), LAST).staff()
    code, _ = opened(w, AN)
    w.d.ctl("case", "done", code, "N08", "--by", "cuong", "--evidence", "1",
            "--set", "emergency=no", "--set", "reason=Thử nghiệm")
    w.d.step(at(12 * 60 + 1))
    w.quiet()


def test_acknowledged_and_idle_begins_again_with_a_reminder(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    _, e = opened(w, AN)
    answer(w, e)
    e = until(w, 30, AN)[0]
    assert "đã được nhận nhưng" in e.message.text
    until(w, 45, BINH)


def test_absence_in_the_middle_of_a_ladder(made):
    w = made(rung("0m", "holder", more='repeat = "10m"; repeats = 9;'),
             rung("2h", "lead"), rung("3h", "chairman",
                                      more='repeat = "1h";')).staff()
    opened(w, AN)
    until(w, 10, AN)
    w.d.ctl("leave", "add", "an", at(10), at(600))
    until(w, 20, BINH)  # the rung is empty from now on: on to the next
    until(w, 80, CUONG)


def test_a_duty_change_in_the_middle_of_a_ladder(made):
    w = made(rung("0m", "duty", more='repeat = "10m"; repeats = 9;'), LAST)
    w.staff()
    w.d.member("dung", "officer", sms=DUNG)
    opened(w, AN)
    w.d.ctl("leave", "add", "an", at(5), at(60))
    w.d.ctl("duty", "add", "dung", at(5), at(60))
    until(w, 10, DUNG)
    until(w, 20, DUNG)


# ---- Channels ----

def test_the_first_alert_of_a_new_case_goes_ahead_of_repeats(made):
    w = made(rung("0m", "officer", more='repeat = "1h";'),
             channels={"sms": {"interval": "30m"}},
             settings={"digest_above": 100})
    w = w.staff()
    first = w.expect(AN)
    code = [w.refer()["cases"][0] for _ in range(2)]
    w.quiet()
    assert code[0] in first.message.text
    # The second waits for the throttle; a third comes, the first repeats.
    until(w, 30, AN, text=re.compile(code[1]))
    until(w, 60, AN, text=re.compile("|".join(code)))
    w.d.step(at(89.9))
    third = w.refer()["cases"][0]
    w.quiet()
    w.expect(AN, text=re.compile(third))
    w.d.step(at(90))
    w.quiet()


def test_one_address_is_throttled_and_nothing_is_lost(made):
    w = made(rung("0m", "officer", more='repeat = "1d";'),
             channels={"sms": {"interval": "20s"}}).staff()
    w.ledger.expect(times=2, to=lambda to: True)
    codes = [w.refer()["cases"][0] for _ in range(9)]
    w.d.step(at(2))
    w.quiet()
    told = "".join(m.text for m in w.ledger.messages)
    assert [c for c in codes if c not in told] == []


def test_a_refusing_channel_gives_way_at_once_and_is_an_alarm(made):
    w = made(rung("0m", "holder"), LAST, channels={"email": {}, "sms": {}})
    w.staff(an={"email": "an@phuong.test", "sms": AN})
    w.smtp.behave("550 5.1.1 nobody")
    alarm = w.expect(BINH, text=re.compile("email"))
    opened(w, AN)
    assert "từ chối" in alarm.message.text


def test_when_no_channel_reaches_a_person_the_next_is_called(made):
    w = made(rung("0m", "holder"), rung("30m", "chairman", more='repeat = "1d";'),
             channels={"email": {}, "sms": {}})
    w.staff(an={"email": "an@phuong.test"})
    w.smtp.always = "550 5.1.1 nobody"
    w.expect(BINH, text=re.compile("không nhận được"))
    opened(w, CUONG)


def test_after_downtime_one_message_a_person_marked_late(made):
    w = made(rung("0m", "holder"), rung("15m", "lead"), LAST).staff()
    codes = [opened(w, AN)[0] for _ in range(3)]
    w.d.stop()
    w.d.now = at(20)
    e = w.expect(BINH, text=re.compile("MUỘN"))
    w.d.start()
    w.quiet()
    assert [c for c in codes if c not in e.message.text] == []
    answer(w, e)
    w.d.step(at(49))
    w.quiet()


def test_a_digest_is_one_message_and_one_answer(made):
    w = made(rung("0m", "holder", more='repeat = "10m";'), LAST).staff()
    for _ in range(8):
        opened(w, AN)
    e = until(w, 10, AN)[0]
    assert CODE.search(e.message.text)
    take_reply(w, AN[1:], CODE.search(e.message.text)[0])
    w.d.step(at(39))
    w.quiet()
