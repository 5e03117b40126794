"""The list of defects stays true; and harnesses for a few of them.

tests/sabotage.py builds and tries them all.
"""
import dataclasses
import os
import sqlite3
import stat
import subprocess

import pytest

import sabotage
from hotline import copy_of
from ward import AN, CODE, LINK, body, ward  # noqa: F401


@pytest.mark.skipif("SABOTAGED" in os.environ, reason="the tree is sabotaged")
@pytest.mark.parametrize("defect", sabotage.DEFECTS, ids=lambda d: d.name)
def test_each_defect_fits_one_place(defect):
    text = (sabotage.ROOT / defect.file).read_text()
    assert text.count(defect.right) == 1
    assert defect.wrong != defect.right


def test_there_are_enough_of_them():
    names = {d.name for d in sabotage.DEFECTS}
    assert len(names) == len(sabotage.DEFECTS) >= 25


@pytest.mark.plain
@pytest.mark.skipif("SABOTAGED" in os.environ, reason="the tree is sabotaged")
def test_a_defect_is_built_and_caught(tmp_path):
    """The quickest of them: its unit passes without and fails with it."""
    defect = next(d for d in sabotage.DEFECTS if d.name == "lost backoff")
    (tmp_path / "build").mkdir()
    right = dataclasses.replace(defect, wrong=defect.right)
    sabotage.relink(right, defect.harness, tmp_path / "build")
    assert sabotage.run_harness(tmp_path, defect) is None
    sabotage.relink(defect, defect.harness, tmp_path / "build")
    has_teeth, said = sabotage.run_harness(tmp_path, defect)
    assert has_teeth and "FAILED" in said


def test_what_a_run_left_wrong_is_built_anew(tmp_path, monkeypatch):
    """ninja goes by times: with those of the tree, the object of the defect
    would be taken for newer, and stay."""
    root, copy = tmp_path / "root", tmp_path / "copy"
    root.mkdir()
    for name in ("a.c", "b.c"):
        (root / name).write_text("sound")
        os.utime(root / name, (1000, 1000))
    for git in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *git], cwd=root, check=True)
    monkeypatch.setattr(sabotage, "ROOT", root)
    sabotage.copy_tree(copy)
    (copy / "a.c").write_text("wrong")
    for name in ("a.c", "b.c"):
        os.utime(copy / name, (2000, 2000))
    sabotage.copy_tree(copy)
    assert (copy / "a.c").read_text() == "sound"
    times = [(copy / name).stat().st_mtime for name in ("a.c", "b.c")]
    assert times[0] > 2000 == times[1]


@pytest.mark.parametrize("harness,code,text,is_it", [
    ("tests/test_x.py", 1, "", True),
    ("tests/test_x.py", 1, "E  AssertionError: hotlined did not start", False),
    ("tests/test_x.py", 2, "", False),   # interrupted
    ("tests/test_x.py", 4, "", False),   # no such file
    ("tests/test_x.py", 5, "", False),   # no test chosen
    ("unit_x", 1, "[  FAILED  ] test_x", True),
    ("unit_x", 127, "not found", False),
    ("unit_x", -11, "", False),
    ("fuzz_x", -6, "", True), ("fuzz_x", 1, "no such file", False)])
def test_only_a_finding_is_a_finding(harness, code, text, is_it):
    defect = sabotage.Defect("x", "x", "x", "y", harness)
    assert sabotage.has_found(defect, code, text) is is_it


def test_unique_rules_stand_in_the_file(ward):
    w = ward().staff()
    w.expect(AN)
    r = w.d.api("POST", "/v1/referrals", {**body(), "source_ref": "THU-1"},
                w.key)
    assert r.status == 201, r
    w.quiet()
    db = sqlite3.connect(copy_of(w.d))
    for table in ("alert", "referral"):
        columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
        rest = ", ".join(c for c in columns if c != "id")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(f"INSERT INTO {table} SELECT 'other', {rest} "
                       f"FROM {table} LIMIT 1")
    db.close()


def test_a_link_ends_with_its_life(ward):
    """Before the hourly upkeep forgets it."""
    w = ward(settings={"link_life": "30m"}).staff()
    sent = w.expect(AN)
    w.refer()
    w.quiet()
    path = LINK.search(sent.message.text)[1]
    assert w.link("GET", path)[0] == 200
    w.ledger.repeats = True
    w.d.set_clock("2026-11-24T07:31:00+07:00")
    assert w.link("GET", path)[0] in (404, 410)


def test_the_control_socket_is_nobody_elses(ward):
    w = ward()
    mode = stat.S_IMODE(os.stat(w.d.socket).st_mode)
    assert mode & 0o007 == 0


def test_a_message_has_its_code_and_no_name(ward):
    w = ward().staff()
    sent = w.expect(AN)
    case = w.refer()["cases"][0]
    w.quiet()
    assert CODE.search(sent.message.text)
    assert case in sent.message.text
    assert "Thử Nghiệm Một" not in sent.message.text
