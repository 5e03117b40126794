"""kill -9 at random moments under load: nothing lost, nothing doubled.

KILLS=n and SEED=n choose another storm; a report goes into the build folder.
"""
import os
import random
import sqlite3
import subprocess
import time

import pytest

import auditor
import canary
import hotline
import report
import storm as storms

KILLS = int(os.environ.get("KILLS", 20))
# A kill takes a message with it; the next or the one after that brings it.
REACH_MS = 10 * storms.MINUTE
ALL = [f"I{n} " for n in range(1, 13)]


@pytest.fixture
def storm(tmp_path):
    storm = storms.Storm(tmp_path, **storms.backups(tmp_path))
    storm.books.reach_ms = REACH_MS
    yield storm
    storm.end()


NEEDED = ("receipts", "distinct", "acts", "updates", "acknowledged",
          "completed")


def lacks(storm, kills):
    """Of what there was too little to be killed in."""
    counts = storm.counts()
    return [what for what in NEEDED if counts[what] < min(kills // 5, 20)]


def blow(storm, kills):
    """So many kills; some more where a slow machine does little between."""
    dice = random.Random(storm.seed)
    storm.begin()
    for n in report.passing("kill", range(3 * kills), kills):
        if n >= kills and not lacks(storm, kills):
            break
        time.sleep(dice.uniform(0.05, 0.6))
        storm.books.sample(storm.d.process.pid)
        storm.d.kill9()
        storm.d.start()
    storm.calm()


@pytest.mark.parametrize("kills", [KILLS])
def test_kill_nine_loses_and_doubles_nothing(storm, kills):
    blow(storm, kills)
    storm.copy()
    found = storm.audit()
    counts = {"kills": kills, **storm.counts()}
    report.write("kill", counts, found)
    assert found == []
    assert lacks(storm, kills) == [], f"too few: {counts}"


def test_clean_stops_under_load_lose_nothing(storm):
    """Each ends with 0, and what was answered until then is kept."""
    storm.begin()
    for _ in range(5):
        time.sleep(0.5)
        storm.d.stop()
        storm.d.start()
    storm.calm()
    assert storm.audit() == []
    assert storm.counts()["receipts"] >= 50, storm.counts()


def test_the_auditor_reads_addresses_and_copies(storm):
    """A name in what is asked of a receiver, in a file that is kept."""
    storm.web.requests.append({"path": f"/{canary.PHONE}", "headers": {}})
    storm.copy()
    kept = [*storm.d.folder.glob("copy-*/copy.db"),
            *(storm.d.folder / "backups").iterdir()]
    assert len(kept) == 2
    with open(kept[-1], "ab") as f:
        f.write(canary.NAME.encode())
    found = storm.audit()
    assert f"I12 {canary.PHONE} in a message" in found
    assert f"I12 {canary.NAME} in {kept[-1].name}" in found


def test_time_that_passes_leaves_a_sample(storm):
    storm.pass_time()
    assert len(storm.books.samples) == 1


def spoil(path):
    """One wrong row for every invariant that rows can break."""
    db = sqlite3.connect(path)
    made = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'alert'")
    loose = made.fetchone()[0].replace("TABLE alert", "TABLE twin").replace(
        "UNIQUE (clock_id, rung, round)", "CHECK (1)")
    db.executescript(f"""
        {loose};
        INSERT INTO twin SELECT * FROM alert;
        INSERT INTO twin SELECT 'two', {", ".join(
            r[1] for r in db.execute("PRAGMA table_info(alert)")
            if r[1] != "id")} FROM alert LIMIT 1;
        DROP TABLE alert;
        ALTER TABLE twin RENAME TO alert;
        UPDATE alert SET raised_at = due_at - 1;
        UPDATE delivery SET accepted_at = NULL;
        UPDATE delivery SET address_id = 'nobody';
        UPDATE event SET act = 'nothing' WHERE seq = 3;
        UPDATE cases SET assigned_why = NULL;
    """)
    db.commit()
    db.close()


def test_the_auditor_bites_on_every_invariant(storm, tmp_path):
    dice = random.Random(1)
    storm.post("one", dice)
    storm.act("two", dice)
    storm.d.step("1m")
    storm.settle()
    books, path = storm.books, storm.path
    assert auditor.audit(path, books, hotline.BUILD, 0) == []
    books.receipt("one", {**books.receipts["one"], "id": "other"})
    books.receipts["two"] = {"id": "none", "digest": "00", "cases": ["none"]}
    books.received["none"] = 1
    books.sent.clear()
    books.samples = [(20, 5, 20000), (200, 50, 200000)]
    books.texts.append("Trẻ Thử Đặc Biệt Hoàng Yến".encode())
    spoil(path)
    found = " ".join(auditor.audit(path, books, hotline.BUILD, 1 << 60))
    assert [name for name in ALL if name not in found] == []


@pytest.mark.parametrize("book,value,name", [
    ("acts", "KHO-none", "I1 the act"),
    ("acked", "none", "I1 the acknowledgement"),
    ("updates", "none", "I1 the update"),
])
def test_the_auditor_misses_what_was_answered(storm, book, value, name):
    storm.post("one", random.Random(1))
    storm.settle()
    getattr(storm.books, book).add(value)
    storm.books.referred["none"] = "accepted"
    storm.books.anchors[1] = "00"
    storm.books.late_ms = -1
    found = "\n".join(auditor.audit(storm.path, storm.books, hotline.BUILD, 0))
    for what in (name, "I1 referral none was told accepted",
                 "I9 the chain lost its anchored head", "ms late"):
        assert what in found


EXTRA = """
    CREATE TEMP TABLE twin AS SELECT * FROM cases LIMIT 1;
    UPDATE twin SET id = 'twin', code = 'twin';
    INSERT INTO cases SELECT * FROM twin;
    INSERT INTO referral_case (referral_id, case_id, ward)
        SELECT referral_id, 'twin', ward FROM referral_case"""


@pytest.mark.parametrize("spoilt,name", [
    (EXTRA, "I2 the 201 of one has a case that it does not tell, twin"),
    ("DELETE FROM referral_case", "is of no notification"),
    ("UPDATE cases SET assignee = 'nobody'", "I4 case"),
    ("UPDATE event SET prev = zeroblob(32)", "I9 event 2 is not chained"),
])
def test_the_auditor_misses_no_wrong_row(storm, spoilt, name):
    storm.post("one", random.Random(1))
    storm.settle()
    db = sqlite3.connect(storm.path)
    db.executescript(spoilt)
    db.commit()
    db.close()
    assert name in "\n".join(auditor.audit(storm.path, storm.books,
                                           hotline.BUILD, 0))


def test_the_auditor_hashes_what_was_sent_and_times_what_came(storm):
    storm.post("one", random.Random(1))
    storm.pass_time()
    storm.settle()
    books = storm.books

    def found():
        return "\n".join(auditor.audit(storm.path, books, hotline.BUILD, 0))

    assert found() == "" and books.arrived
    first = dict(books.arrived)
    books.hashes["one"] = "00" * 32
    books.arrived = {wire: at - 3600000 for wire, at in first.items()}
    assert "I1 the 201 of one is of another body than was sent" in found()
    assert "ms early" in found()
    books.arrived = {wire: at + 3600000 for wire, at in first.items()}
    assert "I7" in found() and "ms late" in found()


def test_the_auditor_reads_every_refusal(storm):
    class Told:
        status, raw = 404, f"Không có {canary.NAME}".encode()

    storm.d.api = lambda *_, **more: Told
    storm.call("GET", "/v1/cases/none")
    assert list(auditor.canary_is_nowhere((), storm.books)) != []


def test_the_auditor_runs_alone(storm):
    storm.post("one", random.Random(1))
    storm.settle()

    def run():
        done = subprocess.run([auditor.__file__, storm.path],
                              capture_output=True, text=True)
        return done.returncode, done.stdout

    assert run() == (0, "violations: 0\n")
    db = sqlite3.connect(storm.path)
    db.execute("DELETE FROM referral_case")
    db.commit()
    db.close()
    code, said = run()
    assert code == 1 and "is of no notification" in said
