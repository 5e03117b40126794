"""A new master key while notifications, reads, searches and documents go on."""
import ctypes
import hashlib
import itertools
import os
import sqlite3
import threading
import uuid

import pytest

from case_site import FULL, Site
from documents import PART, PDF, begin, content, parts, put, send
from hotline import Daemon, copy_of
from test_rotate import counts, rotate

NAME = "Trẻ Thử Nghiệm Đổi Khóa"
PHONE = "0905 777 888"


@pytest.fixture
def s(tmp_path):
    with Daemon(folder=tmp_path / "d", procedure=FULL,
                settings={"agency_quota": 100000,
                          "case_documents_mib": 1000}) as d:
        s = Site(d)
        s.key = s.keys["officer"]
        yield s


def case_of(s, number=None):
    """A case; of a number, a father is named that nobody else has."""
    number = uuid.uuid4() if number is None else number
    return s.open(source_ref=str(uuid.uuid4()), children=[{
        "name": NAME, "place": "x",
        "mother": {"name": "Mẹ Thử Nghiệm", "phone": PHONE},
        "father": {"name": f"Cha Thử Nghiệm {number}"}}])


def search(s, want, **what):
    """Every page of a search; each case that was there before is found."""
    seen, after = set(), {}
    while True:
        a = s.d.api("POST", "/v1/cases/search",
                    {**what, "limit": 200, **after}, key=s.key)
        assert a.status == 200, a
        seen |= {i["code"] for i in a.json["items"]}
        if "next" not in a.json:
            break
        after = {"after": a.json["next"]}
    assert want <= seen, (what, len(want - seen))


class Work(threading.Thread):
    """Do something again and again until told; keeps what went wrong."""

    def __init__(self, what, stop):
        super().__init__()
        self.what, self.stop, self.done, self.wrong = what, stop, 0, None

    def run(self):
        try:
            while not self.stop.is_set():
                self.what()
                self.done += 1
        except Exception as e:  # told by the main thread
            self.wrong = e


def test_nobody_is_refused_and_every_row_comes_along(s):
    mine = [case_of(s, n) for n in range(150)]
    codes, some, turn = set(mine), mine[:5], itertools.cycle(range(150))
    data = PDF + os.urandom(3 * PART)
    kept = {code: send(s.d, code, s.key, data) for code in some}
    old = (s.d.folder / "master.key").read_text()

    def upload():
        document = begin(s.d, some[0], s.key, len(data))["id"]
        for n, part in enumerate(parts(data), 1):
            a = put(s.d, some[0], s.key, document, n, part)
            assert a.status == 200, a
        assert content(s.d, some[0], s.key, document).raw == data

    def read():
        for code in some:
            assert NAME in s.read(code, "officer").text
            assert content(s.d, code, s.key, kept[code]).raw == data

    def one():
        n = next(turn)
        search(s, {mine[n]}, name=f"Cha Thử Nghiệm {n}")

    stop = threading.Event()
    work = [Work(w, stop) for w in (
        lambda: case_of(s), read, upload,
        lambda: search(s, codes, name="tre thu nghiem doi khoa"),
        lambda: search(s, codes, phone=PHONE, state="open"), one, one)]
    for w in work:
        w.start()
    try:
        rotate(s.d)
        rotate(s.d)
    finally:
        stop.set()
        for w in work:
            w.join()
    assert [w.wrong for w in work if w.wrong] == []
    assert all(w.done >= 1 for w in work), [w.done for w in work]
    keys, blinds = counts(s.d)
    assert set(keys) == set(blinds) == {3}
    search(s, codes, name=NAME)
    search(s, codes, phone=PHONE)
    s.d.restart()
    search(s, codes, name=NAME.upper())
    for code in some:
        assert content(s.d, code, s.key, kept[code]).raw == data
    assert s.d.ctl_raw("audit", "verify").returncode == 0
    new = (s.d.folder / "master.key").read_text()
    rows = wrapped(s.d)
    assert opened(rows, new) == len(rows) > 300
    assert opened(rows, old) == 0


def wrapped(d):
    path = copy_of(d)
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT id, version, wrapped, master FROM data_key"
                          ).fetchall()
    path.unlink()
    return rows


def opened(rows, key_file):
    """How many data keys a master key opens, by libsodium itself."""
    sodium = ctypes.CDLL("libsodium.so.23")
    words = key_file.split()
    master = bytes.fromhex(words[-1])
    wrap = hashlib.blake2b(b"wrap", key=master, digest_size=32).digest()
    n = 0
    for owner, version, sealed, _ in rows:
        where = f"data_key|wrapped|{owner}|"
        for v in {words[0] if len(words) == 2 else "1", str(version)}:
            aad = (where + v).encode()
            out = ctypes.create_string_buffer(64)
            n += sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                out, None, None, sealed[24:],
                ctypes.c_ulonglong(len(sealed) - 24), aad,
                ctypes.c_ulonglong(len(aad)), sealed[:24], wrap) == 0
    return n
