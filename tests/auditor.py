#!/usr/bin/python3
"""The auditor: what clients and receivers saw, held against the database.

Each check yields one sentence a violation; a storm is good when there is none.
One auditor for all storms; alone it is

    tests/auditor.py DATABASE [BOOKS.json] [--folder FOLDER]...

with the books as the simulation writes them; without them it asks what the
file can tell alone.  The invariants, by their names:

I1 every receipt and every act that was answered is there once, as it was told
I2 the same again made nothing new      I3 nothing is there that nobody sent
I4 every case has its holder and each of its steps runs once
I5 one alert for (clock, rung, round)   I6 every due alert reached somebody
I7 none early, none later than the bound
I8 nothing left that is in no row       I9 the chain holds, with all anchors
I10 the file is sound                   I11 descriptors, threads, memory flat
I12 a made-up child's name is in no message, log or file
"""
import argparse
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys

import canary
import hotline

DAY_MS = 86400000
# The id on the wire: a digest's is its leader's as version 8.
WIRE = ("iif(d.digest IS NULL, d.id, substr(d.digest, 1, 14) || '8' || "
        "substr(d.digest, 16))")
STATES = {"accepted": ("accepted", "completed"), "completed": ("completed",)}


class Books:
    """What the clients know and the receivers saw."""

    def __init__(self):
        self.sent = set()  # source_ref of every request ever made
        self.hashes = {}  # key -> our own hash of the body that was sent
        self.receipts = {}  # key -> {"id", "digest", "cases"}
        self.received = {}  # id on the wire -> how often
        # Left from memory on a full disk by a daemon that then ended.
        self.unwritten = set()
        self.arrived = {}  # id on the wire -> when it came first
        self.texts = []  # every message and every refusal, as bytes
        self.acts = set()  # evidence of every act that was answered
        self.acked = set()  # alerts whose acknowledgement was answered
        self.referred = {}  # referral out -> the last state answered
        self.updates = set()  # ids that were answered
        self.anchors = {}  # seq of the chain -> its hash, in hex
        self.samples = []  # (descriptors, threads, resident KiB)
        # The bounds of I7, until an alert is raised, and from then until it
        # arrives; None: there was an outage.
        self.late_ms = self.reach_ms = None
        self.faults = []

    @classmethod
    def told(cls, said):
        """As a program of ours wrote them, in JSON."""
        books = cls()
        for name in ("sent", "acts", "acked", "updates"):
            setattr(books, name, set(said[name]))
        for name in ("receipts", "received", "faults"):
            setattr(books, name, said[name])
        books.texts = [t.encode() for t in said["texts"]]
        books.anchors = {int(k): v for k, v in said["anchors"].items()}
        books.late_ms = said["late_ms"]
        return books

    def fault(self, text):
        self.faults.append(text)

    def send(self, ref, key, raw):
        """This goes out now."""
        self.sent.add(ref)
        self.hashes[key] = hashlib.blake2b(raw, digest_size=32).hexdigest()

    def receipt(self, key, told):
        old = self.receipts.setdefault(key, told)
        if old["id"] != told["id"]:
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


def made_by(db, referral):
    """Codes of the cases whose first notification that is."""
    return {code for code, in rows(
        db, "SELECT code FROM cases JOIN referral_case m ON m.case_id = id "
        "WHERE referral_id = ? AND NOT is_attached AND NOT EXISTS "
        "(SELECT 1 FROM referral_case n WHERE n.case_id = m.case_id "
        "AND n.referral_id < m.referral_id)", referral)}


def receipts_are_kept(db, books):
    for key, r in books.receipts.items():
        found = rows(db, "SELECT hex(digest) FROM referral WHERE id = ?",
                     r["id"])
        if len(found) != 1:
            yield f"I1 the 201 of {key} is in the file {len(found)} times"
        elif found[0][0].lower() != r["digest"].split(":")[-1].lower():
            yield f"I1 the 201 of {key} has another digest in the file"
        elif r["digest"].split(":")[-1] != books.hashes.get(
                key, r["digest"].split(":")[-1]):
            yield f"I1 the 201 of {key} is of another body than was sent"
        for code in r["cases"]:
            if not rows(db, "SELECT 1 FROM cases WHERE code = ?", code):
                yield f"I1 case {code} of a 201 is not in the file"
        for code in made_by(db, r["id"]) - set(r["cases"]):
            yield f"I2 the 201 of {key} has a case that it does not tell, " \
                f"{code}"


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


def nothing_is_doubled(db):
    for ref, n in rows(db, "SELECT source_ref, count(*) FROM referral "
                       "WHERE direction = 'in' "
                       "GROUP BY agency_id, source_ref HAVING count(*) > 1"):
        yield f"I2 {ref} became {n} notifications"
    for what in rows(db, "SELECT clock_id, rung, round FROM alert "
                     "WHERE clock_id IS NOT NULL "
                     "GROUP BY 1, 2, 3 HAVING count(*) > 1"):
        yield f"I5 two alerts for {what}"
    for (code,) in rows(db, "SELECT code FROM cases c WHERE NOT EXISTS "
                        "(SELECT 1 FROM clock WHERE case_id = c.id)"):
        yield f"I1 case {code} has no clock"


def nothing_is_made_up(db):
    for (code,) in rows(db, "SELECT code FROM cases c WHERE NOT EXISTS "
                        "(SELECT 1 FROM referral_case WHERE case_id = c.id)"):
        yield f"I3 case {code} is of no notification"


def all_was_sent(db, books):
    for (ref,) in rows(db, "SELECT source_ref FROM referral "
                       "WHERE direction = 'in'"):
        if ref not in books.sent:
            yield f"I3 nobody sent {ref}"


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
            db, f"SELECT id, {WIRE} FROM delivery d "
            "WHERE accepted_at IS NOT NULL"):
        if wire not in books.received:
            yield f"I6 {delivery} is accepted, but {wire} was never received"
    # One may have left alone, from memory, before it joined a digest.
    known = {i for row in rows(db, f"SELECT id, {WIRE} FROM delivery d")
             for i in row}
    for wire in books.received:
        if wire not in known | books.unwritten:
            yield f"I8 {wire} was received, but is in no row"


def alerts_are_timely(db, books, settled_before):
    for alert, in rows(db, "SELECT id FROM alert WHERE raised_at < due_at"):
        yield f"I7 alert {alert} was raised early"
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


def alerts_arrive_in_time(db, books):
    """By the receivers' own clock."""
    if books.late_ms is None:
        return
    for alert, due, raised, urgent, first in rows(
            db, "SELECT a.id, a.due_at, a.raised_at, a.is_urgent, "
            f"json_group_array(json_array({WIRE}, d.id)) FROM alert a "
            "JOIN delivery d ON d.alert_id = a.id GROUP BY a.id"):
        came = [books.arrived[w] for pair in json.loads(first) for w in pair
                if w in books.arrived]
        if came and min(came) < due:
            yield f"I7 alert {alert} arrived {due - min(came)} ms early"
        if came and urgent and books.reach_ms is not None and \
                min(came) - raised > books.reach_ms:
            yield f"I7 alert {alert} arrived {min(came) - raised} ms late"


def lapses_are_told(db):
    """A row says when its time was over, the chain when that was found."""
    for clock, n in rows(
            db, "SELECT k.id, count(e.seq) FROM clock k LEFT JOIN event e ON "
            "e.object_id = k.id AND e.act = 'clock.lapsed' "
            "WHERE k.lapsed_at IS NOT NULL GROUP BY k.id "
            "HAVING count(e.seq) <> 1"):
        yield f"I7 clock {clock} lapsed, and the chain tells it {n} times"
    for clock, in rows(
            db, "SELECT clock_id FROM alert a JOIN clock k ON "
            "k.id = clock_id WHERE kind = 'lapsed' AND lapsed_at IS NULL"):
        yield f"I7 clock {clock} has an alert of its lapse, and no lapse"
    for clock, early in rows(
            db, "SELECT object_id, detail ->> 'due_at' - at FROM event "
            "WHERE act = 'clock.lapsed' AND at < detail ->> 'due_at'"):
        yield f"I7 clock {clock} lapsed {early} ms early"


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


OF_FILE = (nothing_is_doubled, nothing_is_made_up, cases_are_held,
           lapses_are_told, file_is_sound, chain_is_chained)
OF_BOOKS = (receipts_are_kept, acts_are_kept, all_was_sent, anchors_hold,
            alerts_arrive_in_time)


def of_file(db):
    return [what for check in OF_FILE for what in check(db)]


def audit(path, books, build, settled_before, folders=()):
    """All violations, in words.  path: the database of a daemon that ended;
    folders: all that it may have written."""
    path = pathlib.Path(path)
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = list(books.faults)
        for check in OF_BOOKS:
            found += check(db, books)
        found += of_file(db)
        found += alerts_left(db, books, settled_before)
        found += alerts_are_timely(db, books, settled_before)
    finally:
        db.close()
    found += process_is_flat(books, build)
    found += canary_is_nowhere({path.parent, *folders}, books)
    return found + list(chain_holds(path, build))


def main():
    p = argparse.ArgumentParser(
        description="Checks what clients and receivers saw against the "
        "database of a daemon that ended; one line a violation, exit 1.")
    p.add_argument("database", type=pathlib.Path)
    p.add_argument("books", type=pathlib.Path, nargs="?",
                   help="what was seen, as the simulation writes it; "
                   "without: only what the file can tell alone")
    p.add_argument("--folder", action="append", default=[],
                   help="all that it may have written")
    args = p.parse_args()
    if args.books:
        said = json.loads(args.books.read_text())
        found = audit(args.database, Books.told(said), hotline.BUILD,
                      said["end"] - DAY_MS, args.folder)
    else:
        db = sqlite3.connect(f"file:{args.database}?mode=ro", uri=True)
        found = of_file(db) + list(chain_holds(args.database, hotline.BUILD))
        db.close()
    print(*found, f"violations: {len(found)}", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
