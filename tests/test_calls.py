"""Killed at a system call: before it, everything until then is on the disk.

One intake, one lapse and one act; the daemon is killed as it enters the nth of
each call that changes something.  CALLS=all takes every n of every call, a
number takes so many at random (SEED=n).
"""
import collections
import os
import random
import shutil
import signal

import report
import storm as storms
from drill import Drill

CALLS = os.environ.get("CALLS", "10")
TAMPERED = ("pwrite64", "fdatasync", "write", "writev", "sendto",
            "ftruncate", "unlink", "rename", "close")


def run(folder, call, n):
    """Killed there; how it ended at first, and all violations."""
    drill = Drill(folder)
    try:
        trap = drill.trap(call, f"{call}:signal=SIGKILL:when={n}")
        drill.run()
        drill.has_died() or drill.d.process.terminate()
        found = drill.finish()
        trap.release()
        return drill.deaths[0], [f"{call} {n}: {f}" for f in found]
    finally:
        drill.end()
        shutil.rmtree(folder, ignore_errors=True)


def count(folder, make=Drill, calls=TAMPERED):
    """How often one thread calls each of them."""
    drill = make(folder)
    try:
        trap = drill.trap(",".join(calls))
        drill.run()
        drill.d.process.terminate()
        drill.d.process.wait(20)
        seen = collections.Counter()
        for line in trap.release().splitlines():
            thread, rest = line.split(None, 1)
            seen[thread, rest.split("(")[0]] += 1
        return {call: max(seen[key] for key in seen if key[1] == call)
                for call in calls if any(k[1] == call for k in seen)}
    finally:
        drill.end()


def points(totals):
    every = [(call, n) for call in totals for n in range(1, totals[call] + 1)]
    if CALLS == "all":
        return every
    dice = random.Random(storms.SEED)
    # One of each, and the rest at random.
    some = [(call, dice.randint(1, totals[call])) for call in totals]
    rest = [p for p in every if p not in some]
    return (some + dice.sample(rest, len(rest)))[:max(int(CALLS), 1)]


def test_killed_at_any_call_nothing_is_lost(tmp_path):
    totals = count(tmp_path / "count")
    kills, found, died = points(totals), [], 0
    for call, n in report.passing("calls", kills, len(kills)):
        code, wrong = run(tmp_path / f"{call}-{n}", call, n)
        died += code == -signal.SIGKILL
        found += wrong
    report.write("calls", {"seed": storms.SEED, "points": len(kills),
                           "killed": died, **totals}, found)
    assert found == []
    assert died >= len(kills) * 0.4, "the traps did not spring"
