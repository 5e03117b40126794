"""A full disk: intake says so, all else goes on, and it heals by itself.

The database stands alone on a small tmpfs; design.md section 5.
"""
import datetime
import subprocess
import time

import pytest

import auditor
import hotline
import receivers
from test_kill import Sink

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path):
    """A file system of 32 MiB that holds the database and nothing else."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=0700",
                           "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("FULL DISK NOT TESTED: cannot mount a tmpfs: "
                    + done.stderr.strip())
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


class Ward:
    """The daemon on the small disk, one agency, one member, one receiver."""

    def __init__(self, disk, folder):
        self.filler = disk / "filler"
        self.path = disk / "hotlined.db"
        self.books = auditor.Books()
        self.web = receivers.HttpReceiver(Sink(self.books))
        self.d = hotline.Daemon(
            folder=folder, settings={"database": str(self.path)},
            channels=[{"name": "http", "kind": "http", "interval": "now",
                       "dedupes": True, "allow_private": True,
                       "url": self.web.url + "/",
                       "body": '{"to":"{to}","text":"{text}","id":"{id}"}'}])
        self.key = self.d.agency("truong1", "school")
        self.token = self.d.member("canbo", "officer", "lead", duty=True,
                                   http="1")
        self.boss = self.d.member("chutich", "chairman", http="2")

    def fill(self):
        """Take every byte that is left."""
        with open(self.filler, "ab", buffering=0) as f:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        f.write(b"\0" * size)
                except OSError:
                    pass

    def post(self, ref, filling=""):
        self.books.sent.add(ref)
        r = self.d.api("POST", "/v1/referrals", {
            "kind": "unknown", "source": {"channel": "phone",
                                          "received_at": hotline.START},
            "narrative": "Thử đĩa đầy. " + filling, "source_ref": ref},
            key=self.key, idem=ref)
        if r.status == 201:
            self.books.receipt(ref, r.json)
        return r

    def fill_until_refused(self, prefix):
        """Intake takes what the write-ahead log has room for, then no more."""
        self.fill()
        for n in range(200):
            r = self.post(f"{prefix}-{n}", "x" * 19000)
            if r.status != 201:
                return r
            self.fill()
        raise AssertionError("the disk is full, but intake goes on")

    def refused(self, r):
        assert r.status == 503, r
        assert r.json["code"] == "disk_full"
        assert int(r.headers["retry-after"]) > 0

    def acts_go_on(self):
        """A clock fires, its alert leaves, a person reads and answers it."""
        before = len(self.books.received)
        self.d.step("13h")
        assert len(self.books.received) > before, "no alert left"
        alerts = self.d.api("GET", "/v1/alerts", key=self.token)
        assert alerts.json["items"], alerts
        one = alerts.json["items"][0]["id"]
        ack = self.d.api("POST", f"/v1/alerts/{one}/ack", key=self.token)
        assert ack.status < 300, ack
        first = next(iter(self.books.receipts.values()))["cases"][0]
        read = self.d.api("GET", f"/v1/cases/{first}", key=self.boss)
        assert read.status == 200, read

    def receipts_hold(self):
        for ref, receipt in self.books.receipts.items():
            r = self.d.api("GET", f"/v1/referrals/{receipt['id']}",
                           key=self.key)
            assert r.status == 200, (ref, r)

    def give_room(self):
        self.filler.unlink()
        until = time.monotonic() + 20
        while (r := self.post("after")).status != 201:
            self.refused(r)
            assert time.monotonic() < until, "room came, intake did not"
            time.sleep(0.2)

    def end(self):
        """Half an hour later all is out, and the file agrees with the books."""
        now = datetime.datetime.fromisoformat(self.d.now)
        self.d.step("30m")
        self.d.stop()
        self.web.stop()
        assert auditor.audit(self.path, self.books, hotline.BUILD,
                             now.timestamp() * 1000) == []


@pytest.fixture
def ward(disk, tmp_path):
    w = Ward(disk, tmp_path / "d")
    yield w
    if w.d.process is not None:
        w.d.stop(check=False)
    w.web.stop()


def test_a_full_disk_stops_intake_only_and_heals(ward):
    assert ward.post("before").status == 201
    ward.refused(ward.fill_until_refused("during"))
    ward.refused(ward.post("still"))
    ward.acts_go_on()
    ward.receipts_hold()
    ward.give_room()
    assert ward.post("still").status == 201
    ward.receipts_hold()
    ward.end()


@pytest.mark.parametrize("end", ["stop", "kill9"])
def test_a_restart_on_a_full_disk_works(ward, end):
    assert ward.post("before").status == 201
    ward.refused(ward.fill_until_refused("during"))
    getattr(ward.d, end)()
    ward.d.start()
    ward.refused(ward.post("still"))
    ward.acts_go_on()
    ward.receipts_hold()
    ward.give_room()
    ward.end()


def test_a_restart_without_one_free_byte_heals(ward):
    """Somebody else took the reserve's room while the daemon was down."""
    assert ward.post("before").status == 201
    ward.refused(ward.fill_until_refused("during"))
    ward.d.stop()
    ward.fill()
    ward.d.start()
    ward.refused(ward.post("still"))
    ward.receipts_hold()
    ward.give_room()
    ward.acts_go_on()
    ward.end()


def test_a_disk_that_fills_and_empties_loses_no_receipt(ward):
    assert ward.post("before").status == 201
    for turn in range(3):
        ward.refused(ward.fill_until_refused(f"turn{turn}"))
        ward.filler.unlink()
        until = time.monotonic() + 20
        while ward.post(f"room{turn}").status != 201:
            assert time.monotonic() < until
            time.sleep(0.2)
    ward.receipts_hold()
    ward.end()
