"""Damaged and foreign databases, and kills while one is made.

A damaged file is never served silently: the daemon refuses, keeps every byte
of it and says what to do; or the damage is where only the seals and the chain
can see it, and then they do.  FLIPS=n files with 200 flipped bytes (SEED=n).
"""
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import time

import pytest

import hotline
import report
import storm as storms
from drill import Drill

FLIPS = int(os.environ.get("FLIPS", 6))
ADVICE = {
    "truncated": ("damaged", "restore the newest backup"),
    "half": ("damaged", "restore the newest backup"),
    "header": ("not a database of hotlined, or damaged", "restore"),
    "empty": ("missing or empty", "restore the newest backup"),
    "foreign": ("a database, but not of hotlined", ""),
    "newer": ("written by a newer hotlined", "install that one"),
    "locked": ("in use by another hotlined", ""),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A ward that did one round and ended."""
    drill = Drill(tmp_path_factory.mktemp("whole") / "d")
    drill.run()
    drill.settle()
    yield drill
    drill.end()


def sql(path, text):
    db = sqlite3.connect(path)
    db.executescript(text)
    db.commit()
    db.close()


def cut(path, part):
    os.truncate(path, int(path.stat().st_size * part))


def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def lock(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("BEGIN EXCLUSIVE")
    return db


DAMAGE = {
    "truncated": lambda p: cut(p, 0.9),
    "half": lambda p: cut(p, 0.5),
    "header": lambda p: overwrite(p, 0, b"\0" * 100),
    "empty": lambda p: os.truncate(p, 0),
    "foreign": lambda p: sql(p, "PRAGMA application_id = 7"),
    "newer": lambda p: sql(p, "PRAGMA user_version = 9999"),
    "locked": lock,
}


class Refusal:
    """A daemon that must not start on that file."""

    def __init__(self, whole, folder):
        shutil.copytree(whole.d.folder, folder, ignore=lambda *_: {
            "control.sock", "courier.sock", "log"})
        self.path = folder / "hotlined.db"
        self.conf = folder / "hotlined.conf"

    def bytes(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def start(self):
        """Its code and what it says; None while it serves."""
        try:
            done = subprocess.run(
                [hotline.BUILD / "hotlined", "-c", self.conf,
                 "--test-clock=" + hotline.START], capture_output=True,
                text=True, timeout=2)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stderr + done.stdout


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_refused_kept_and_explained(whole, tmp_path, kind):
    r = Refusal(whole, tmp_path / "d")
    if kind == "empty":  # its log or reserve tells that it is no new one
        assert r.path.with_name("hotlined.db.reserve").exists()
    before = r.bytes() if kind == "locked" else None
    held = DAMAGE[kind](r.path)
    before = before or r.bytes()  # to read it would give up our lock
    code, said = r.start()
    assert code == 1, said
    for words in ADVICE[kind]:
        assert words in said
    assert "listening" not in said
    if held is not None:
        held.close()
    assert r.bytes() == before


def test_a_log_of_another_database_changes_nothing(whole, tmp_path):
    r = Refusal(whole, tmp_path / "d")
    other = tmp_path / "other.db"
    db = sqlite3.connect(other)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (x)")
    db.commit()
    shutil.copy(f"{other}-wal", f"{r.path}-wal")
    db.close()
    code, said = r.start()
    assert code in (None, 1), said
    # Its frames are not ours: whichever way, every receipt is there.
    if code is None:
        found = sqlite3.connect(r.path).execute(
            "SELECT count(*) FROM referral").fetchone()[0]
        assert found == len(whole.books.receipts)


# ---- on_corrupt = "spool" ----

def alarm_left(whole, words):
    until = time.monotonic() + 10
    while not any(words.encode() in t for t in whole.books.texts):
        assert time.monotonic() < until, f"nobody was told: {words}"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["half", "truncated"])
def test_a_damaged_file_is_kept_and_a_fresh_one_takes_notifications(
        whole, tmp_path, kind):
    r = Refusal(whole, tmp_path / "d")
    good = r.path.read_bytes()
    DAMAGE[kind](r.path)
    before = r.bytes()
    whole.books.texts.clear()
    with hotline.Daemon(folder=tmp_path / "d", channels=whole.channels,
                        settings={"on_corrupt": "spool"}) as d:
        assert d.ctl("status")["database"] == "spool"
        alarm_left(whole, "sở dữ liệu bị hỏng")
        b = storms.notification("while-damaged")
        made = d.api("POST", "/v1/referrals", b, whole.key, idem="damaged")
        assert made.status == 201, made
        code = made.json["cases"][0]
        assert d.api("GET", f"/v1/cases/{code}", key=whole.boss).status == 200
        d.restart()  # the same fresh file goes on
        again = d.api("POST", "/v1/referrals", b, whole.key, idem="damaged")
        assert again.json == made.json
        assert r.bytes() == before
        d.stop()
        r.path.write_bytes(good)  # the backup is restored
        d.start()
        assert d.ctl("status")["database"] == "ok"
        alarm_left(whole, "vẫn nằm trong tệp .spool")
        assert r.path.with_name("hotlined.db.spool").exists()


def test_nothing_readable_still_gives_a_daemon_that_shouts(whole, tmp_path):
    r = Refusal(whole, tmp_path / "d")
    DAMAGE["header"](r.path)
    before = r.bytes()
    with hotline.Daemon(folder=tmp_path / "d", channels=whole.channels,
                        settings={"on_corrupt": "spool"}) as d:
        assert d.ctl("status")["database"] == "spool"
        assert "table not read whole" in d.log()
        key = d.agency("truong3")
        made = d.api("POST", "/v1/referrals", storms.notification("x"), key)
        assert made.status == 201, made
    assert r.bytes() == before


def receipts_are_right(whole, path):
    db = sqlite3.connect(path)
    for receipt in whole.books.receipts.values():
        digest, = db.execute("SELECT hex(digest) FROM referral WHERE id = ?",
                             (receipt["id"],)).fetchone()
        assert digest.lower() == receipt["digest"]
    db.close()


def test_flipped_bytes_are_refused_or_found(whole, tmp_path):
    dice = random.Random(storms.SEED)
    ends, found = {"refused": 0, "served": 0}, []
    for n in range(FLIPS):
        r = Refusal(whole, tmp_path / str(n))
        size = r.path.stat().st_size
        for _ in range(200):
            overwrite(r.path, dice.randrange(4096, size),
                      bytes([dice.randrange(256)]))
        before = r.bytes()
        code, said = r.start()
        if code == 1 and "damaged" in said and r.bytes() == before:
            ends["refused"] += 1
        elif code is None:
            ends["served"] += 1
            verify = subprocess.run(
                [hotline.BUILD / "hotlinectl", "audit", "verify", r.path],
                capture_output=True, text=True)
            if verify.returncode == 0:
                receipts_are_right(whole, r.path)
        else:
            found.append(f"{n}: ended with {code}: {said[-300:]}")
        shutil.rmtree(tmp_path / str(n))
    report.write("damage", {"seed": storms.SEED, "files": FLIPS, **ends},
                 found)
    assert found == []


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_kill_while_the_database_is_made_leaves_a_good_start(tmp_path,
                                                                call):
    """At each step of the migrations: a start makes it whole."""
    every = os.environ.get("MIGRATIONS") == "all"
    n, died, dice = 0, 0, random.Random(storms.SEED)
    while True:
        n += 1 if every or n < 2 else dice.randrange(1, 60)
        folder = tmp_path / str(n)
        d = hotline.Daemon(folder=folder, start=False)
        done = subprocess.run(
            ["strace", "-f", "-o", folder / "strace", "-e", f"trace={call}",
             "-e", f"inject={call}:signal=SIGKILL:when={n}", "timeout", "1.5",
             hotline.BUILD / "hotlined", "-c", d.conf,
             "--test-clock=" + hotline.START], capture_output=True, text=True)
        if "+++ killed by SIGKILL" not in (folder / "strace").read_text():
            assert died >= 2, done.stderr
            return
        died += 1
        d.start()
        d.agency("truong1")
        d.stop()
        found = sqlite3.connect(folder / "hotlined.db").execute(
            "PRAGMA integrity_check").fetchall()
        assert found == [("ok",)]
        shutil.rmtree(folder)
