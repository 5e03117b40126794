"""The figures of a file with many cases, and of many clocks due at once."""
import pathlib
import re
import sqlite3
import statistics
import tempfile
import time

import rig

# Columns that hold ids of things that each case has of its own.
IDS = {
    "cases": ["id", "file"], "child": ["id", "case_id"], "person": ["id", "case_id"],
    "referral": ["id"], "referral_case": ["referral_id", "case_id"],
    "clock": ["id", "case_id", "act_id"], "data_key": ["id"],
    "blind": ["owner_id"], "act": ["id", "case_id"],
}
# Columns that are unique or random, and what a copy gets there.
FRESH = {
    ("cases", "code"): "printf('%08X', $k * 1009 + rowid)",
    ("cases", "incident"): "printf('%08X', $k * 1009 + rowid)",
    ("referral", "incident"): "printf('%08X', $k * 1009 + rowid)",
    ("referral", "source_ref"): "printf('K-%d-%d', $k, rowid)",
    ("blind", "digest"): "randomblob(32)",
}
# Rows that belong to no case stay single.
ONLY = {"blind": "owner_kind IN ('child', 'person')",
        "data_key": "kind IN ('case', 'referral')",
        "clock": "case_id IS NOT NULL", "act": "case_id IS NOT NULL"}
AT_ONCE = 1000


def multiply(path, cases):
    """Copies of the cases in the file, until there are so many."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    had = db.execute("SELECT count(*) FROM cases").fetchone()[0]
    tables = [(t, [r[1] for r in db.execute(f"PRAGMA table_info({t})")])
              for t in IDS]
    for t, columns in tables:
        where = f" WHERE {ONLY[t]}" if t in ONLY else ""
        db.execute(f"CREATE TEMP TABLE old_{t} AS SELECT"
                   f" {', '.join(columns)} FROM {t}{where}")
    db.execute("BEGIN")
    for k in range(1, (cases - 1) // had + 1):
        for t, columns in tables:
            what = [FRESH.get((t, c))
                    or (f"printf('%08x', $k) || substr({c}, 9)"
                        if c in IDS[t] else c) for c in columns]
            db.execute(f"INSERT INTO {t} SELECT {', '.join(what)}"
                       f" FROM old_{t}", {"k": k})
    db.execute("COMMIT")
    n = db.execute("SELECT count(*) FROM cases").fetchone()[0]
    db.close()
    return n


def query(name):
    """A query's text, as the daemon prepares it."""
    for path in sorted((rig.ROOT / "daemon").glob("queries*.def")):
        m = re.search(rf'QUERY\({name},\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)',
                      path.read_text())
        if m:
            return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', m[1]))
    raise AssertionError(f"no query {name}")


def next_due_us(path):
    """The cost of asking when the next clock is due."""
    db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    times = []
    for _ in range(200):
        started = time.perf_counter()
        db.execute(query("CLOCK_NEXT")).fetchone()
        times.append((time.perf_counter() - started) * 1e6)
    db.close()
    return statistics.median(times)


def look_up_us(ours):
    return ours.load(300, posters=1, getters=1)["get"]["p50"]


def starts(ours):
    """Seconds until it listens."""
    started = time.monotonic()
    ours.d.start(wait=120)
    return time.monotonic() - started


def with_cases(table, form, cases):
    """A file with so many cases beside an empty one."""
    ours, empty = rig.Ours(), rig.Ours()
    database = ours.d.folder / "hotlined.db"
    try:
        for o in (ours, empty):
            o.load(1000, ids_out=o.folder / "ids")
        for o in (ours, empty):
            o.d.stop()
        n = multiply(database, cases)
        took = starts(ours)
        bar = 0.5 if cases <= 100_000 else 2
        table.row(f"start to READY, {n:,} cases", f"{took:.2f} s",
                  f"<= {bar} s", took <= bar)
        starts(empty)
        got = rig.in_turn([ours, empty], form.rounds, form.requests)
        r = rig.ratio(got[ours], got[empty], lambda x: x["rate"])
        table.row(f"intake, {n:,} cases / empty", f"{r:.2f} x", ">= 0.5 x",
                  r >= 0.5)
        looks = [look_up_us(ours) / look_up_us(empty)
                 for _ in range(form.rounds)]
        r = rig.median(looks)
        table.row(f"look-up, {n:,} cases / empty", f"{r:.2f} x", "<= 2 x",
                  r <= 2)
        mib = rig.resident_mib(ours.process.pid)
        table.row(f"resident memory of the core, {n:,} cases",
                  f"{mib:.1f} MiB", "<= 24 MiB" if cases <= 100_000 else "",
                  mib <= 24 if cases <= 100_000 else None)
        for o in (ours, empty):
            o.d.stop()
        r = next_due_us(database) / next_due_us(
            empty.d.folder / "hotlined.db")
        table.row(f"next-due, {n:,} cases / empty", f"{r:.2f} x", "<= 2 x",
                  r <= 2)
    finally:
        for o in (ours, empty):
            o.stop()


def make_due(path, n):
    """So many open clocks lapse at this moment; nothing else is due."""
    db = sqlite3.connect(path)
    now = int(time.time() * 1000)
    db.execute("UPDATE clock SET next_at = NULL")
    db.execute("UPDATE clock SET due_at = $1, next_at = $1, climb_at = NULL,"
               " triggers = 0, rung = -1, repeats = 0 WHERE id IN (SELECT id"
               " FROM clock WHERE state = 'open' AND case_id IS NOT NULL"
               " ORDER BY id LIMIT $2)", (now, n))
    db.commit()
    db.close()


def settle(d):
    """Until the audit chain stands still."""
    was = None
    while True:
        text = d.watch("/metrics").text
        seen = re.search(r"^hotline_audit_events (\S+)", text, re.M)[1]
        if seen == was:
            return
        was = seen
        time.sleep(1.5)


def fired(path):
    """Clocks a second, between the first and the last batch's lapses."""
    db = sqlite3.connect(path)
    rows = db.execute("SELECT at, count(*) FROM event WHERE act ="
                      " 'clock.lapsed' GROUP BY at ORDER BY at").fetchall()
    db.close()
    n = sum(r[1] for r in rows)
    return n, n / max(1, rows[-1][0] - rows[0][0]) * 1000


def firing(table, form):
    ours = rig.Ours()
    database = ours.d.folder / "hotlined.db"
    try:
        ours.load(200)
        ours.d.stop()
        multiply(database, form.due // 4)
        make_due(database, form.due)
        ours.d.start(wait=60)
        settle(ours.d)
        ours.d.stop()
        n, rate = fired(database)
        with tempfile.TemporaryDirectory() as folder:
            bare = float(rig.run(rig.BUILD / "bench_fire",
                                 pathlib.Path(folder) / "db", n))
    finally:
        ours.stop()
    table.row(f"clocks fired, {n:,} due, 256 at once",
              f"{rate:.0f}/s = {rate / bare:.2f} x", "10,000/s or 0.5 x",
              rate >= 10_000 or rate >= 0.5 * bare)


def measure(table, form):
    firing(table, form)
    for cases in form.cases:
        with_cases(table, form, cases)
