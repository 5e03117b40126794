"""Backups that are cut short: the order of what is written, a kill at each
step of it, what was left behind, and files that are not what was written."""
import os
import random
import re
import shutil
import subprocess
import threading
import time

import pytest

from hotline import BUILD
from test_backup import ctl, file_of, populate, restore, site

__all__ = ["site"]
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="BACKUP NOT CUT SHORT: strace is missing")
# Leaks cannot be looked for under strace.
TRACED = {**os.environ, "ASAN_OPTIONS": ":".join(filter(None, (
    os.environ.get("ASAN_OPTIONS"), "detect_leaks=0")))}
CALLS = "openat,write,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg"


def strace(site, *more):
    """hotlinectl backup under strace: (exit code, calls as text)"""
    trace = site.folder / "strace"
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "100", "-o", trace, *more,
         BUILD / "hotlinectl", "backup"], capture_output=True, text=True,
        env={**TRACED, "HOTLINED_SOCKET": str(site.socket)}, timeout=60)
    return done.returncode, trace.read_text().splitlines()


def positions(lines, pattern):
    return [n for n, line in enumerate(lines) if re.search(pattern, line)]


@needs_strace
def test_whole_synced_named_synced_and_only_then_told(site):
    """The file is written, synced, renamed; the folder is synced; and then
    the daemon hears of it."""
    populate(site)
    code, lines = strace(site, "-e", f"trace={CALLS}")
    assert code == 0
    (path,) = site.backups.iterdir()
    part, folder = f"<{path}.part>", f"<{site.backups}>"
    written = positions(lines, rf"write\(\d+{re.escape(part)}")
    synced = positions(lines, rf"fsync\(\d+{re.escape(part)}\) += 0")
    named = positions(lines, rf'rename\w*\(.*"{re.escape(str(path))}.part".*'
                             rf'"{re.escape(str(path))}".*\) = 0')
    folder = positions(lines, rf"fsync\(\d+{re.escape(folder)}\) += 0")
    told = positions(lines, "POST /v1/admin/backup/done")
    assert len(written) > 3 and len(synced) == len(named) == 1
    assert len(folder) == 1 and told
    order = [written[-1], synced[0], named[0], folder[0], told[0]]
    assert order == sorted(order)
    # Nothing but the rename ever touches the final name.
    assert positions(lines, rf'openat\(.*"{re.escape(str(path))}"') == []


@needs_strace
def test_a_kill_at_any_step_leaves_no_half_backup(site):
    """What has its final name opens, whole; and the daemon believes in no
    backup that it did not hear of."""
    populate(site)
    _, lines = strace(site, "-e", f"trace={CALLS}")
    # Up to the daemon's hearing of it; then it is one.
    lines = lines[:positions(lines, "POST /v1/admin/backup/done")[0]]
    calls = {c: len(positions(lines, rf"\b{c}\("))
             for c in ("write", "fsync", "rename")}
    assert calls["write"] > 3 and calls["fsync"] == 2 and calls["rename"] == 1
    before = set(site.backups.iterdir())
    metric = "hotline_backup_time_seconds "
    at = "1795478400.000\n"  # of the first, at 07:00
    whole = parts = 0
    for call, n in calls.items():
        for nth in range(1, n + 1):
            site.set_clock("2026-11-24T07:%02d:%02d+07:00"
                           % (10 + len(before), nth))
            code, _ = strace(site, "-e", f"trace={call}", "-e",
                             f"inject={call}:signal=KILL:when={nth}")
            assert code != 0
            for path in set(site.backups.iterdir()) - before:
                if path.suffix == ".part":
                    parts += 1
                else:
                    assert path.suffix == ".hbk"
                    done = restore(site, path, "--check")
                    assert done.returncode == 0, (call, nth, done.stderr)
                    whole += 1
                before.add(path)
            assert metric + at in site.watch("/metrics").text
    assert parts >= 3 and whole >= 1
    # A day later the next one clears up: half files, and copies of the
    # database that nobody came back for.
    left = list(site.folder.glob("copy-*"))
    assert left
    for folder in left:
        os.utime(folder, (time.time() - 90000,) * 2)
    site.set_clock("2026-11-25T08:00:00+07:00")
    site.ctl("backup")
    assert list(site.backups.glob("*.part")) == []
    assert list(site.folder.glob("copy-*")) == []


def test_only_what_is_ours_and_forgotten_is_removed(site, tmp_path):
    """A copy that somebody may still read stays; so does what a link names."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    names = {"copy-abcdef": 90000, "copy-fresh1": 80000, "copy-open12": 90000,
             "copy-longer7": 90000, "other-abcd": 90000}
    for name, age in names.items():
        folder = site.folder / name
        folder.mkdir(mode=0o755 if name == "copy-open12" else 0o700)
        (folder / "copy.db").write_text("x")
        (folder / "copy.db.part").write_text("x")
        os.utime(folder, (time.time() - age,) * 2)
    (elsewhere / "copy.db").write_text("mine")
    (site.folder / "copy-linked").symlink_to(elsewhere)
    os.utime(elsewhere, (time.time() - 90000,) * 2)
    site.ctl("audit", "verify")
    assert {p.name for p in site.folder.iterdir()
            if p.name.startswith(("copy-", "other-"))} == \
        {*names, "copy-linked"} - {"copy-abcdef"}
    assert (elsewhere / "copy.db").read_text() == "mine"


def test_a_copy_that_fails_leaves_no_folder(site):
    """Two at once: the second is refused, and its folder goes."""
    before = set(os.listdir(site.folder))
    answers = []

    def ask():
        answers.append(site.admin("POST", "/v1/admin/audit/copy"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    made = [a.json["path"] for a in answers if a.status == 200]
    assert made and {a.status for a in answers} <= {200, 409}
    new = set(os.listdir(site.folder)) - before
    assert len(new) == len(made) and {p.split("/")[-2] for p in made} == new


# ---- What is read back ----

def test_any_changed_byte_and_any_cut_is_refused(site):
    populate(site)
    path = file_of(site)
    raw = path.read_bytes()
    dice = random.Random(5)
    wrong = [(f"cut to {n}", raw[:n]) for n in
             (0, 1, 31, 100, len(raw) // 3, len(raw) - 1)]
    for at in (0, 8, 60, len(raw) - 1, *dice.sample(range(len(raw)), 12)):
        bad = bytearray(raw)
        bad[at] ^= 1 << dice.randrange(8)
        wrong.append((f"bit at {at}", bytes(bad)))
    half = len(raw) // 2
    wrong += [("twice", raw + raw), ("turned", raw[half:] + raw[:half])]
    for what, data in wrong:
        path.write_bytes(data)
        done = restore(site, path, "--check")
        assert done.returncode == 1, what
        assert "no backup, for another key, changed, or cut off" in \
            done.stderr, (what, done.stderr)
    path.write_bytes(raw)
    assert restore(site, path, "--check").returncode == 0


def test_a_ward_at_work_is_not_restored_over(site):
    """Neither the running daemon's file nor a stopped one's."""
    key, _ = populate(site)
    path = file_of(site)
    live = site.folder / "hotlined.db"
    for _ in range(2):
        before = live.read_bytes()
        files = set(os.listdir(site.folder))
        done = restore(site, path, "--to", live)
        assert done.returncode == 1
        assert f"{live} is there: move it away first" in done.stderr
        assert live.read_bytes() == before
        assert set(os.listdir(site.folder)) == files
        if site.process:
            assert site.api("GET", "/v1/referrals", key=key).status == 200
            site.stop()
    site.start()


@needs_strace
def test_a_restore_that_is_killed_leaves_no_database(site, tmp_path):
    """Until it is whole it has another name, and the next try says so."""
    populate(site)
    path = file_of(site)
    target = tmp_path / "new" / "x.db"
    target.parent.mkdir()
    subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "trace=rename",
                    "-e", "inject=rename:signal=KILL:when=1",
                    BUILD / "hotlinectl", "restore", path, "--key",
                    site.secret, "--to", target], timeout=60, env=TRACED)
    assert not target.exists()
    done = restore(site, path, "--to", target)
    assert done.returncode == 1 and "x.db.part is there" in done.stderr
    for left in target.parent.iterdir():
        left.unlink()
    done = restore(site, path, "--to", target)
    assert done.returncode == 0, done.stderr
    assert ctl("audit", "verify", target).returncode == 0
