"""A full disk: intake says so, all else goes on, and it heals by itself.

The database stands alone on a small tmpfs; design.md section 5.
"""
import datetime
import http.client
import re
import sqlite3
import subprocess
import time

import pytest

import auditor
import canary
import hotline
import receivers
import report
from storm import MINUTE, Sink

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path):
    """A file system of 8 MiB that holds the database and nothing else."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700",
                           "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("FULL DISK NOT TESTED: cannot mount a tmpfs: "
                    + done.stderr.strip())
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


class KeepingSink(Sink):
    def add(self, message):
        super().add(message)
        self.books.messages.append(message)


class Ward:
    """The daemon on the small disk, one agency, one member, one receiver."""

    def __init__(self, disk, folder):
        self.filler = disk / "filler"
        self.path = disk / "hotlined.db"
        self.books = auditor.Books()
        self.books.messages = []
        self.books.late_ms = MINUTE
        self.web = receivers.HttpReceiver(KeepingSink(self.books))
        self.d = hotline.Daemon(
            folder=folder, settings={"database": str(self.path), "reserve_mib": 1},
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
            "narrative": canary.NAME + filling, "source_ref": ref},
            key=self.key, idem=ref)
        if r.status == 201:
            self.books.receipt(ref, r.json)
        else:
            self.books.texts.append(r.raw)
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
        self.give_room_taken()

    def give_room_taken(self):
        """Room is there: intake opens by itself."""
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
        found = auditor.audit(self.path, self.books, hotline.BUILD,
                              now.timestamp() * 1000, {self.d.folder})
        report.write("disk", {"receipts": len(self.books.receipts),
                              "messages": len(self.books.messages)}, found)
        assert found == []


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


def test_a_disk_that_intake_itself_fills_lets_alerts_leave(ward):
    """The log is long when the room ends, longer than the reserve; nobody
    else gives room back, the disk is made larger."""
    for n in range(2000):
        r = ward.post(f"fills-{n}", "x" * 19000)
        if r.status != 201:
            break
    ward.refused(r)
    before = len(ward.books.received)
    try:
        ward.d.step("13h")
    except hotline.Refused:  # not one byte: what is due leaves from memory
        ward.d.now = ward.d.ctl("clock", "get")["now"]
    wait_for(lambda: len(ward.books.received) > before)
    ward.receipts_hold()
    ward.d.kill9()
    ward.d.start()
    ward.refused(ward.post("still"))
    ward.receipts_hold()
    subprocess.run(["mount", "-o", "remount,size=32m", ward.path.parent],
                   check=True)
    ward.give_room_taken()
    # Intake opens first; what left from memory is recorded within a second.
    wait_for(lambda: ward.d.ctl("status")["disk"] == "ok", 20)
    ward.acts_go_on()
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


# ---- Not even the reserve is left ----

CODE = re.compile(r"/a/[0-9a-f]{32}|OK \w+")
LINK = re.compile(r"https://hotline\.example\.test(/a/[0-9a-f]{32})")


def link(w, method, path):
    c = http.client.HTTPConnection("127.0.0.1", w.d.port, timeout=10)
    c.request(method, path, b"" if method == "POST" else None,
              {"Content-Type": "application/x-www-form-urlencoded"}
              if method == "POST" else {})
    answer = c.getresponse()
    return answer.status, answer.read().decode()


def wait_for(what, seconds=15):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)


def take_all(ward, cases):
    """That many cases, their first alerts out, then nothing can be written."""
    for n in range(cases):
        assert ward.post(f"before{n}").status == 201
    ward.d.step("1m")
    assert sum(ward.books.received.values()) == cases
    log = ward.path.with_name(ward.path.name + "-wal")
    # The row of what leaves from memory is of the time when there is room.
    ward.books.late_ms = None
    wait_for(lambda: log.stat().st_size == 0)  # idle: no room of its own
    ward.fill()
    ward.refused(ward.post("during"))  # the reserve is given up
    ward.fill()


@pytest.fixture
def no_byte(ward):
    take_all(ward, 1)
    return ward


def next_alert(w, span):
    """Let time pass on the full disk; the message that leaves then."""
    n = len(w.books.messages)
    with pytest.raises(hotline.Refused):
        w.d.step(span)
    w.d.now = w.d.ctl("clock", "get")["now"]
    wait_for(lambda: len(w.books.messages) > n)
    return w.books.messages[-1]


def rows(w, sql, *args):
    path = hotline.copy_of(w.d)
    db = sqlite3.connect(path)
    found = db.execute(sql, args).fetchall()
    db.close()
    path.unlink()
    return found


def room_again(w):
    w.filler.unlink()
    wait_for(lambda: w.d.ctl("status")["disk"] == "ok", 20)


def test_without_one_byte_alerts_leave_and_are_recorded_later(no_byte):
    w = no_byte
    repeat = next_alert(w, "9m")  # 10 minutes of silence
    status = w.d.ctl("status")
    assert (status["disk"], status["courier"]) == ("full", "up")
    lead = next_alert(w, "5m")
    chairman = next_alert(w, "15m")
    assert [m.data["to"] for m in (repeat, lead, chairman)] == \
        ["1", "1", "2"]
    # Nothing can be acknowledged, and everybody is told so.
    path = LINK.search(chairman.data["text"])[1]
    status, page = link(w, "POST", path)
    assert status == 503 and "CHƯA" in page and "trực ban" in page
    assert link(w, "GET", path)[0] == 503
    first = w.d.api("GET", "/v1/alerts", key=w.token).json["items"][0]["id"]
    ack = w.d.api("POST", f"/v1/alerts/{first}/ack", key=w.token)
    assert (ack.status, ack.json["code"]) == (503, "disk_full")
    assert int(ack.headers["retry-after"]) > 0
    w.receipts_hold()

    room_again(w)
    sent = {m.id for m in (repeat, lead, chairman)}
    found = rows(w, "SELECT id, attempts, result FROM delivery "
                 "WHERE id IN (?, ?, ?)", *sent)
    assert {f[0] for f in found} == sent
    assert {f[1:] for f in found} == {(1, "accepted 200")}
    assert rows(w, "SELECT count(*) FROM event "
                "WHERE act = 'delivery.from_memory'") == [(3,)]
    assert set(w.books.received.values()) == {1}, "somebody was told twice"
    assert link(w, "POST", path)[0] == 200
    w.give_room_taken()
    w.end()


def test_killed_without_one_byte_it_tells_again_under_the_same_id(no_byte):
    w = no_byte
    repeat = next_alert(w, "9m")
    w.d.kill9()
    w.d.start()
    wait_for(lambda: w.books.received[repeat.id] == 2)
    room_again(w)
    wait_for(lambda: rows(w, "SELECT attempts FROM delivery WHERE id = ?",
                          repeat.id) == [(1,)])
    assert w.books.received[repeat.id] == 2
    w.give_room_taken()
    w.end()


def test_a_digest_has_no_id_that_left_alone_from_memory(ward):
    """A receiver that drops what it knows would drop all of the digest."""
    w = ward
    take_all(w, 6)  # more than digest_above
    next_alert(w, "9m")
    wait_for(lambda: len(w.books.received) == 12)
    alone = set(w.books.received)
    w.d.kill9()
    w.filler.unlink()
    w.d.start()
    wait_for(lambda: set(w.books.received) - alone)
    (leader,), = rows(w, "SELECT DISTINCT digest FROM delivery "
                      "WHERE digest IS NOT NULL")
    digest, = set(w.books.received) - alone
    assert leader in alone and digest == leader[:14] + "8" + leader[15:]
    w.give_room_taken()
    w.end()


def test_killed_without_one_byte_another_alert_has_another_id(no_byte):
    """It took the place of what had left, and its id: those who told one
    message of an id from the next by that never saw it."""
    w = no_byte
    repeat = next_alert(w, "9m")
    w.d.kill9()
    n = len(w.books.messages)
    w.d.now = "2026-11-24T18:30:00+07:00"
    w.d.start()
    wait_for(lambda: len(w.books.messages) > n)
    later = w.books.messages[-1]
    assert CODE.sub("", later.data["text"]) != CODE.sub("", repeat.data["text"])
    assert later.id != repeat.id
    w.books.unwritten.add(repeat.id)
    room_again(w)
    w.give_room_taken()
    w.end()


def test_status_tells_of_courier_and_disk(ward):
    status = ward.d.ctl("status")
    assert (status["courier"], status["disk"]) == ("up", "ok")
    assert ward.post("one").status == 201
    status = ward.d.ctl("status")
    assert status["next_clock_at"] > status["now"]
    ward.refused(ward.fill_until_refused("during"))
    assert ward.d.ctl("status")["disk"] == "reserve"
    text = ward.d.ctl_raw("status").stdout
    assert "reserve" in text and "courier" in text
