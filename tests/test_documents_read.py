"""Documents are read part by part: whole, by who may, and by nobody else."""
import os
import socket
import sqlite3
import time

import pytest

from case_site import FULL, Site
from documents import PART, PDF, content, path, send
from hotline import BUILD, Daemon
from referral_site import refused

MIB = 1 << 20


def pdf(size):
    return PDF + os.urandom(size - len(PDF))


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL) as d:
        s = Site(d)
        s.key = s.keys["officer"]
        yield s


def changed(d, statement):
    """The database with one thing changed while nobody looks."""
    d.stop()
    with sqlite3.connect(d.folder / "hotlined.db") as db:
        n = db.execute(statement).rowcount
    db.close()
    assert n > 0
    d.start()


SWAP = """UPDATE document_part AS a SET body_sealed = (SELECT body_sealed
 FROM document_part AS b WHERE b.document_id = {0} AND b.number = {1})
 WHERE document_id = '{2}' AND number = {3}"""


@pytest.mark.parametrize("change,is_first", [
    (SWAP.format("a.document_id", 2, "{0}", 1), True),
    (SWAP.format("a.document_id", 3, "{0}", 2), False),
    (SWAP.format("'{1}'", 2, "{0}", 2), False),
    ("UPDATE document SET parts = 2, size = 393216 WHERE id = '{0}'", True),
    ("UPDATE document_part SET body_sealed = zeroblob(196648)"
     " WHERE document_id = '{0}' AND number = 3", False),
    ("DELETE FROM document_part WHERE document_id = '{0}' AND number = 2",
     False),
], ids="first_two others foreign fewer zeroed gone".split())
def test_parts_cannot_be_swapped_or_cut_off(tmp_path, change, is_first):
    with Daemon(folder=tmp_path, procedure=FULL) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        data = pdf(3 * PART)
        document, other = (send(d, code, key, data) for _ in "ab")
        changed(d, change.format(document, other))
        where = path(code, document, "content")
        if is_first:
            assert d.api("GET", where, key=key).status == 500
        else:
            got = raw_read(d, where, key)
            assert PART <= len(got) < len(data) and data.startswith(got)
        assert content(d, code, key, other).raw == data
        changed(d, "UPDATE document SET manifest = zeroblob(96)")
        assert d.ctl_raw("audit", "verify").returncode != 0


def open_raw(d, where, key):
    """A connection on which the file was asked for, with little room."""
    c = socket.socket()
    c.settimeout(10)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    c.connect(("127.0.0.1", d.port))
    c.sendall(f"GET {where} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
              f"Authorization: Bearer {key}\r\n\r\n".encode())
    return c


def rest_of(c, got=b""):
    """The body, after whatever of it was read."""
    while True:
        try:
            more = c.recv(65536)
        except ConnectionResetError:
            break
        if not more:
            break
        got += more
    c.close()
    return got.split(b"\r\n\r\n", 1)[1]


def raw_read(d, where, key):
    return rest_of(open_raw(d, where, key))


def test_rights_are_asked_for_every_part(s):
    code = s.open()
    data = pdf(10 * MIB)
    document = send(s.d, code, s.key, data)
    where = path(code, document, "content")
    assert raw_read(s.d, where, s.keys["other"]) == data
    c = open_raw(s.d, where, s.keys["other"])
    got = c.recv(1000)
    time.sleep(0.2)
    assert s.d.api("POST", f"/v1/cases/{code}/bars", {"member": "canbo2"},
                   key=s.keys["lead"]).status == 204
    assert len(rest_of(c, got)) < len(data)


def resident(d):
    with open(f"/proc/{d.process.pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("Rss:"))


def test_slow_and_vanished_readers_cost_little(tmp_path):
    with Daemon(folder=tmp_path, procedure=FULL,
                settings={"request_deadline": "2s"}) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        data = pdf(10 * MIB)
        where = path(code, send(d, code, key, data), "content")
        assert raw_read(d, where, key) == data
        before = resident(d)
        slow = [open_raw(d, where, key) for _ in range(20)]
        for c in slow:
            c.recv(1)
        start = time.monotonic()
        assert d.api("GET", "/v1/me", key=key).status == 200
        assert time.monotonic() - start < 4
        # A sanitizer keeps what was freed.
        sanitized = b"__asan_init" in (BUILD / "hotlined").read_bytes()
        assert sanitized or resident(d) - before < 20 * 1024
        slow += [open_raw(d, where, key) for _ in range(12)]
        for c in slow[20:]:
            c.recv(1)
        # Not more than 32 at once: each has a part in memory.
        refused(content(d, code, key, where.split("/")[-2]), 503,
                "unavailable")
        for c in slow[:10]:
            c.close()
        # Who reads nothing for longer than the deadline is cut.
        until = time.monotonic() + 20
        while "hotline_http_connections 0\n" not in d.watch(
                "/metrics").text and time.monotonic() < until:
            time.sleep(0.1)
        assert all(len(rest_of(c, b"H")) < len(data) for c in slow[10:])
        assert raw_read(d, where, key) == data
        quick = [open_raw(d, where, key) for _ in range(5)]
        time.sleep(0.1)
        d.stop()
        assert all(len(rest_of(c)) <= len(data) for c in quick)
        d.start()


def test_nothing_of_it_is_readable_on_the_disk(tmp_path):
    canary = b"Tre Thu Nghiem Kin Tieng"
    with Daemon(folder=tmp_path, procedure=FULL) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        document = send(d, code, key, pdf(PART) + canary * 3,
                        title=canary.decode())
        content(d, code, key, document)
        d.stop()
        for f in tmp_path.rglob("*"):
            if f.is_file() and f.name != "master.key":
                assert canary not in f.read_bytes(), f
        d.start()
