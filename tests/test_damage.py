"""Damaged and foreign databases, and kills while one is made.

A damaged file is never served silently: the daemon refuses, keeps every byte
of it and says what to do; or the damage is where only the seals and the chain
can see it, and then they do.  FLIPS=n files with 200 flipped bytes (SEED=n).
"""
import collections
import copy
import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

import auditor
import canary
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
    "foreign": ("a database, but not of hotlined",
                "keep the file; set database to ours"),
    "newer": ("written by a newer hotlined", "install that one"),
    "locked": ("in use by another hotlined", "stop that one"),
}


class Whole(Drill):
    """A ward that did one round and ended; its copies are damaged."""

    def __init__(self, folder):
        super().__init__(folder)
        self.run()
        self.settled_before = self.settle()
        self.ends, self.found = collections.Counter(), []

    def listen(self, books=None):
        """What comes from now on is in these books: a copy of ours."""
        self.web.ledger.books = books or copy.deepcopy(self.books)
        return self.web.ledger.books

    def check(self, path, books):
        """Audited, and in the report."""
        found = auditor.audit(path, books, hotline.BUILD, self.settled_before,
                              {path.parent})
        self.ends["audited"] += 1
        self.found += found
        assert found == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    whole = Whole(tmp_path_factory.mktemp("whole") / "d")
    yield whole
    whole.end()
    report.write("damage", {"seed": storms.SEED, **whole.ends}, whole.found)


@pytest.fixture(scope="module")
def told(whole, tmp_path_factory):
    """All that the undamaged file tells."""
    r = Refusal(whole, tmp_path_factory.mktemp("told") / "d")
    assert r.start() == (None, "")
    said = r.readings()
    r.d.stop()
    assert canary.NAME in said
    return said


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
    """A daemon that must not start on that copy, or must tell."""

    def __init__(self, whole, folder):
        shutil.copytree(whole.d.folder, folder, ignore=lambda *_: {
            "control.sock", "courier.sock", "log"})
        self.whole = whole
        self.path = folder / "hotlined.db"
        self.d = hotline.Daemon(folder=folder, at=whole.d.now,
                                channels=whole.channels, start=False)

    def bytes(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def start(self):
        """Its code and what it says; None while it serves."""
        try:
            self.d.start()
        except AssertionError:
            code = self.d.process.wait(5)
            self.d.process = None
            return code, self.d.log()
        return None, ""

    def readings(self):
        """Every sealed value, opened; every answer as it is."""
        said = []
        for receipt in self.whole.books.receipts.values():
            calls = [(f"/v1/referrals/{receipt['id']}", self.whole.key)]
            for code in receipt["cases"]:
                case = f"/v1/cases/{code}"
                calls += [(case, self.whole.boss),
                          (f"{case}/timeline?limit=500&open=true",
                           self.whole.boss)]
            said += [self.d.api("GET", path, key=key).text
                     for path, key in calls]
        return "\n".join(said)

    def has_told(self, told):
        """It serves: is that silent, with something wrong?"""
        books = self.whole.listen()
        said = self.readings()
        if self.d.ctl_raw("integrity").returncode == 0:
            return said == told
        alarm_left(books, "kiểm tra toàn vẹn phát hiện lỗi")
        return True


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
    whole.ends[kind] += 1


def test_a_log_of_another_database_changes_nothing(whole, tmp_path):
    r = Refusal(whole, tmp_path / "d")
    other = tmp_path / "other.db"
    db = sqlite3.connect(other)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (x)")
    db.commit()
    shutil.copy(f"{other}-wal", f"{r.path}-wal")
    db.close()
    before = r.bytes()
    code, said = r.start()
    assert code == 1 and "(-wal)" in said, said
    assert r.bytes() == before, "its frames were written into our file"
    r.path.with_name("hotlined.db-wal").unlink()  # as it says
    books = whole.listen()
    assert r.start() == (None, "")
    r.d.stop()
    whole.check(r.path, books)
    whole.ends["foreign log"] += 1


# ---- on_corrupt = "spool" ----

def alarm_left(books, words):
    until = time.monotonic() + 10
    while not any(words.encode() in t for t in books.texts):
        assert time.monotonic() < until, f"nobody was told: {words}"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["half", "truncated"])
def test_a_damaged_file_is_kept_and_a_fresh_one_takes_notifications(
        whole, tmp_path, kind):
    r = Refusal(whole, tmp_path / "d")
    good = r.path.read_bytes()
    DAMAGE[kind](r.path)
    before = r.bytes()
    books = whole.listen(auditor.Books())
    with hotline.Daemon(folder=tmp_path / "d", at=whole.d.now,
                        channels=whole.channels,
                        settings={"on_corrupt": "spool"}) as d:
        assert d.ctl("status")["database"] == "spool"
        alarm_left(books, "sở dữ liệu bị hỏng")
        b = storms.notification("while-damaged")
        books.sent.add("while-damaged")
        made = d.api("POST", "/v1/referrals", b, whole.key, idem="damaged")
        assert made.status == 201, made
        books.receipt("damaged", made.json)
        code = made.json["cases"][0]
        assert d.api("GET", f"/v1/cases/{code}", key=whole.boss).status == 200
        d.restart()  # the same fresh file goes on
        again = d.api("POST", "/v1/referrals", b, whole.key, idem="damaged")
        assert again.json == made.json
        assert r.bytes() == before
        d.stop()
        spool = r.path.with_name("hotlined.db.spool")
        whole.check(spool, books)
        r.path.write_bytes(good)  # the backup is restored
        books = whole.listen()
        d.start()
        assert d.ctl("status")["database"] == "ok"
        alarm_left(books, "vẫn nằm trong tệp .spool")
        assert spool.exists()
    whole.check(r.path, books)
    whole.ends[f"spool, {kind}"] += 1


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


def test_flipped_bytes_are_refused_or_told(whole, told, tmp_path):
    dice = random.Random(storms.SEED)
    found = []
    for n in report.passing("damage", range(FLIPS), FLIPS):
        r = Refusal(whole, tmp_path / str(n))
        size = r.path.stat().st_size
        for _ in range(200):
            overwrite(r.path, dice.randrange(4096, size),
                      bytes([dice.randrange(256)]))
        before = r.bytes()
        code, said = r.start()
        if code == 1 and "damaged" in said and r.bytes() == before:
            whole.ends["flipped, refused"] += 1
        elif code is None:
            whole.ends["flipped, served"] += 1
            if not r.has_told(told):
                found.append(f"{n}: serves in silence what was changed")
        else:
            found.append(f"{n}: ended with {code}: {said[-300:]}")
        r.d.stop(check=False)
        shutil.rmtree(tmp_path / str(n))
    whole.found += found
    assert found == []


@pytest.mark.parametrize("table,column", [
    ("referral", "body_sealed"), ("act", "body_sealed"), ("event", "hash")])
def test_a_byte_that_only_seal_or_chain_can_see_is_told(
        whole, told, tmp_path, table, column):
    r = Refusal(whole, tmp_path / "d")
    db = sqlite3.connect(r.path)
    value, = db.execute(f"SELECT {column} FROM {table} WHERE {column} "
                        "IS NOT NULL LIMIT 1").fetchone()
    db.close()
    at = r.path.read_bytes().index(value) + len(value) - 1
    overwrite(r.path, at, bytes([value[-1] ^ 1]))
    assert r.start() == (None, "")
    assert r.has_told(told)
    r.d.stop(check=False)
    whole.ends["one byte, told"] += 1


# ---- Kills while it is made or made newer ----

def at_schema(whole, folder, version):
    """A copy of the ward as a hotlined left it that knew fewer migrations:
    all rows that it had room for."""
    r = Refusal(whole, folder)
    db = sqlite3.connect(r.path)
    later = sorted((hotline.ROOT / "daemon/sql").glob("*.sql"))[version:]
    for path in reversed(later):
        for table in reversed(re.findall(r"^CREATE TABLE (\w+)",
                                         path.read_text(), re.M)):
            db.execute(f"DROP TABLE {table}")
    db.execute(f"PRAGMA user_version = {version}")
    db.commit()
    db.close()
    return r


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_kill_while_a_ward_is_made_newer_loses_no_row(whole, tmp_path,
                                                        call):
    """An older schema with rows; its books are audited after a start."""
    every = os.environ.get("MIGRATIONS") == "all"
    n, died, dice = 0, 0, random.Random(storms.SEED)
    while True:
        n += 1 if every or n < 2 else dice.randrange(1, 30)
        r = at_schema(whole, tmp_path / str(n), 1 + n % 6)
        books = whole.listen()
        trace = killed_at(r.d, call, n)
        if "+++ killed by SIGKILL" not in trace:
            assert died >= 2, trace
            return
        died += 1
        whole.ends["killed while made newer"] += 1
        assert r.start() == (None, "")
        r.d.stop()
        newest = len(list((hotline.ROOT / "daemon/sql").glob("*.sql")))
        assert sqlite3.connect(r.path).execute(
            "PRAGMA user_version").fetchone() == (newest,)
        whole.check(r.path, books)
        shutil.rmtree(tmp_path / str(n))


def killed_at(d, call, n):
    """Started until it is killed at its nth such call, or lives a while."""
    trace = d.folder / "strace"
    subprocess.run(
        ["strace", "-f", "-o", trace, "-e", f"trace={call}",
         "-e", f"inject={call}:signal=SIGKILL:when={n}", "timeout", "1.5",
         hotline.BUILD / "hotlined", "-c", d.conf,
         f"--test-clock={d.now}"], capture_output=True)
    return trace.read_text()


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_kill_while_the_database_is_made_leaves_a_good_start(
        whole, tmp_path, call):
    """At each step of the migrations: a start makes it whole."""
    every = os.environ.get("MIGRATIONS") == "all"
    n, died, dice = 0, 0, random.Random(storms.SEED)
    while True:
        n += 1 if every or n < 2 else dice.randrange(1, 60)
        folder = tmp_path / str(n)
        d = hotline.Daemon(folder=folder, start=False)
        trace = killed_at(d, call, n)
        if "+++ killed by SIGKILL" not in trace:
            assert died >= 2, trace
            return
        died += 1
        d.start()
        d.agency("truong1")
        d.stop()
        whole.check(folder / "hotlined.db", auditor.Books())
        whole.ends["killed while made"] += 1
        shutil.rmtree(folder)
