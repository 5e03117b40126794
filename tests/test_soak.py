"""20 intakes a second, and a fault again and again: the process stays flat.

SOAK=s seconds with a fault every FAULT seconds: the courier is killed, the
receiver refuses, hangs up or breaks off, the settings are read again.  With
each fault hours pass, so that steps fall due and ladders climb.
"""
import datetime
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import threading
import time

import pytest

import report
import storm as storms

SOAK = int(os.environ.get("SOAK", 12))
FAULT = int(os.environ.get("FAULT", 3))
RATE = 20
KEPT = 0.9 / report.slowness()  # of the rate
# With each fault; in all, less than the cases' later steps have.
PASSES = min(datetime.timedelta(hours=7),
             datetime.timedelta(hours=96) / max(1, SOAK // FAULT))
OVERDUE = datetime.timedelta(hours=14)  # the urgent step has 12
LEFT, MOST_LEFT = 10, 100  # one case in so many waits for that


@pytest.fixture
def storm(tmp_path, monkeypatch):
    # A sanitizer keeps what was freed; not so much that it looks a leak.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=4")
    storm = storms.Storm(tmp_path, **storms.backups(tmp_path))
    yield storm
    storm.end()


def kill_courier(storm):
    pid = storm.d.process.pid
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    for child in path.read_text().split():
        os.kill(int(child), signal.SIGKILL)


def refuse(storm):
    storm.web.behave(*[503] * 5)


def break_off(storm):
    storm.web.behave("rst", "half", "rst")


def read_again(storm):
    storm.d.process.send_signal(signal.SIGHUP)


FAULTS = [kill_courier, refuse, break_off, read_again]


class Time:
    """Passes beside the load, from due instant to due instant."""

    def __init__(self, storm):
        self.storm, self.thread = storm, None
        self.open = []  # (case, the instant it is concluded at)

    def leave(self, code, n):
        if n % LEFT or len(self.open) >= MOST_LEFT:
            self.storm.conclude(code)
        else:
            self.open.append((code, self.storm.at + OVERDUE))

    def run(self):
        storm = self.storm
        storm.pass_time(span=PASSES)
        storm.received_at = storm.at.isoformat()
        while self.open and self.open[0][1] <= storm.at:
            storm.conclude(self.open.pop(0)[0])

    def pass_on(self):
        self.end()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def end(self):
        if self.thread is not None:
            self.thread.join()


def blow(storm):
    """How many intakes there were, each of them answered; and faults."""
    dice = random.Random(storm.seed)
    passing = Time(storm)
    began = time.monotonic()
    n = faults = 0
    while (now := time.monotonic() - began) < SOAK:
        if now > (faults + 1) * FAULT:
            passing.pass_on()
            FAULTS[faults % len(FAULTS)](storm)
            faults += 1
            report.say(f"soak: {now:.0f} of {SOAK} s")
        if n < now * RATE:
            storm.post(key := f"lau-{n}", dice)
            passing.leave(storm.books.receipts[key]["cases"][0], n)
            n += 1
            if n % RATE == 0:
                storm.books.sample(storm.d.process.pid)
        else:
            time.sleep(0.005)
    passing.end()
    return n, faults


def lapses_and_rungs(storm):
    """Steps that fell due, and rungs of ladders that were climbed."""
    db = sqlite3.connect(f"file:{storm.path}?mode=ro", uri=True)
    lapsed, = db.execute("SELECT count(*) FROM clock WHERE step = 'N08' AND "
                         "lapsed_at IS NOT NULL").fetchone()
    rungs, = db.execute("SELECT count(DISTINCT rung) FROM alert WHERE "
                        "clock_id IS NOT NULL").fetchone()
    db.close()
    return lapsed, rungs


def test_a_long_load_with_faults_leaves_the_process_flat(storm):
    n, faults = blow(storm)
    storm.copy()
    found = storm.audit()
    lapsed, rungs = lapses_and_rungs(storm)
    samples = storm.books.samples
    half = len(samples) // 2
    early, late = (round(statistics.median(s[2] for s in part))
                   for part in (samples[:half], samples[half:]))
    report.write("soak", {"seconds": SOAK, "intakes": n, "faults": faults,
                          "lapsed": lapsed, "rungs": rungs,
                          "early_kib": early, "late_kib": late,
                          "descriptors": max(s[0] for s in samples),
                          **storm.counts()}, found)
    assert found == []
    assert faults >= KEPT * (SOAK // FAULT) - 1
    assert n >= KEPT * SOAK * RATE
    assert lapsed > 0 and rungs >= 3
    assert late < 1.5 * early + 8192
