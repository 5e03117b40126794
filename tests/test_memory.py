"""No memory: the nth allocation fails, once or with all after it.

Start, intake, lapse, act, stop, with the failure somewhere in it.  A logged
end of the program passes, and so does an answer that is no 2xx; a crash or a
lost receipt does not.  One crash is not ours: libconfig 1.5 does not look at
what malloc gives it; a program may end in it (2 is its scanner's own word), and
the report says how often.  MALLOCS=n points at random
(SEED=n), or all.
"""
import os
import random
import signal

import pytest

import compiled
import report
import storm as storms
from drill import Drill

MALLOCS = os.environ.get("MALLOCS", "16")
PROGRAMS = ("hotlined", "hotline-courier")


class Rig:
    """One ward that lives through every point."""

    def __init__(self, folder):
        self.library = compiled.library("no_memory.c", folder / "no_memory.so")
        self.drill = Drill(folder / "d")
        self.drill.d.stop()
        self.found, self.ends = [], {}

    def life(self, **env):
        """Start with it, live one round, stop; the log of that."""
        d = self.drill.d
        said = len(d.log())
        env = {"LD_PRELOAD": str(self.library), **env}
        os.environ.update(env)
        try:
            d.start()
        except AssertionError:
            if not self.drill.has_died(0.1):
                self.found.append(f"{env}: it hangs at its start")
                d.kill9()
        finally:
            for name in env:
                del os.environ[name]
        if d.process is None:
            d.start()
        self.drill.run()
        if not self.drill.has_died():
            d.process.terminate()
            try:
                self.drill.deaths.append(d.process.wait(10))
            except Exception:
                self.found.append(f"{env}: it does not stop")
                d.process.kill()
                d.process.wait()
            d.process = None
        return d.log()[said:]

    def count(self, program):
        path = self.drill.d.folder / "count"
        self.life(MALLOC_OF=program, MALLOC_COUNT=str(path))
        return int(path.read_text())

    def fail(self, program, n, sticky):
        where = f"{program} {n}{' sticky' if sticky else ''}"
        self.drill.deaths.clear()
        log = self.life(MALLOC_OF=program, MALLOC_AT=str(n),
                        **({"MALLOC_STICKY": "1"} if sticky else {}))
        code = self.drill.deaths[0]
        if code == -signal.SIGSEGV and "libconfig" in log:
            code = "in libconfig"
        self.ends[code] = self.ends.get(code, 0) + 1
        if program == "hotlined" and code not in (
                0, 1, 2, -signal.SIGABRT, "in libconfig"):
            self.found.append(f"{where}: ended with {code}")
        if code in (1, -signal.SIGABRT) and not log:
            self.found.append(f"{where}: ended without a word")
        if "signal=11" in log and "libconfig" not in log:
            self.found.append(f"{where}: the courier crashed")


@pytest.mark.plain
def test_no_allocation_that_fails_loses_or_crashes(tmp_path):
    rig = Rig(tmp_path)
    try:
        totals = {p: rig.count(p) for p in PROGRAMS}
        every = [(p, n, sticky) for p in PROGRAMS
                 for n in range(1, totals[p] + 1) for sticky in (False, True)]
        points = every if MALLOCS == "all" else random.Random(
            storms.SEED).sample(every, int(MALLOCS))
        for point in report.passing("memory", points, len(points)):
            rig.fail(*point)
        rig.drill.d.start()
        found = rig.found + rig.drill.audit()
        report.write("memory", {
            "points": len(points), **totals, "ends": rig.ends,
            **rig.drill.counts(), "seed": storms.SEED}, found)
        assert found == []
        assert len(rig.drill.books.receipts) >= len(points)
    finally:
        rig.drill.end()
