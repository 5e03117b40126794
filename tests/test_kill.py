"""kill -9 at random moments under load: nothing lost, nothing doubled.

KILLS=n and SEED=n choose another storm; a report goes into the build folder.
"""
import os
import random
import sqlite3
import time

import pytest

import auditor
import hotline
import report
import storm as storms

KILLS = int(os.environ.get("KILLS", 50))
ALL = [f"I{n} " for n in range(1, 13)]


@pytest.fixture
def storm(tmp_path):
    storm = storms.Storm(tmp_path)
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
    n = 0
    while n < kills or n < 3 * kills and lacks(storm, kills):
        n += 1
        time.sleep(dice.uniform(0.05, 0.6))
        storm.books.sample(storm.d.process.pid)
        storm.d.kill9()
        storm.d.start()
    storm.calm()


@pytest.mark.parametrize("kills", [KILLS])
def test_kill_nine_loses_and_doubles_nothing(storm, kills):
    blow(storm, kills)
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
    books.texts.append("Đặng Thị Bạch Hoàng Yến".encode())
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
