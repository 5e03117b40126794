"""How log lines leave: plain, with a level in front, or as journal fields."""
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from canary import found_in
from hotline import BUILD, ROOT, START, Daemon
from test_canary import referral
from ward import AN, ward

__all__ = ["ward"]
ROW = re.compile(r'^MESSAGE\((\w+), "([^"]+)", "([0-9a-f]{32})",', re.M)
KINDS = {words: (level, id) for level, words, id in
         ROW.findall((ROOT / "daemon/log.def").read_text())}


def run(env):
    """What a daemon without a folder says, line by line."""
    with Daemon(start=False) as d:
        d.write_settings(None, {"database": "/nonexistent/x.db"})
        clean = {k: v for k, v in os.environ.items()
                 if k not in ("INVOCATION_ID", "JOURNAL_STREAM")}
        done = subprocess.run([BUILD / "hotlined", "-c", d.conf],
                              capture_output=True, text=True,
                              env={**clean, **env})
        assert done.returncode == 1
        return done.stderr.splitlines()


def test_plain_lines_have_time_and_level():
    for line in run({}):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z "
                        r"(error|warn |info |debug) \w", line), line


def test_elsewhere_under_systemd_the_level_is_a_prefix():
    lines = run({"INVOCATION_ID": "0" * 32})
    assert any(line.startswith("<3>database refused") for line in lines)
    assert all(re.match(r"<[3467]>\w", line) for line in lines)


def test_another_ones_journal_is_not_ours():
    lines = run({"INVOCATION_ID": "0" * 32, "JOURNAL_STREAM": "1:2"})
    assert any(line.startswith("<3>") for line in lines)


class Journal:
    """A stand-in for systemd-journald's socket."""

    def __init__(self, folder):
        self.entries = []
        folder.mkdir()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "socket"))
        self.reads = threading.Event()
        self.reads.set()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            data = self.socket.recv(65536)
            self.reads.wait()
            if not data:
                return
            self.entries.append(dict(
                line.split("=", 1) for line in data.decode().splitlines()))


def start_with_journal(d, journal, folder):
    """The daemon in a mount namespace where our socket is the journal's."""
    ours, theirs = socket.socketpair()
    st = os.fstat(theirs.fileno())
    shell = f"mount --bind {folder} /run/systemd/journal && exec \"$@\""
    d.process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", shell, "sh", BUILD / "hotlined", "-c",
         d.conf, f"--test-clock={START}"], stderr=theirs,
        env={**os.environ, "JOURNAL_STREAM": f"{st.st_dev}:{st.st_ino}"})
    theirs.close()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for e in list(journal.entries):
            if e["MESSAGE"].startswith("listening"):
                d.port = int(re.search(r"port=(\d+)", e["MESSAGE"])[1])
                return ours
        time.sleep(0.02)
    raise AssertionError(ours.recv(4096))


@pytest.fixture
def journaled(tmp_path, ward):
    """(ward, its journal, our end of its stderr)"""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root and a mount namespace of its own")
    journal = Journal(tmp_path / "journal")
    os.makedirs("/run/systemd/journal", exist_ok=True)
    w = ward(start=False, settings={"log_level": "info"})
    return w, journal, start_with_journal(w.d, journal, tmp_path / "journal")


def test_the_journal_gets_fields(journaled):
    w, journal, ours = journaled
    w.staff()
    w.expect(AN)
    taken = w.d.api("POST", "/v1/referrals", referral(), w.key)
    assert taken.status == 201, taken
    w.quiet()
    w.d.stop()
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):  # nothing twice
        assert not ours.recv(4096)
        raise BlockingIOError
    check(journal.entries)
    assert found_in("the journal", repr(journal.entries).encode()) == []


def test_the_journal_names_the_case(journaled):
    w, journal, _ = journaled
    taken = w.d.api("POST", "/v1/referrals", referral(), w.d.agency("mot"))
    assert taken.status == 201, taken
    w.d.stop()
    cases = {e["HOTLINE_CASE"] for e in journal.entries
             if e.get("HOTLINE_CASE")}
    assert len(cases) == 1 and re.fullmatch(r"[0-9a-f-]{36}", cases.pop())


def test_a_journal_that_hangs_holds_nothing_up(journaled):
    """Its sockets take so many lines unread; then they are lost, and told."""
    w, journal, _ = journaled
    key = w.d.agency("mot")
    journal.reads.clear()
    took = []
    for _ in range(1000):
        before = time.monotonic()
        assert w.d.api("GET", "/v1/me", key="nobody").status == 401
        took.append(time.monotonic() - before)
        if len(took) > 40 and sum(took) > 2:
            break
    assert max(took) < 3
    journal.reads.set()
    until = time.monotonic() + 10
    while not (told := [e for e in journal.entries if
                        e["MESSAGE"].startswith("log lines lost n=")]):
        assert time.monotonic() < until, journal.entries[-5:]
        w.d.api("GET", "/v1/me", key="nobody")
    refused = [e for e in journal.entries
               if e["MESSAGE"].startswith("credentials refused")]
    assert len(refused) < len(took)
    assert int(told[0]["MESSAGE"].partition("=")[2]) > 10
    assert w.d.api("POST", "/v1/referrals", referral(), key).status == 201
    w.d.stop()


def check(entries):
    assert len(entries) > 3
    for e in entries:
        assert e["SYSLOG_IDENTIFIER"] in ("hotlined", "hotline-courier")
        kind = max((w for w in KINDS if e["MESSAGE"].startswith(w)), key=len)
        assert e["MESSAGE_ID"] == KINDS[kind][1], e
        assert e["PRIORITY"] == {"ERROR": "3", "WARN": "4",
                                 "INFO": "6"}[KINDS[kind][0]]
    tried = [e for e in entries if e["MESSAGE"].startswith("delivery tried")]
    assert tried
    for e in tried:
        assert e["HOTLINE_CHANNEL"] == "sms"
        for name in ("ALERT", "DELIVERY"):
            assert re.fullmatch(r"[0-9a-f-]{36}", e["HOTLINE_" + name])
            assert f"{name.lower()}={e['HOTLINE_' + name]}" in e["MESSAGE"]


def test_a_line_cannot_be_forged(tmp_path):
    """A line feed in a value does not make a second line."""
    with Daemon(start=False) as d:
        d.write_settings(None, {"database": "a\nb/c.db"})
        done = subprocess.run([BUILD / "hotlined", "-c", d.conf],
                              capture_output=True, text=True)
        assert done.returncode == 1
        for line in done.stderr.splitlines():
            assert re.match(r"\d{4}-|/", line), line


def test_the_manual_page_is_made_of_the_catalogue():
    page = subprocess.run([BUILD / "hotlined", "--messages"], text=True,
                          capture_output=True, check=True).stdout
    for words, (_, id) in KINDS.items():
        assert f".It Sy {words}\n" in page and f"MESSAGE_ID={id}\n" in page
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"],
                              input=page, text=True, capture_output=True)
        assert lint.stdout + lint.stderr == ""
