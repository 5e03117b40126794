"""Backups: made online, sealed, rotated, checked, restored onto a bare place."""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import threading
import uuid

import pytest

import auditor
from hotline import BUILD, Daemon, Refused
from qr import needs_zbar, qr_text
from ward import body

NAME = "Trẻ Thử Nghiệm Một"


def ctl(*args, text=None):
    return subprocess.run([BUILD / "hotlinectl", *map(str, args)], text=True,
                          capture_output=True, input=text, timeout=60)


def ctl_ok(*args, text=None):
    done = ctl(*args, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def site(tmp_path):
    """A daemon with backups, the reader's key, the folder of backups."""
    secret = tmp_path / "safe.key"
    line = ctl_ok("backup", "key", secret)
    recipient = re.fullmatch(r'backup_recipient = "([0-9a-f]{64})";\n',
                             line)[1]
    (tmp_path / "backups").mkdir()
    d = Daemon(folder=tmp_path / "d", settings={
        "backup_folder": str(tmp_path / "backups"),
        "backup_recipient": recipient, "backup_keep": "7d",
        "agency_quota": 100000})
    d.secret, d.backups = secret, tmp_path / "backups"
    yield d
    d.stop()


def restore(d, path, *more):
    return ctl("restore", path, "--key", d.secret, *more)


def file_of(d):
    return pathlib.Path(d.ctl("backup")["path"])


def populate(d, n=3):
    d.member("an", "officer", duty=True, sms="0900000001")
    key = d.agency("truong1")
    return key, [d.api("POST", "/v1/referrals", body(), key=key).json
                 for _ in range(n)]


def test_a_backup_under_load_restores_onto_a_bare_tree(site, tmp_path):
    """Every 201 from before the backup is there, with its name readable."""
    key, _ = populate(site, 0)
    books, stop, refs = auditor.Books(), threading.Event(), {}

    def write():
        while not stop.is_set():
            ref, idem = f"r-{uuid.uuid4()}", str(uuid.uuid4())
            books.sent.add(ref)
            answer = site.api("POST", "/v1/referrals",
                              {**body(), "source_ref": ref}, key=key,
                              idem=idem)
            assert answer.status == 201, answer
            books.receipt(idem, answer.json)
            refs[idem] = ref

    writers = [threading.Thread(target=write) for _ in range(3)]
    for w in writers:
        w.start()
    try:
        while len(books.receipts) < 60:
            pass
        before = dict(books.receipts)
        backup = file_of(site)
    finally:
        stop.set()
        for w in writers:
            w.join()
    assert backup.stat().st_mode & 0o777 == 0o600
    # The bare tree: settings and master key from the safe, no database.
    bare = tmp_path / "bare"
    bare.mkdir()
    text = ctl_ok("secret", "print", site.folder / "master.key", "--no-qr")
    ctl_ok("secret", "enter", bare / "master.key", text=text)
    done = restore(site, backup, "--to", bare / "hotlined.db")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in bare.iterdir()) == ["hotlined.db",
                                                      "master.key"]
    books.receipts = before
    db = sqlite3.connect(f"file:{bare}/hotlined.db?immutable=1", uri=True)
    assert list(auditor.receipts_are_kept(db, books)) == []
    assert list(auditor.nothing_is_doubled(db)) == []
    assert list(auditor.all_was_sent(db, books)) == []
    db.close()
    with Daemon(folder=bare, settings={"agency_quota": 100000}) as d:
        token = d.ctl("member", "token", "an")["token"]
        for receipt in before.values():
            case = d.api("GET", f"/v1/cases/{receipt['cases'][0]}",
                         key=token)
            assert case.status == 200 and NAME in case.text
        assert d.ctl("audit", "verify")["rows"] > 60
        # An agency that repeats itself gets its first receipt again.
        for idem, receipt in before.items():
            again = d.api("POST", "/v1/referrals",
                          {**body(), "source_ref": refs[idem]}, key=key,
                          idem=idem)
            assert again.json == receipt


def test_nothing_in_the_file_can_be_read(site):
    populate(site)
    raw = file_of(site).read_bytes()
    for needle in (b"SQLite", b"truong1", NAME.encode(), b"CREATE TABLE",
                   b"99999\""):
        assert needle not in raw


def test_check_tells_and_leaves_nothing(site):
    populate(site)
    path = file_of(site)
    before = set(os.listdir("/var/tmp")), set(os.listdir(path.parent))
    said = restore(site, path, "--check", "--json")
    assert said.returncode == 0, said.stderr
    assert '"cases":3' in said.stdout.replace(" ", "")
    assert before == (set(os.listdir("/var/tmp")),
                      set(os.listdir(path.parent)))


@pytest.mark.parametrize("spoil", ["cut", "flip", "head", "add", "key"])
def test_check_refuses_what_was_changed(site, tmp_path, spoil):
    path = file_of(site)
    raw = bytearray(path.read_bytes())
    if spoil == "cut":
        raw = raw[:-20000]
    elif spoil == "flip":
        raw[len(raw) // 2] ^= 1
    elif spoil == "head":
        raw[0] ^= 1
    elif spoil == "add":
        raw += b"x"
    path.write_bytes(raw)
    key = site.secret
    if spoil == "key":
        key = tmp_path / "other.key"
        ctl_ok("backup", "key", key)
    done = ctl("restore", path, "--key", key, "--check")
    assert done.returncode == 1 and "no backup" in done.stderr
    target = tmp_path / "new.db"
    done = ctl("restore", path, "--key", key, "--to", target)
    assert done.returncode == 1
    assert [p for p in tmp_path.iterdir() if "new.db" in p.name] == []


@pytest.mark.parametrize("there", ["", "-wal", ".reserve", ".part"])
def test_restore_never_overwrites(site, tmp_path, there):
    path = file_of(site)
    (tmp_path / f"x.db{there}").write_text("mine")
    done = restore(site, path, "--to", tmp_path / "x.db")
    assert done.returncode == 1 and "is there" in done.stderr
    assert (tmp_path / f"x.db{there}").read_text() == "mine"
    assert len([p for p in tmp_path.iterdir() if "x.db" in p.name]) == 1


def test_what_was_erased_since_is_erased_again(site, tmp_path):
    """A tombstone younger than the backup is put on the restored file."""
    populate(site)
    path = file_of(site)
    site.stop()
    db = sqlite3.connect(site.folder / "hotlined.db")
    case, child = db.execute("SELECT case_id, id FROM child").fetchone()
    assert db.execute("SELECT count(*) FROM blind WHERE owner_id = ?",
                      (child,)).fetchone()[0] > 0
    db.execute("INSERT INTO tombstone VALUES (?, '99999', 1)", (case,))
    db.commit()
    db.close()
    site.start()
    newer = file_of(site)
    assert (path.parent / "erased").read_text() == case + "\n"
    done = restore(site, path, "--to", tmp_path / "x.db", "--json")
    assert done.returncode == 0, done.stderr
    assert '"erased":1' in done.stdout.replace(" ", "")
    db = sqlite3.connect(tmp_path / "x.db")
    for sql, n in (("data_key WHERE id = ?", 0),
                   ("tombstone WHERE id = ?", 1),
                   ("event WHERE act = 'key.erased' AND object_id = ?", 1)):
        assert db.execute(f"SELECT count(*) FROM {sql}",
                          (case,)).fetchone()[0] == n
    assert db.execute("SELECT count(*) FROM blind WHERE owner_id = ?",
                      (child,)).fetchone()[0] == 0
    assert db.execute("SELECT act FROM event ORDER BY seq DESC").fetchone() \
        == ("backup.restored",)
    db.close()
    assert ctl("audit", "verify", tmp_path / "x.db").returncode == 0
    assert restore(site, newer, "--check").returncode == 0


def test_old_ones_go_the_newest_stays(site):
    first = file_of(site)
    for name in ("notes.txt", "hotlined-00001-20200101T000000Z-1.hbk"):
        (site.backups / name).write_text("not ours")
    site.set_clock("2026-11-30T07:00:00+07:00")
    second = file_of(site)
    assert first.exists()
    site.set_clock("2026-12-01T07:00:01+07:00")
    third = file_of(site)
    assert not first.exists() and second.exists() and third.exists()
    site.set_clock("2027-12-01T07:00:01+07:00")
    fourth = file_of(site)
    assert sorted(p.name for p in site.backups.iterdir()) == sorted(
        ["notes.txt", "hotlined-00001-20200101T000000Z-1.hbk", fourth.name])


def test_a_backup_that_fails_is_none(site):
    """Nothing half made is left, no copy, and the daemon does not believe."""
    shutil.rmtree(site.backups)
    before = set(os.listdir(site.folder))
    with pytest.raises(Refused) as said:
        site.ctl("backup")
    assert said.value.code == 1
    assert set(os.listdir(site.folder)) == before
    assert "hotline_backup_time_seconds 0.000" in site.watch("/metrics").text


def test_without_a_recipient_none_is_made():
    with Daemon() as d:
        done = d.ctl_raw("backup")
        assert done.returncode == 1 and "409" in done.stderr


def test_the_metric_and_the_chain_know(site):
    path = file_of(site)
    assert "hotline_backup_time_seconds 1795" in site.watch("/metrics").text
    with sqlite3.connect(path.parent / "x.db"):
        restore(site, path, "--to", path.parent / "y.db")
    copy = file_of(site)
    assert restore(site, copy, "--to", copy.parent / "z.db").returncode == 0
    db = sqlite3.connect(copy.parent / "z.db")
    assert db.execute("SELECT object_id FROM event WHERE act = 'backup.made'"
                      ).fetchall() == [(path.name,)]


def test_no_backup_for_two_days_alarms_the_leads(site):
    site.member("binh", "lead", sms="0900000002")
    site.step("1h")
    site.step("49h")
    kinds = [a["kind"] for a in site.ctl("alert", "list")["items"]]
    assert kinds.count("alarm_backup_old") == 1


# ---- Integrity ----

def test_integrity_of_the_running_daemon(site):
    populate(site)
    before = set(os.listdir(site.folder))
    assert site.ctl("integrity")["is_whole"] is True
    assert set(os.listdir(site.folder)) == before
    assert "hotline_integrity_time_seconds 1795" in \
        site.watch("/metrics").text


def test_integrity_that_fails_alarms_the_leads(site):
    populate(site)
    site.member("binh", "lead", sms="0900000002")
    site.stop()
    db = sqlite3.connect(site.folder / "hotlined.db")
    db.execute("UPDATE event SET detail = '{}' WHERE seq = 3")
    db.commit()
    db.close()
    site.start()
    done = site.ctl_raw("integrity")
    assert done.returncode == 1
    kinds = [a["kind"] for a in site.ctl("alert", "list")["items"]]
    assert "alarm_integrity" in kinds


# ---- The safe ----

def test_what_is_printed_can_be_typed_back(tmp_path):
    key = tmp_path / "k"
    ctl_ok("secret", "init", key)
    text = ctl_ok("secret", "print", key, "--no-qr")
    typed = "\n".join(line.upper().replace(" ", "") if line[:2] in
                      ("1:", "3:") else line for line in text.splitlines())
    ctl_ok("secret", "enter", tmp_path / "again", text=typed)
    assert (tmp_path / "again").read_text() == key.read_text()
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o600
    done = ctl("secret", "enter", key, text=text)
    assert done.returncode == 1 and "already" in done.stderr


@pytest.mark.parametrize("line", [1, 2, 3, 4])
def test_a_wrong_letter_is_found_in_its_line(tmp_path, line):
    ctl_ok("secret", "init", tmp_path / "k")
    text = ctl_ok("secret", "print", tmp_path / "k", "--no-qr")
    at = text.index(f"\n{line}: ") + 4
    other = "0" if text[at] != "0" else "1"
    done = ctl("secret", "enter", tmp_path / "x",
               text=text[:at] + other + text[at + 1:])
    assert done.returncode == 1 and f"line {line}" in done.stderr
    assert not (tmp_path / "x").exists()


@needs_zbar
def test_the_qr_holds_the_key(tmp_path):
    ctl_ok("secret", "init", tmp_path / "k")
    text = ctl_ok("secret", "print", tmp_path / "k")
    assert qr_text(text, tmp_path) == (tmp_path / "k").read_text().strip()
