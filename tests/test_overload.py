"""All clocks overdue at once: a daemon that starts long after their instants.

OVERDUE=n clocks were due while it was down.  Each is recorded once, the first
urgent message is out within 5 s of the start, no person gets two digests in
one minute.
"""
import datetime
import os
import random
import sqlite3
import time

import pytest

import auditor
import report
import storm as storms

OVERDUE = int(os.environ.get("OVERDUE", 300))
FIRST_S = 5 * report.slowness()
PARALLEL = 16  # leave side by side: who arrives first among them is luck


@pytest.fixture
def storm(tmp_path):
    storm = storms.Storm(tmp_path)
    yield storm
    storm.end()


def open_cases(storm, clocks):
    """One overdue clock each: an urgent step, or of each third case, whose
    urgent one is done, the step that closes it."""
    dice = random.Random(storm.seed)
    for n in range(clocks):
        storm.post(key := f"qua-{n}", dice)
        if n % 3 == 0:
            storm.conclude(storm.books.receipts[key]["cases"][0])


def start_late(storm, days, quiet=2):
    """Down over all due instants, then up until nothing more has come for
    some seconds: (seconds from the start of the process, id) of each."""
    storm.d.stop()
    seen = set(storm.books.received)
    storm.at += datetime.timedelta(days=days)
    # The outage's, and no more: what was due is raised as it starts.
    storm.books.late_ms = days * auditor.DAY_MS
    storm.d.now = storm.at.isoformat()
    came, began = [], time.monotonic()
    storm.d.start(wait=120)
    since = time.monotonic()
    while time.monotonic() - since < (quiet if came else 120):
        new = [i for i in list(storm.books.received) if i not in seen]
        seen.update(new)
        if new:
            since = time.monotonic()
            came += [(since - began, i) for i in new]
        time.sleep(0.01)
    return came


def not_once(db):
    """Clocks of steps that were due and are not recorded exactly once."""
    return db.execute(
        "SELECT c.id, count(e.seq) FROM clock c LEFT JOIN event e ON "
        "e.act = 'clock.lapsed' AND e.object_id = c.id "
        "WHERE c.news IS NULL AND c.lapsed_at IS NOT NULL "
        "GROUP BY c.id HAVING count(e.seq) <> 1").fetchall()


def crowded_minutes(db):
    """(address, instant) of digests less than a minute after the last one."""
    return db.execute(
        "SELECT address_id, at FROM (SELECT address_id, min(accepted_at) AS "
        "at, lag(min(accepted_at)) OVER (PARTITION BY address_id ORDER BY "
        "min(accepted_at)) AS last FROM delivery WHERE digest IS NOT NULL "
        "AND accepted_at IS NOT NULL GROUP BY address_id, digest) "
        "WHERE at - last < 60000").fetchall()


def test_all_overdue_at_start_are_recorded_once_urgent_first(storm):
    open_cases(storm, OVERDUE)
    came = start_late(storm, days=20)
    found = storm.audit()
    db = sqlite3.connect(f"file:{storm.path}?mode=ro", uri=True)
    lapsed, = db.execute("SELECT count(*) FROM clock WHERE news IS NULL AND "
                         "lapsed_at IS NOT NULL").fetchone()
    clocks, = db.execute("SELECT count(*) FROM clock").fetchone()
    digests, = db.execute("SELECT count(DISTINCT digest) FROM delivery "
                          "WHERE accepted_at IS NOT NULL").fetchone()
    urgent = {i for i, in db.execute(
        f"SELECT {auditor.WIRE} FROM delivery d WHERE is_urgent = 1")}
    first = next((n for n, (_, i) in enumerate(came) if i in urgent), None)
    quiet_ones, = db.execute("SELECT count(*) FROM delivery "
                             "WHERE is_urgent = 0").fetchone()
    twice, crowded = not_once(db), crowded_minutes(db)
    db.close()
    report.write("overload", {
        "clocks": clocks, "lapsed": lapsed, "digests": digests,
        "not_urgent": quiet_ones, "before_urgent": first,
        "twice": len(twice), "crowded": crowded,
        "first_ms": None if first is None else round(1000 * came[first][0]),
        **storm.counts()}, found)
    assert found == []
    assert lapsed == OVERDUE and quiet_ones > 0
    assert twice == [] and crowded == []
    assert first is not None and first < PARALLEL
    assert came[first][0] < FIRST_S
    assert digests > 0
