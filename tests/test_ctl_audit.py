"""hotlinectl's audit verbs, and those that need no daemon."""
import json
import os
import re
import sqlite3
import subprocess

import pytest

from hotline import BUILD, ROOT, Daemon, copy_of


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as d:
        d.agency("truong1")
        d.member("an", "officer")
        yield d


def ctl(*args):
    return subprocess.run([BUILD / "hotlinectl", *args], capture_output=True,
                          text=True, timeout=30)


# ---- Audit ----

def test_every_act_stands_in_the_chain(daemon):
    before = daemon.ctl("audit", "head")["seq"]
    daemon.ctl("agency", "add", "bay", "school", "--name", "x")
    daemon.ctl("agency", "stop", "bay")
    assert daemon.ctl("audit", "head")["seq"] == before + 2
    db = sqlite3.connect(copy_of(daemon))
    rows = db.execute("SELECT actor_kind, actor_id, act FROM event"
                      " WHERE seq > ? ORDER BY seq LIMIT 2", (before,))
    uid = f"uid:{os.getuid()}"
    assert rows.fetchall() == [("admin", uid, "agency.add"),
                               ("admin", uid, "agency.stop")]


def test_audit_verify_of_the_running_daemon_leaves_nothing(daemon):
    before = set(os.listdir(daemon.folder))
    rows = daemon.ctl("audit", "verify")
    assert rows["rows"] >= 5 and len(rows["head"]) == 64
    assert set(os.listdir(daemon.folder)) == before


@pytest.mark.parametrize("change", [
    "UPDATE event SET actor_id = 'uid:7' WHERE seq = 4",
    "UPDATE event SET detail = '{}' WHERE seq = 4",
    "UPDATE event SET at = at + 1 WHERE seq = 4",
    "UPDATE event SET hash = zeroblob(32) WHERE seq = 4",
])
def test_audit_verify_names_the_first_bad_row(daemon, change):
    path = copy_of(daemon)
    assert ctl("audit", "verify", path).returncode == 0
    db = sqlite3.connect(path)
    db.execute(change)
    db.commit()
    db.close()
    done = ctl("audit", "verify", path)
    assert done.returncode == 1
    assert "row 4" in done.stderr


def test_audit_verify_misses_a_row_that_was_taken_out(daemon):
    path = copy_of(daemon)
    db = sqlite3.connect(path)
    db.execute("DELETE FROM event WHERE seq = 4")
    db.commit()
    db.close()
    done = ctl("audit", "verify", path)
    assert done.returncode == 1 and "row 4" in done.stderr


def test_audit_verify_of_what_is_no_database(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all" * 500)
    assert ctl("audit", "verify", path).returncode != 0
    assert ctl("audit", "verify", tmp_path / "none.db").returncode == 2


# ---- Offline ----

def test_secret_init_never_overwrites(tmp_path):
    path = tmp_path / "key"
    assert ctl("secret", "init", path).returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n?", text)
    assert ctl("secret", "init", path).returncode == 1
    assert path.read_text() == text
    assert text.strip() not in ctl("secret", "init", path).stderr
    assert ctl("secret", "init", tmp_path / "no/where").returncode == 1


def test_procedure_check(tmp_path):
    good = ROOT / "tests/data/procedure-small.conf"
    assert ctl("procedure", "check", good).returncode == 0
    wrong = tmp_path / "wrong.conf"
    wrong.write_text(good.read_text().replace('limit = "12h"',
                                              'limit = "soon"'))
    done = ctl("procedure", "check", wrong)
    assert done.returncode == 1
    assert re.search(rf"{re.escape(str(wrong))}:\d+: ", done.stderr)


def test_the_shipped_procedure_holds():
    done = ctl("procedure", "check",
               ROOT / "conf/procedures/vn-nd56-2017.conf")
    assert done.returncode == 0, done.stderr


def test_procedure_simulate_shows_the_twelve_hours():
    done = ctl("procedure", "simulate",
               ROOT / "tests/data/procedure-small.conf", "--calendar",
               ROOT / "conf/calendar", "--from", "2026-11-24T07:00:00+07:00",
               "--span", "13h", "--json")
    assert done.returncode == 0, done.stderr
    rows = [(r["at"], r["what"]) for r in json.loads(done.stdout)]
    assert ("2026-11-24T13:00:00+07:00", "warning") in rows
    assert ("2026-11-24T19:00:00+07:00", "lapsed") in rows
    assert max(at for at, _ in rows) <= "2026-11-24T20:00:00+07:00"
