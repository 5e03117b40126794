"""Documents: sent in parts that may be lost and sent again, sealed, read."""
import hashlib
import os
import sqlite3

import pytest

import documents
from case_site import FULL, MARKS, PAPER, Site
from documents import PART, PDF, begin, content, parts, path, put, send
from hotline import Daemon, copy_of
from referral_site import ok, refused
from test_merge import join

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 100
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"x" * 100
WEBP = b"RIFF" + (104).to_bytes(4, "little") + b"WEBPVP8 " + b"x" * 96
MIB = 1 << 20


def pdf(size):
    return PDF + os.urandom(size - len(PDF))


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL) as d:
        s = Site(d)
        s.key = s.keys["officer"]
        yield s


def acts(s, code, about=None):
    return [e["act"] for e in s.events(code) if e["object_kind"] ==
            "document" and about in (None, e["object_id"])]


@pytest.mark.parametrize("kind,head,size", [
    ("application/pdf", PDF, 0), ("image/jpeg", JPEG, 0),
    ("image/png", PNG, 0), ("image/webp", WEBP, 0),
    ("application/pdf", PDF, PART), ("image/jpeg", JPEG, PART + 1),
    ("application/pdf", PDF, 10 * MIB)],
    ids="pdf jpeg png webp part longer longest".split())
def test_what_was_sent_comes_back(s, kind, head, size):
    data = head + os.urandom(max(0, size - len(head)))
    code = s.open()
    document = send(s.d, code, s.key, data)
    a = content(s.d, code, s.key, document)
    assert a.status == 200 and a.raw == data
    h = a.headers
    assert (h["content-type"], int(h["content-length"])) == (kind, len(data))
    assert h["content-disposition"].startswith("attachment; filename=")
    assert h["x-content-type-options"] == "nosniff"
    assert h["cache-control"] == "no-store"
    item, = ok(s.d.api("GET", path(code), key=s.key), 200)["items"]
    assert item["type"] == kind and item["size"] == len(data)
    assert item["title"] == "Biên bản thử nghiệm" and "missing" not in item
    head = s.d.api("HEAD", path(code, document, "content"), key=s.key)
    assert head.raw == b"" and int(head.headers["content-length"]) == len(data)
    assert s.d.ctl_raw("audit", "verify").returncode == 0


def test_an_interrupted_one_says_what_is_missing(tmp_path):
    """In any order, twice, and across a crash; the last answer may be lost."""
    with Daemon(folder=tmp_path, procedure=FULL) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        data = pdf(4 * PART + 7)
        piece = parts(data)
        document = begin(d, code, key, len(data))
        assert document["missing"] == [1, 2, 3, 4, 5]
        for n in (4, 2, 2):
            a = put(d, code, key, document["id"], n, piece[n - 1])
            assert ok(a, 200)["state"] == "open"
        d.kill9()
        d.start()
        where = path(code, document["id"])
        left = ok(d.api("GET", where, key=key), 200)["missing"]
        assert left == [1, 3, 5]
        refused(content(d, code, key, document["id"]), 409, "state_conflict")
        for n in left + [5, 1]:
            a = ok(put(d, code, key, document["id"], n, piece[n - 1]), 200)
        assert a["state"] == "whole" and "missing" not in a
        assert content(d, code, key, document["id"]).raw == data
        # Nothing is written over, and a whole one is there to stay.
        other = bytes(reversed(piece[3]))
        refused(put(d, code, key, document["id"], 4, other), 409,
                "part_taken")
        refused(d.api("DELETE", where, key=key), 409, "state_conflict")
        assert acts(s, code)[:2] == ["document.begun", "document.look"]
        assert acts(s, code).count("document.uploaded") == 1


@pytest.mark.parametrize("data,says", [
    (b"<html><script>1</script>", "application/pdf"),
    (b"PK\x03\x04" + b"x" * 90, "application/pdf"),
    (b"\n%PDF-1.7", "application/pdf"),
    (WEBP + b"<script>", "image/webp"),
    (PNG[:12] + b"JUNK" + PNG[16:], "image/png"),
    (b"\xff\xd8", "image/jpeg"),
], ids="html zip late longer_webp png_of_junk short".split())
def test_the_type_is_told_by_the_bytes(s, data, says):
    code = s.open()
    document = begin(s.d, code, s.key, len(data))["id"]
    refused(put(s.d, code, s.key, document, 1, data, **{
        "Content-Type": says}), 415, "document_type")
    kept = ok(s.d.api("GET", path(code, document), key=s.key), 200)
    assert kept["missing"] == [1] and "type" not in kept


def test_a_header_does_not_make_the_type(s):
    code = s.open()
    document = begin(s.d, code, s.key, len(PNG))["id"]
    a = put(s.d, code, s.key, document, 1, PNG, **{"Content-Type":
                                                   "text/html"})
    assert ok(a, 200)["type"] == "image/png"


def test_what_was_said_at_the_beginning_is_compared(s):
    code, data = s.open(), pdf(PART + 9)
    first, last = parts(data)
    right = hashlib.sha256(data).hexdigest()

    def start(sha256):
        return s.d.api("POST", path(code), {
            "title": "Biên bản", "size": len(data), "sha256": sha256},
            key=s.key)
    for wrong in ("0" * 63, "0" * 65, "g" * 64, right.upper()):
        refused(start(wrong), 422, "invalid_fields")
    good, bad = (ok(start(h), 201) for h in (right, "0" * 64))
    assert good["sha256"] == right
    for document in (good["id"], bad["id"]):
        assert put(s.d, code, s.key, document, 1, first).status == 200
    refused(put(s.d, code, s.key, bad["id"], 2, last), 422,
            "document_digest")
    left = ok(s.d.api("GET", path(code, bad["id"]), key=s.key), 200)
    assert left["missing"] == [2], "nor is the last part kept"
    whole = ok(put(s.d, code, s.key, good["id"], 2, last), 200)
    assert (whole["state"], whole["sha256"]) == ("whole", right)
    # It would tell which document it is: sealed as the rest.
    with sqlite3.connect(copy_of(s.d)) as db:
        for row in db.execute("SELECT * FROM document"):
            assert right not in str(row)
            assert bytes.fromhex(right) not in [
                v for v in row if isinstance(v, bytes)]


def test_parts_that_are_not_right(s):
    code = s.open()
    data = pdf(2 * PART + 9)
    document = begin(s.d, code, s.key, len(data))["id"]
    first, _, last = parts(data)
    bad = [(1, last, None, 422, "part_size"),
           (3, first, None, 422, "part_size"),
           (3, last[:-1], None, 422, "part_size"),
           (2, b"", None, 422, "part_size"),
           (0, first, None, 404, "not_found"),
           (4, last, None, 404, "not_found"),
           ("1.5", first, None, 404, "not_found"),
           (1, first, "sha-256=:AAAA:", 422, "part_digest"),
           (1, first, "md5=:AAAA:", 422, "part_digest"),
           (1, first + b"x", None, 413, "too_large")]
    for number, part, digest, status, what in bad:
        refused(put(s.d, code, s.key, document, number, part, digest), status,
                what)
    for title, size in (("", 5), ("x" * 201, 5), ("x", 0),
                        ("x", 10 * MIB + 1), ("x", "5")):
        refused(s.d.api("POST", path(code), {"title": title, "size": size},
                        key=s.key), 422, "invalid_fields")


def test_a_part_is_all_that_may_be_long(tmp_path):
    """The limit of bodies stays what it is for every other call."""
    with Daemon(folder=tmp_path, procedure=FULL,
                settings={"max_body_kib": 16}) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        document = send(d, code, key, pdf(PART))
        assert content(d, code, key, document).status == 200
        long = {"title": "x" * (16 << 10), "size": 5}
        refused(d.api("POST", path(code), long, key=key), 413, "too_large")
        long = b"x" * (17 << 10)
        a = d.api("PUT", "/v1/team", long, key=key)
        assert a.status == 413


def test_room_and_unfinished_ones(tmp_path):
    with Daemon(folder=tmp_path, procedure=FULL, settings={
            "case_documents_mib": 10, "upload_keep": "24h"}) as d:
        s = Site(d)
        code, key = s.open(), s.keys["officer"]
        full = {"title": "x", "size": 6 * MIB}
        first = begin(d, code, key, 6 * MIB)["id"]
        refused(d.api("POST", path(code), full, key=key), 409,
                "document_room")
        assert d.api("DELETE", path(code, first), key=key).status == 204
        second = begin(d, code, key, 6 * MIB)["id"]
        assert put(d, code, key, second, 1, pdf(PART)).status == 200
        d.step("23h")
        assert put(d, code, key, second, 3, bytes(PART)).status == 200
        d.step("23h")
        # It rested for less than a day: the part was its last news.
        assert d.api("GET", path(code, second), key=key).status == 200
        d.step("3h")
        assert put(d, code, key, second, 2, bytes(PART)).status == 404
        begin(d, code, key, 6 * MIB)
        assert acts(s, code, second)[-1] == "document.expired"
        assert acts(s, code, first) == ["document.begun", "document.dropped"]
        path_ = copy_of(d)
        with sqlite3.connect(path_) as db:
            n, = db.execute("SELECT count(*) FROM document_part").fetchone()
        assert n == 0


def test_who_sees_what(s):
    code = s.open()
    unfinished = begin(s.d, code, s.key, 50)["id"]
    whole = send(s.d, code, s.key, PDF)
    for key, seen in ((s.key, [unfinished, whole]),
                      (s.keys["boss"], [whole]), (s.keys["other"], [whole])):
        items = ok(s.d.api("GET", path(code), key=key), 200)["items"]
        assert [i["id"] for i in items] == seen
    refused(s.d.api("GET", path(code, unfinished), key=s.keys["boss"]), 404,
            "not_found")
    refused(put(s.d, code, s.keys["boss"], unfinished, 1, PDF), 404,
            "not_found")
    another = s.open()
    refused(s.d.api("GET", path(another, whole), key=s.key), 404,
            "not_found")
    refused(content(s.d, code, s.keys["police"], whole), 404, "not_found")
    shown = s.d.ctl("case", "documents", code)["items"]
    assert [i["id"] for i in shown] == [unfinished, whole]
    assert "title" not in str(shown)
    secret = s.open(confidential=True)
    document = send(s.d, secret, s.keys["boss"], PDF)
    refused(content(s.d, secret, s.keys["other"], document), 404,
            "not_found")


def test_every_upload_and_read_is_recorded(s):
    code = s.open()
    document = send(s.d, code, s.key, pdf(PART + 5))
    content(s.d, code, s.keys["boss"], document)
    content(s.d, code, s.keys["other"], document)
    told = [(e["act"], e["actor_id"]) for e in s.events(code)
            if e["object_id"] == document]
    who = {k: s.d.api("GET", "/v1/me", key=s.keys[k]).json["id"]
           for k in ("officer", "boss", "other")}
    assert told == [("document.begun", who["officer"]),
                    ("document.uploaded", who["officer"]),
                    ("document.read", who["boss"]),
                    ("document.read", who["other"])]


def test_the_scan_of_a_paper_is_a_whole_document_of_the_case(s):
    code = s.open()
    s.do(code, "N04", "officer")
    s.do(code, "N05", "officer", verified="yes")
    s.do(code, "N06", "officer", risk="high", items=MARKS)
    s.agree(code, "N07", emergency="yes", reason="Căn cứ thử nghiệm.")
    elsewhere = send(s.d, s.open(), s.key, PDF)
    unfinished = begin(s.d, code, s.key, 5)["id"]
    whole = send(s.d, code, s.key, PDF)
    for scan, status in ((elsewhere, 422), (unfinished, 422), (whole, 200)):
        a = s.ask(code, "N07", "done", "officer", paper={**PAPER,
                                                         "scan": scan})
        assert a.status == status, a


def test_a_file_has_the_documents_of_all_its_cases(s):
    """Each under its own case's key; what was on its way goes on there."""
    kept, gone = s.open(), s.open()
    first, second = (send(s.d, c, s.key, PDF + c.encode())
                     for c in (kept, gone))
    unfinished = begin(s.d, gone, s.key, len(PNG))["id"]
    join(s, kept, gone)
    items = ok(s.d.api("GET", path(kept), key=s.key), 200)["items"]
    assert [i["id"] for i in items] == [first, second, unfinished]
    assert content(s.d, kept, s.key, second).raw == PDF + gone.encode()
    assert content(s.d, gone, s.key, second).status == 200
    refused(s.d.api("POST", path(gone), {"title": "x", "size": 5},
                    key=s.key), 409, "case_merged")
    assert ok(put(s.d, kept, s.key, unfinished, 1, PNG), 200)["title"]
    assert content(s.d, kept, s.key, unfinished).raw == PNG
    assert "document.uploaded" in acts(s, kept, second)
    merged = ok(s.d.api("GET", "/v1/cases?state=merged&limit=200",
                        key=s.key), 200)["items"]
    assert gone in [i["code"] for i in merged]


def test_two_send_at_once(s):
    """Parts of both, in turns; nobody else is kept waiting."""
    code = s.open()
    data = [pdf(5 * PART), pdf(5 * PART)]
    ids = [begin(s.d, code, s.keys[k], len(data[0]))["id"]
           for k in ("officer", "boss")]
    for n in range(5):
        for i, k in enumerate(("officer", "boss")):
            ok(put(s.d, code, s.keys[k], ids[i], n + 1, parts(data[i])[n]),
               200)
    for i in (0, 1):
        assert content(s.d, code, s.key, ids[i]).raw == data[i]
    assert documents.PART * 54 > 10 * MIB
