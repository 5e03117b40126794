"""A disk that refuses to sync: no 201, the daemon ends, nothing is lost."""
import http.client

import pytest

import auditor
import hotline
from tampered import Tampered

LOST = (OSError, http.client.HTTPException)


def post(d, books, key, ref):
    books.sent.add(ref)
    r = d.api("POST", "/v1/referrals", {
        "kind": "unknown", "narrative": "Thử lỗi ghi đĩa",
        "source": {"channel": "phone", "received_at": hotline.START},
        "source_ref": ref}, key=key, idem=ref, timeout=10)
    if r.status == 201:
        books.receipt(ref, r.json)
    return r


def end(trap, d):
    """The daemon must be gone; its code."""
    try:
        code = d.process.wait(10)
    finally:
        seen = trap.release()
    d.process = None
    d.check_log()
    assert "INJECTED" in seen
    return code


@pytest.fixture
def d(tmp_path):
    d = hotline.Daemon(folder=tmp_path)
    yield d
    if d.process is not None:
        d.stop(check=False)


@pytest.mark.parametrize("call, error", [("fdatasync", "EIO"),
                                         ("pwrite64", "EIO")])
def test_an_io_error_gives_no_201_and_a_new_start_recovers(
        d, tmp_path, call, error):
    books = auditor.Books()
    key = d.agency("truong1", "school")
    assert post(d, books, key, "before").status == 201
    trap = Tampered(d, call, f"{call}:error={error}")
    try:
        r = post(d, books, key, "during")
        assert r.status >= 500, r
        assert call != "fdatasync", "a sync failed, but it goes on"
        trap.release()
    except LOST:
        assert end(trap, d) != 0
        d.start()
    assert post(d, books, key, "during").status == 201
    assert post(d, books, key, "before").status == 201
    assert len(books.receipts) == 2
    d.stop()
    assert auditor.audit(tmp_path / "hotlined.db", books, hotline.BUILD,
                         0) == []
