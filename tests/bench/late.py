"""How late an alert is at the courier, by the real clock."""
import sqlite3
import time

import rig  # noqa: I001  (finds the tests' own modules)

import hotline
import many

LINK_MS = 12 * 3600 * 1000
# Each leaves alone, and no sink, however slow, keeps them from the courier.
ALONE = {"log_level": "info", "agency_quota": 100000, "digest_above": 100,
         "courier_parallel": 256, "link_life": "12h"}
AHEAD_MS = 8000  # until the first is due: the daemon is up by then


def spread(path, n, over_ms):
    """So many open clocks fall due one after the other, from soon on."""
    db = sqlite3.connect(path)
    first = int(time.time() * 1000) + AHEAD_MS
    db.execute("UPDATE clock SET next_at = NULL")
    ids = [i for i, in db.execute(
        "SELECT id FROM clock WHERE state = 'open' AND case_id IS NOT NULL"
        " ORDER BY id LIMIT $1", (n,))]
    assert len(ids) == n
    db.executemany(
        "UPDATE clock SET due_at = $1, next_at = $1, climb_at = NULL,"
        " triggers = 0, rung = -1, repeats = 0 WHERE id = $2",
        [(first + i * over_ms // n, k) for i, k in enumerate(ids)])
    db.execute("UPDATE delivery SET state = 'over', next_at = NULL,"
               " widen_at = NULL WHERE state IN ('waiting', 'leased')")
    db.commit()
    db.close()
    return first


def lateness(path, since):
    """(early ones, ms from due until it was given to the courier, sorted).
    A link begins its life when it is given away."""
    db = sqlite3.connect(path)
    rows = db.execute(
        "SELECT a.raised_at - a.due_at, d.expires_at - $1 - a.due_at"
        " FROM alert a JOIN delivery d ON d.alert_id = a.id"
        " WHERE a.due_at >= $2 AND d.token_hash IS NOT NULL",
        (LINK_MS, since)).fetchall()
    db.close()
    return sum(raised < 0 for raised, _ in rows), sorted(x for _, x in rows)


def measure(table, form):
    if form.late == 0:
        return
    ours = rig.Ours()
    database = ours.d.folder / "hotlined.db"
    try:
        ours.load(200)
        ours.d.stop()
        many.multiply(database, form.late // 4)
        ours.d.write_settings(
            rig.ROOT / "conf/procedures/vn-nd56-2017.conf", ALONE)
        ours.d.write_channels([hotline.spool(
            ours.d.folder / "spool", interval="now")])
        first = spread(database, form.late, form.late_over * 1000)
        ours.d.start(wait=60)
        assert time.time() * 1000 < first, "it was not up in time"
        time.sleep(form.late_over + AHEAD_MS / 1000 + 2)
        ours.d.stop()
        early, late = lateness(database, first)
    finally:
        ours.stop()
    p99 = late[len(late) * 99 // 100]
    table.row(f"alerts early, {form.late:,} over {form.late_over} s",
              str(early), "0", early == 0)
    table.row("alerts given to the courier", f"{len(late):,}",
              f"{form.late:,}", len(late) == form.late)
    table.row("alert lateness to the courier, p50 / p99",
              f"{late[len(late) // 2]} / {p99} ms", "<= 250 ms", p99 <= 250)
