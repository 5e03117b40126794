"""I/O that fails at one point: EIO, ENOSPC, at the nth call of a kind.

Start is behind it.  Four drills run into it: one intake, one lapse and one
act; a document, a copy of the file in use and a reload; a disk that fills and
empties; the courier's spool.  No answer is a lie, nothing is lost, and on a
sound disk all of it works again.  A failed sync of the database ends the
daemon.

Never made there, so never broken here: rename, unlink and open by what has no
file of its own between start and stop, such as the database itself (opened,
locked and migrated at start: test_damage.py, test_store_faults.py); the second
half of a backup, which is hotlinectl's (test_backup_faults.py); read of
settings, which share the call with timers and pipes.

IO=n points at random (SEED=n), one of each kind first, or all.
"""
import collections
import concurrent.futures
import os
import random
import re
import shutil
import time

import report
import storm as storms
from drill import Drill
from drills import Post, Reserve, Upkeep
from test_calls import count

IO = os.environ.get("IO", "20")
BOTH = ("EIO", "ENOSPC")
# Which drill, which call of it, how that fails, and which of its points: of
# the pages of a document and a copy, all alike, one of so many.
ROWS = [
    (Upkeep, "pread64", ("EIO",), 1), (Upkeep, "pwrite64", BOTH, 16),
    (Upkeep, "openat", BOTH, 1), (Upkeep, "mkdir", BOTH, 1),
    (Upkeep, "fsync", BOTH, 1), (Upkeep, "rename", BOTH, 1),
    (Upkeep, "unlink", ("EIO",), 1),
    (Reserve, "openat", BOTH, 1), (Reserve, "fallocate", BOTH, 1),
    (Reserve, "truncate", ("EIO",), 1), (Reserve, "unlink", ("EIO",), 1),
    (Reserve, "fsync", BOTH, 1),
    (Post, "openat", BOTH, 1), (Post, "write", BOTH, 1),
    (Post, "fsync", BOTH, 1), (Post, "renameat", BOTH, 1),
    (Post, "unlink", ("EIO",), 1),
    (Drill, "fdatasync", BOTH, 1), (Drill, "ftruncate", ("EIO",), 1),
    (Drill, "pwrite64", BOTH, 1)]
EX_IOERR = 74
AT_ONCE = 2  # they mostly wait
Point = collections.namedtuple("Point", "make call error n sticky")


def ran_into(drill, point):
    """Stopped at the end; True if the trap sprang."""
    trap = drill.trap(point.call, f"{point.call}:error={point.error}:when="
                      f"{point.n}{'+' if point.sticky else ''}")
    drill.tries = 20
    if point.sticky:
        drill.tries, drill.is_once = drill.STICKY_TRIES, False
    try:
        drill.run()
    except AssertionError as never:  # refused until the disk is sound
        if not point.sticky:
            raise
        assert "never answered" in str(never)
    drill.has_died() or drill.d.process.terminate()
    if not drill.has_died(10):
        drill.d.kill9()
        raise AssertionError("it does not stop")
    return re.search(rf"\b{point.call}\b.*INJECTED", trap.release())


def run(folder, point):
    """The code it ended with, whether it was hit, and all violations."""
    drill = point.make(folder)
    try:
        was_hit = ran_into(drill, point)
        drill.books.unwritten |= set(re.findall(
            r"alert leaves from memory delivery=(\S+)", drill.d.log()))
        drill.d.start()
        drill.tries = 20
        drill.run()  # on the sound disk
        code, found = drill.deaths[0], drill.audit()
        if code not in (0, EX_IOERR):
            found.append(f"ended with {code}")
        if point.call == "fdatasync" and was_hit and code != EX_IOERR:
            found.append("a failed sync and it went on")
    except AssertionError as wrong:
        code, was_hit, found = None, True, [str(wrong)]
    finally:
        drill.end()
        shutil.rmtree(folder, ignore_errors=True)
    if found:
        print(text(point), *found, sep="\n", flush=True)
    return code, bool(was_hit), [f"{text(point)}: {f}" for f in found]


def text(p):
    return f"{p.make.__name__} {p.call} {p.error} {p.n}" \
        + (" and on" if p.sticky else "")


def points(totals):
    """totals: how often each (drill, call) is made."""
    every = [Point(make, call, error, n, sticky)
             for make, call, errors, step in ROWS for error in errors
             for n in range(1, totals[make, call] + 1, step)
             for sticky in (False, True)]
    if IO == "all":
        return every
    dice = random.Random(storms.SEED)
    kinds = {}
    for p in every:
        kinds.setdefault((p.make, p.call), []).append(p)
    firsts = [dice.choice(kind) for kind in kinds.values()]
    rest = [p for p in every if p not in firsts]
    return (firsts + dice.sample(rest, len(rest)))[:int(IO)]


def totals(folder):
    calls = {}
    for make, call, *_ in ROWS:
        calls.setdefault(make, []).append(call)
    found = {}
    for make, names in calls.items():
        seen = count(folder / make.__name__, make, names)
        found |= {(make, name): seen.get(name, 0) for name in names}
    return found


def test_no_io_error_makes_an_answer_a_lie(tmp_path, monkeypatch):
    # A sanitizer cannot look for leaks in what strace holds.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    made = totals(tmp_path / "count")
    todo = points(made)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ran = list(report.passing("io", pool.map(
            run, (tmp_path / str(i) for i in range(len(todo))), todo),
            len(todo)))
    found = [what for *_, wrong in ran for what in wrong]
    missed = [text(p) for p, (_, was_hit, _) in zip(todo, ran) if not was_hit]
    report.write("io", {
        "seed": storms.SEED, "points": len(todo),
        "hit": len(todo) - len(missed),
        "ends": dict(collections.Counter(code for code, *_ in ran)),
        **{f"{make.__name__} {call}": n for (make, call), n in made.items()},
        "not reached": missed}, found)
    assert found == []
    assert all(made.values()), f"a call is not made any more: {made}"
    assert len(missed) <= len(todo) * 0.4, "the traps did not spring"


def test_an_inbox_that_cannot_be_read_once_is_soon_looked_at_again(tmp_path):
    """It was after a minute: the kernel had told of the reply already."""
    drill = Post(tmp_path / "d")
    try:
        trap = drill.trap("openat", "openat:error=EIO:when=1")
        reply = drill.answer_by_sms()
        until = time.monotonic() + 20
        while reply.exists():
            assert time.monotonic() < until, "it lies there"
            time.sleep(0.05)
        assert re.search(r'openat\(.*"[^"]*/in".*INJECTED', trap.release())
    finally:
        drill.end()


def refused_copy(drill, call, how):
    """What is left of it."""
    trap = drill.trap(call, f"{call}:{how}")
    assert drill.d.admin("POST", "/v1/admin/audit/copy").status >= 500
    trap.release()
    return set(drill.d.folder.glob("copy-*"))


def test_a_copy_that_is_refused_does_not_lie_there(tmp_path):
    """Its folder was not synced, or the event of it found no room: a copy of
    the whole database was left behind."""
    drill = Upkeep(tmp_path / "d")
    try:
        drill.copy()
        (path, _), = drill.copies
        pages = path.stat().st_size // 4096 + 3  # the copy's, and the event
        for call, how in [("fsync", "error=EIO:when=2"),
                          ("pwrite64", f"error=ENOSPC:when={pages}+")]:
            assert refused_copy(drill, call, how) == {path.parent}, call
    finally:
        drill.end()
