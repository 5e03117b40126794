"""The wall clock jumps and stands still: nothing early, nothing forgotten.

A preloaded library (wall.c) steps the daemon's real-time clock as the kernel
would, +-1 s to +-10 years.  JUMPS=n of them (SEED=n).
No bound of lateness (I7): what a jump passes over is as late as that is far.
"""
import datetime
import mmap
import os
import random
import sqlite3
import struct
import time

import pytest

import auditor
import compiled
import hotline
import report
import storm as storms
from ward import AN, ward

__all__ = ["ward"]

JUMPS = int(os.environ.get("JUMPS", 12))
NS = 10**9
SPANS = [1, 30, 61, 600, 3599, 3601, 86400, 30 * 86400, 366 * 86400,
         3653 * 86400]
BACK, AHEAD = 60, 3600  # beyond these an alarm is raised
# A timer that is armed at that very moment hears nothing: the next look does.
RESCAN_S = 35


class Wall(storms.Storm):
    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        library = compiled.library("wall.c", folder / "wall.so")
        path = folder / "wall"
        path.write_bytes(b"\0" * 4096)
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 4096)
        self.offset = self.generation = 0
        env = {"LD_PRELOAD": str(library), "WALL": str(path)}
        os.environ.update(env)
        try:
            super().__init__(folder / "d")
            self.d.stop()
            self.d.now = None  # the wall clock
            self.d.start()
        finally:
            for name in env:
                del os.environ[name]
        self.key = self.d.agency("truong2", "school")

    def set(self, offset_s, is_frozen=False):
        self.offset = offset_s
        self.generation += 1
        frozen = time.time_ns() + offset_s * NS if is_frozen else 0
        self.map[:24] = struct.pack("<qqq", offset_s * NS, frozen,
                                    self.generation)

    def now(self):
        return datetime.datetime.fromtimestamp(
            time.time() + self.offset, datetime.timezone.utc)

    def notify(self, key):
        self.books.sent.add(key)
        one = storms.notification(key)
        one["source"]["received_at"] = (
            self.now() - datetime.timedelta(minutes=5)).isoformat()
        r = self.call("POST", "/v1/referrals", one, self.key, idem=key)
        if r.status == 201:
            self.books.receipt(key, r.json)
        else:  # before the key was made, or after its window
            assert r.status == 401, r

    def seen(self, words):
        return self.d.log().count(words)

    def wait_for(self, what, seconds, why):
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, why
            time.sleep(0.05)

    def jump(self, n, dice):
        """One step of the clock; is it told when it must be?"""
        span = dice.choice(SPANS) * dice.choice([-1, 1])
        to = max(min(self.offset + span, 4000 * 86400), -4000 * 86400)
        moved = to - self.offset
        told, steps = self.seen("clock jumped"), self.seen("clock was set")
        self.set(to)
        if moved < -BACK or moved > AHEAD:
            self.wait_for(lambda: self.seen("clock jumped") > told, RESCAN_S,
                          f"jump of {moved} s was not noticed")
            self.told["back" if moved < 0 else "ahead"] += 1
        else:
            self.wait_for(lambda: self.seen("clock was set") > steps,
                          RESCAN_S, f"a step of {moved} s woke nobody")
        self.notify(f"jump-{n}")
        if dice.random() < 0.2:
            self.set(to, is_frozen=True)
            self.notify(f"frozen-{n}")
            self.set(to)

    def blow(self, jumps):
        dice = random.Random(self.seed)
        self.told = {"back": 0, "ahead": 0}
        self.notify("first")
        self.notify("second")
        for n in report.passing("wall", range(jumps), jumps):
            self.jump(n, dice)
        self.set(4000 * 86400)  # later than all that ever was
        self.notify("last")
        self.wait_for(self.is_idle, 60, "something stays undone")
        self.d.stop()

    def is_idle(self):
        s = self.d.ctl("status")
        return s["deliveries_waiting"] == 0 and \
            s.get("next_clock_at", "9") > s["now"]


def unfired(path):
    """What fired once stays fired."""
    db = sqlite3.connect(path)
    for (clock,) in db.execute(
            "SELECT object_id FROM event WHERE act = 'clock.lapsed' AND "
            "object_id NOT IN (SELECT id FROM clock WHERE lapsed_at "
            "IS NOT NULL)"):
        yield f"I7 clock {clock} lapsed and un-lapsed"
    db.close()


def alarms(path):
    db = sqlite3.connect(path)
    found = {item for (item,) in db.execute(
        "SELECT item FROM clock WHERE step = 'alarm_clock_jump'")}
    db.close()
    return found


@pytest.mark.plain
def test_jumps_of_the_clock_fire_nothing_early_and_forget_nothing(tmp_path):
    wall = Wall(tmp_path)
    try:
        wall.blow(JUMPS)
        settled_before = (wall.now().timestamp() - 1) * 1000
        found = auditor.audit(wall.path, wall.books, hotline.BUILD,
                              settled_before, {wall.d.folder}) \
            + list(unfired(wall.path))
        report.write("wall", {"jumps": JUMPS, "told": wall.told,
                              **wall.counts()}, found)
        assert found == []
        assert alarms(wall.path) >= {k for k, n in wall.told.items() if n}
        assert wall.counts()["receipts"] >= 2
    finally:
        wall.end()


def test_a_clock_put_back_mutes_no_channel(ward):
    """The next turn of a slow channel once came when the old time did."""
    w = ward(channels={"sms": {"interval": "1m"}}).staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    w.d.ctl("clock", "set", "2026-11-24T06:00:00+07:00")
    w.key = w.d.ctl("key", "add", "truong1")["key"]  # valid from now on
    w.expect(AN)
    w.refer(received_at="2026-11-24T06:00:00+07:00")
    w.quiet()
