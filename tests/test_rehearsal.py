"""hotlinectl drill --until: who would be called if nobody acted."""
import pytest

from hotline import Refused
from test_ladders import DUNG, LAST, answer, made, opened, rung
from ward import AN, at, ward

__all__ = ["made", "ward"]

DAY = 24 * 60


def drill(w, until):
    return w.d.ctl("drill", "--until", until, "--conf", w.d.conf)["items"]


def called(rows):
    return [(r["first_at"], r["rung"], r.get("who"), r["times"])
            for r in rows]


def test_a_rehearsal_runs_tomorrows_duty_and_sends_nothing(made):
    w = made(rung("0m", "duty"), rung("15m", "lead"),
             rung("1h", "chairman", more='repeat = "1d";'), holds="1d").staff()
    w.d.member("dung", "officer", sms=DUNG)
    w.d.ctl("leave", "add", "an", at(DAY), at(3 * DAY))
    w.d.ctl("duty", "add", "dung", at(DAY - 60), at(3 * DAY))
    code, e = opened(w, AN)
    answer(w, e)  # it rests for a day: tomorrow's duty is reminded
    before = w.d.ctl("alert", "list", "--all")
    rows = drill(w, "+2d")
    assert called(rows) == [
        (at(12 * 60), 0, "an", 1),  # the limit passes in the night
        (at(12 * 60 + 15), 1, "binh", 1),
        (at(13 * 60), 2, "cuong", 2)]
    assert {r["case"] for r in rows} == {code}
    assert {r["channel"] for r in rows} == {"sms"}
    w.quiet()  # nothing left
    assert w.d.ctl("alert", "list", "--all") == before
    assert w.d.ctl("audit", "verify")


def test_a_rehearsal_shows_holes(made):
    """Nobody on duty, the lead away: the row has nobody in it."""
    w = made(rung("0m", "officer"), rung("15m", "lead"), LAST).staff()
    w.d.ctl("leave", "add", "binh", at(10), at(60))
    opened(w, AN)
    rows = drill(w, at(50))
    assert called(rows)[:2] == [(at(15), 1, None, 1),
                                (at(15), 2, "cuong", 1)]


def test_a_rehearsal_needs_an_end(made):
    w = made(rung("0m", "officer"), LAST).staff()
    for wrong in ("7d", "+0d", "+7x", "+1000d", at(-1), "x"):
        with pytest.raises(Refused) as e:
            drill(w, wrong)
        assert e.value.code == 2
    assert drill(w, "+12h") == []
    assert not list(w.d.folder.glob("copy*"))
