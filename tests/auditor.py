"""The auditor: what clients and receivers saw, held against the database.

Each check yields one sentence a violation; a storm is good when there is none.
One auditor for all storms.  The invariants, by their names:

I1 every receipt and every act that was answered is there once, as it was told
I2 the same again made nothing new      I3 nothing is there that nobody sent
I4 every case has its holder and each of its steps runs once
I5 one alert for (clock, rung, round)   I6 every due alert reached somebody
I7 none early, none later than the bound
I8 nothing left that is in no row       I9 the chain holds, with all anchors
I10 the file is sound                   I11 descriptors, threads, memory flat
I12 a made-up child's name is in no message, log or file
"""
import hashlib
import pathlib
import sqlite3
import subprocess

import canary

STATES = {"accepted": ("accepted", "completed"), "completed": ("completed",)}


class Books:
    """What the clients know and the receivers saw."""

    def __init__(self):
        self.sent = set()  # source_ref of every request ever made
        self.receipts = {}  # key -> {"id", "digest", "cases"}
        self.received = {}  # id on the wire -> how often
        self.texts = []  # every message, as bytes
        self.acts = set()  # evidence of every act that was answered
        self.acked = set()  # alerts whose acknowledgement was answered
        self.referred = {}  # referral out -> the last state answered
        self.updates = set()  # ids that were answered
        self.anchors = {}  # seq of the chain -> its hash, in hex
        self.samples = []  # (descriptors, threads, resident KiB)
        self.late_ms = None  # the bound of I7; None: there was an outage
        self.faults = []

    def fault(self, text):
        self.faults.append(text)

    def receipt(self, key, json):
        old = self.receipts.setdefault(key, json)
        if old["id"] != json["id"]:
            self.fault(f"I2 key {key} has two receipts")

    def sample(self, pid):
        """How the process stands; nothing if it has just gone."""
        try:
            proc = pathlib.Path(f"/proc/{pid}")
            status = dict(line.split(":\t", 1) for line in
                          (proc / "status").read_text().splitlines())
            self.samples.append((len(list((proc / "fd").iterdir())),
                                 int(status["Threads"]),
                                 int(status["VmRSS"].split()[0])))
        except (OSError, KeyError):
            pass


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


def acts_are_kept(db, books):
    for evidence in books.acts:
        if not rows(db, "SELECT 1 FROM act WHERE evidence = ?", evidence):
            yield f"I1 the act of {evidence} was answered and is not there"
    for evidence, n in rows(db, "SELECT evidence, count(*) FROM act WHERE "
                            "evidence LIKE 'KHO-%' GROUP BY 1 HAVING "
                            "count(*) > 1"):
        yield f"I2 the act of {evidence} is there {n} times"
    for alert in books.acked:
        if rows(db, "SELECT state FROM alert WHERE id = ?", alert) not in (
                [("acked",)], [("over",)]):
            yield f"I1 the acknowledgement of {alert} is not there"
    for update in books.updates:
        if not rows(db, "SELECT 1 FROM referral_update WHERE id = ?", update):
            yield f"I1 the update {update} was answered and is not there"
    for referral, state in books.referred.items():
        found = rows(db, "SELECT state FROM referral WHERE id = ?", referral)
        if not found or found[0][0] not in STATES.get(state, found[0]):
            yield f"I1 referral {referral} was told {state}, is {found}"


def nothing_is_doubled(db, books):
    for ref, n in rows(db, "SELECT source_ref, count(*) FROM referral "
                       "WHERE direction = 'in' "
                       "GROUP BY agency_id, source_ref HAVING count(*) > 1"):
        yield f"I2 {ref} became {n} notifications"
    for (ref,) in rows(db, "SELECT source_ref FROM referral "
                       "WHERE direction = 'in'"):
        if ref not in books.sent:
            yield f"I3 nobody sent {ref}"
    for what in rows(db, "SELECT clock_id, rung, round FROM alert "
                     "WHERE clock_id IS NOT NULL "
                     "GROUP BY 1, 2, 3 HAVING count(*) > 1"):
        yield f"I5 two alerts for {what}"
    for (code,) in rows(db, "SELECT code FROM cases c WHERE NOT EXISTS "
                        "(SELECT 1 FROM clock WHERE case_id = c.id)"):
        yield f"I1 case {code} has no clock"


def cases_are_held(db):
    for (code,) in rows(
            db, "SELECT code FROM cases WHERE state = 'open' AND "
            "(assigned_why IS NULL OR assignee IS NOT NULL AND "
            "assignee NOT IN (SELECT id FROM member "
            "WHERE state = 'active'))"):
        yield f"I4 case {code} has no holder and no reason for it"
    for what in rows(db, "SELECT case_id, step, count(*) FROM clock "
                     "WHERE state = 'open' AND case_id IS NOT NULL "
                     "GROUP BY case_id, step, news, item "
                     "HAVING count(*) > 1"):
        yield f"I4 a step runs more than once: {what}"


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


def alerts_are_timely(db, books, settled_before):
    for alert, in rows(db, "SELECT id FROM alert WHERE raised_at < due_at"):
        yield f"I7 alert {alert} was raised early"
    for clock, in rows(db, "SELECT id FROM clock WHERE lapsed_at < due_at"):
        yield f"I7 clock {clock} lapsed early"
    for clock, step, state in rows(
            db, "SELECT id, step, state FROM clock WHERE news "
            "IS NULL AND lapsed_at IS NULL AND NOT is_late_record "
            "AND coalesce(ended_at, ?) > due_at",
            settled_before):
        yield f"I7 clock {clock} ({step}, {state}) went on after " \
            "its end and has no lapse"
    if books.late_ms is None:
        return
    for alert, late in rows(db, "SELECT id, raised_at - due_at FROM alert "
                            "WHERE raised_at - due_at > ?", books.late_ms):
        yield f"I7 alert {alert} was raised {late} ms late"


def file_is_sound(db):
    for (what,) in rows(db, "PRAGMA integrity_check"):
        if what != "ok":
            yield f"I10 {what}"
    for row in rows(db, "PRAGMA foreign_key_check"):
        yield f"I10 {row}"


def anchors_hold(db, books):
    for seq, head in books.anchors.items():
        found = rows(db, "SELECT hex(hash) FROM event WHERE seq = ?", seq)
        if [(head.upper(),)] != found:
            yield f"I9 the chain lost its anchored head {seq}"


def hash_of(prev, fields):
    """As daemon/audit_internal.h has it, written once more."""
    h = hashlib.blake2b(prev, digest_size=32)
    for f in fields:
        if f is None:
            h.update(b"\xff" * 8)
            continue
        raw = f.to_bytes(8, "little", signed=True) if isinstance(f, int) \
            else f.encode() if isinstance(f, str) else f
        h.update(len(raw).to_bytes(8, "little") + raw)
    return h.digest()


def chain_is_chained(db):
    last = {}
    for *fields, prev, got in rows(
            db, "SELECT ward, seq, at, actor_kind, actor_id, act, "
            "object_kind, object_id, case_id, detail, digest, prev, hash "
            "FROM event ORDER BY ward, seq"):
        ward, seq = fields[:2]
        if prev != last.get(ward, b"\0" * 32) or \
                got != hash_of(prev, fields):
            yield f"I9 event {seq} is not chained to the one before"
        last[ward] = got


def chain_holds(path, build):
    done = subprocess.run([build / "hotlinectl", "audit", "verify", path],
                          capture_output=True, text=True)
    if done.returncode != 0:
        yield f"I9 {done.stdout}{done.stderr}"


def process_is_flat(books, build):
    if len(books.samples) < 2:
        return
    fds, threads, resident = zip(*books.samples)
    if max(fds) > 96:
        yield f"I11 {max(fds)} descriptors are open"
    if max(threads) - min(threads) > 1:
        yield f"I11 threads go from {min(threads)} to {max(threads)}"
    # A sanitizer keeps what was freed.
    is_sanitized = b"__asan_init" in (build / "hotlined").read_bytes()
    if max(resident) > 2 * min(resident) + (16 << (14 if is_sanitized
                                                   else 10)):
        yield f"I11 {min(resident)} KiB resident become {max(resident)}"


def canary_is_nowhere(folders, books):
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file() and path.name != "filler":
                for what in canary.found_in(path.name, path.read_bytes()):
                    yield f"I12 {what}"
    for text in books.texts:
        for what in canary.found_in("a message", text):
            yield f"I12 {what}"


def audit(path, books, build, settled_before, folders=()):
    """All violations, in words.  path: the database of a daemon that ended;
    folders: all that it may have written."""
    path = pathlib.Path(path)
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = list(books.faults)
        found += receipts_are_kept(db, books)
        found += acts_are_kept(db, books)
        found += nothing_is_doubled(db, books)
        found += cases_are_held(db)
        found += alerts_left(db, books, settled_before)
        found += alerts_are_timely(db, books, settled_before)
        found += file_is_sound(db)
        found += anchors_hold(db, books)
        found += chain_is_chained(db)
    finally:
        db.close()
    found += process_is_flat(books, build)
    found += canary_is_nowhere({path.parent, *folders}, books)
    return found + list(chain_holds(path, build))
