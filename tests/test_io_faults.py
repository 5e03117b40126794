"""I/O that fails at one point: EIO, ENOSPC, at the nth call of a kind.

Start is behind it; one intake, one lapse and one act run into it.  No answer
is a lie, nothing is lost, and a start on a sound disk recovers.  A failed sync
ends the daemon.  IO=n points at random (SEED=n), or all.
"""
import os
import random
import shutil

import report
import storm as storms
from drill import Drill
from tampered import Tampered
from test_calls import count

IO = os.environ.get("IO", "8")
CALLS = {"pwrite64": ("EIO", "ENOSPC"), "fdatasync": ("EIO", "ENOSPC"),
         "ftruncate": ("EIO",)}
EX_IOERR = 74


def run(folder, call, error, n, sticky):
    """The code it ended with, and all violations."""
    where = f"{call} {error} {n}{' and on' if sticky else ''}"
    drill = Drill(folder)
    try:
        trap = Tampered(drill.d, call, f"error={error}:when={n}"
                        + ("+" if sticky else ""))
        drill.tries = 3 if sticky else 20
        try:
            drill.run()
        except AssertionError as never:  # refused until the disk is sound
            if not sticky:
                raise
            assert "never answered" in str(never)
        drill.has_died() or drill.d.process.terminate()
        if not drill.has_died(10):
            drill.d.kill9()
            raise AssertionError(f"{where}: it does not stop")
        was_hit = "INJECTED" in trap.release()
        drill.d.start()
        drill.tries = 20
        drill.run()  # on the sound disk
        code = drill.deaths[0]
        found = [f"{where}: {f}" for f in drill.audit()]
        if code not in (0, EX_IOERR):
            found.append(f"{where}: ended with {code}")
        if call == "fdatasync" and was_hit and code != EX_IOERR:
            found.append(f"{where}: a failed sync and it went on")
        return code, was_hit, found
    finally:
        drill.end()
        shutil.rmtree(folder, ignore_errors=True)


def points(totals):
    every = [(call, error, n, sticky) for call, errors in CALLS.items()
             for error in errors for n in range(1, totals.get(call, 0) + 1)
             for sticky in (False, True)]
    if IO == "all":
        return every
    dice = random.Random(storms.SEED)
    firsts = [dice.choice([p for p in every if p[:2] == kind])
              for kind in sorted({p[:2] for p in every})]
    rest = [p for p in every if p not in firsts]
    return (firsts + dice.sample(rest, len(rest)))[:int(IO)]


def test_no_io_error_makes_an_answer_a_lie(tmp_path, monkeypatch):
    # A sanitizer cannot look for leaks in what strace holds.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    todo = points(count(tmp_path / "count"))
    found, hit, ends = [], 0, {}
    for i, point in enumerate(todo):
        code, was_hit, wrong = run(tmp_path / str(i), *point)
        hit += was_hit
        ends[code] = ends.get(code, 0) + 1
        found += wrong
    report.write("io", {"seed": storms.SEED, "points": len(todo), "hit": hit,
                        "ends": ends}, found)
    assert found == []
    assert hit >= len(todo) * 0.6, "the traps did not spring"
