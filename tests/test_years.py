"""A ward over years: 200 cases a year by the test clock, and the ledger whole.

Half a year in the default suite; YEARS=10 runs the ten that were promised,
in under five minutes.
"""
import os
import sqlite3
import time

import pytest

import years
from hotline import BUILD

SPAN = float(os.environ.get("YEARS", 0.5))
CASES_A_YEAR = 200


@pytest.fixture(scope="module")
def ward():
    began = time.monotonic()
    y = years.Years(int(SPAN * 365), int(SPAN * CASES_A_YEAR))
    try:
        y.run()
        y.seconds = time.monotonic() - began
        y.found = y.audit()
        y.db = sqlite3.connect(y.folder / "d/hotlined.db")
        yield y
        y.db.close()
    finally:
        y.remove()


def number(ward, sql):
    return ward.db.execute(sql).fetchone()[0]


def test_the_ledger_is_whole(ward):
    assert ward.found[:10] == []
    assert len(ward.books.received) > 20 * len(ward.books.sent)


def test_every_case_was_opened_once_and_closed(ward):
    assert ward.closed == number(ward, "SELECT count(*) FROM cases") \
        == len(ward.books.sent) == int(SPAN * CASES_A_YEAR)
    assert number(ward, "SELECT count(*) FROM clock "
                  "WHERE state = 'open' AND case_id IS NOT NULL") == 0
    assert number(ward, "SELECT count(*) FROM alert a JOIN clock k "
                  "ON k.id = a.clock_id WHERE a.state = 'open' "
                  "AND k.state <> 'open'") == 0


def test_every_lapse_has_a_leg_and_only_lapses_have(ward):
    assert number(ward, "SELECT count(*) FROM clock WHERE news IS NULL AND "
                  "(lapsed_at IS NULL) <> (lapse_leg IS NULL)") == 0
    assert number(ward, "SELECT count(*) FROM clock WHERE lapse_leg = "
                  "'sender' AND due_at > opened_at") == 0
    legs = {leg for leg, in ward.db.execute(
        "SELECT DISTINCT lapse_leg FROM clock WHERE lapsed_at IS NOT NULL")}
    assert {"sender", "officer", "chairman"} <= legs


def test_every_clock_that_was_kept_was_kept(ward):
    """Ended after its due: it lapsed, or a timely act was recorded late."""
    assert number(ward, "SELECT count(*) FROM clock k JOIN act a "
                  "ON a.id = k.act_id WHERE k.state = 'done' "
                  "AND k.lapsed_at IS NULL AND a.acted_at > k.due_at") == 0
    assert number(ward, "SELECT count(*) FROM clock WHERE lapsed_at IS NOT "
                  "NULL AND lapsed_at <> due_at") == 0


def test_every_report_of_the_years_was_opened_and_sent(ward):
    first = years.BEGIN.year * 10000 + years.BEGIN.month * 100 \
        + years.BEGIN.day
    last = int(ward.now.strftime("%Y%m%d"))
    for report, opens in (("R01", 401), ("R02", 1001), ("R03", 601)):
        wanted = [str(year) for year in range(years.BEGIN.year, 2100)
                  if first < year * 10000 + opens <= last]
        assert [item for item, in ward.db.execute(
            "SELECT item FROM clock WHERE step = ? ORDER BY item",
            (report,))] == wanted
    assert number(ward, "SELECT count(*) FROM clock WHERE step = 'D01'") \
        == ward.asked


@pytest.mark.skipif("asan" in str(BUILD) or "tsan" in str(BUILD),
                    reason="sanitizers take their time")
def test_it_takes_less_than_half_a_minute_a_year(ward):
    assert ward.seconds < 30 * max(SPAN, 1), ward.seconds
