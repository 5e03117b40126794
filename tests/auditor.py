"""The auditor: what clients and receivers saw, held against the database.

Each check yields one sentence a violation; a storm is good when there is none.
The numbers are those of the invariants a trustworthy notifier keeps: nothing
lost, nothing doubled, nothing early, one id on all attempts, a whole chain.
"""
import sqlite3
import subprocess


class Books:
    """What the clients know (receipts by Idempotency-Key) and the receivers."""

    def __init__(self):
        self.sent = set()  # source_ref of every request ever made
        self.receipts = {}  # key -> {"id", "digest", "cases"}
        self.received = {}  # id on the wire -> how often
        self.faults = []

    def fault(self, text):
        self.faults.append(text)

    def receipt(self, key, json):
        old = self.receipts.setdefault(key, json)
        if old["id"] != json["id"]:
            self.fault(f"I2 key {key} has two receipts")


def rows(db, sql, *args):
    return db.execute(sql, args).fetchall()


def receipts_are_kept(db, books):
    for key, r in books.receipts.items():
        found = rows(db, "SELECT hex(digest) FROM referral WHERE id = ?",
                     r["id"])
        if len(found) != 1:
            yield f"I1 the 201 of {key} is in the file {len(found)} times"
        elif found[0][0].lower() != r["digest"].split(":")[-1].lower():
            yield f"I1 the 201 of {key} has another digest in the file"
        for code in r["cases"]:
            if not rows(db, "SELECT 1 FROM cases WHERE code = ?", code):
                yield f"I1 case {code} of a 201 is not in the file"


def nothing_is_doubled(db, books):
    for ref, n in rows(db, "SELECT source_ref, count(*) FROM referral "
                       "GROUP BY agency_id, source_ref HAVING count(*) > 1"):
        yield f"I2 {ref} became {n} notifications"
    for (ref,) in rows(db, "SELECT source_ref FROM referral"):
        if ref not in books.sent:
            yield f"I3 nobody sent {ref}"
    for what in rows(db, "SELECT clock_id, rung, round FROM alert "
                     "WHERE clock_id IS NOT NULL "
                     "GROUP BY 1, 2, 3 HAVING count(*) > 1"):
        yield f"I5 two alerts for {what}"
    for (code,) in rows(db, "SELECT code FROM cases c WHERE NOT EXISTS "
                        "(SELECT 1 FROM clock WHERE case_id = c.id)"):
        yield f"I1 case {code} has no clock"


def alerts_left(db, books, settled_before):
    """Every alert old enough reached somebody, unless a human came first, or a
    newer round of the same clock took its place and did."""
    for alert, raised in rows(
            db, "SELECT id, raised_at FROM alert a WHERE state = 'open' "
            "AND raised_at < ? AND NOT EXISTS (SELECT 1 FROM alert b "
            "JOIN delivery d ON d.alert_id = b.id "
            "WHERE d.accepted_at IS NOT NULL AND b.raised_at >= a.raised_at "
            "AND (b.id = a.id OR b.clock_id = a.clock_id))",
            settled_before):
        yield f"I6 alert {alert} of {raised} reached nobody"
    for delivery, wire in rows(
            db, "SELECT id, coalesce(digest, id) FROM delivery "
            "WHERE accepted_at IS NOT NULL"):
        if wire not in books.received:
            yield f"I6 {delivery} is accepted, but {wire} was never received"
    known = {i for row in rows(db, "SELECT id, digest FROM delivery")
             for i in row}
    for wire in books.received:
        if wire not in known:
            yield f"I8 {wire} was received, but is in no row"


def nothing_is_early(db):
    for alert, in rows(db, "SELECT id FROM alert WHERE raised_at < due_at"):
        yield f"I7 alert {alert} was raised early"
    for clock, in rows(db, "SELECT id FROM clock WHERE lapsed_at < due_at"):
        yield f"I7 clock {clock} lapsed early"


def file_is_sound(db):
    for (what,) in rows(db, "PRAGMA integrity_check"):
        if what != "ok":
            yield f"I10 {what}"
    for row in rows(db, "PRAGMA foreign_key_check"):
        yield f"I10 {row}"


def chain_holds(path, build):
    done = subprocess.run([build / "hotlinectl", "audit", "verify", path],
                          capture_output=True, text=True)
    if done.returncode != 0:
        yield f"I9 {done.stdout}{done.stderr}"


def audit(path, books, build, settled_before):
    """All violations, in words."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = list(books.faults)
        found += receipts_are_kept(db, books)
        found += nothing_is_doubled(db, books)
        found += alerts_left(db, books, settled_before)
        found += nothing_is_early(db)
        found += file_is_sound(db)
    finally:
        db.close()
    return found + list(chain_holds(path, build))
