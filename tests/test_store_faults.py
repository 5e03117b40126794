"""A disk that refuses to sync: no 201, the daemon ends, nothing is lost."""
import http.client
import shutil
import subprocess
import time

import pytest

import auditor
import hotline

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


class Tampered:
    """strace on the running daemon: a syscall fails from now on."""

    def __init__(self, d, call, error):
        if shutil.which("strace") is None:
            pytest.skip("DISK FAULTS NOT TESTED: strace is missing")
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", d.folder / "strace", "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}", "-p",
             str(d.process.pid)], stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            self.strace.wait()
            pytest.skip(f"DISK FAULTS NOT TESTED: {line.strip()}")
        time.sleep(0.3)  # the line comes before the last thread is held

    def end(self, d):
        """The daemon must be gone; what is left of it is taken away."""
        try:
            code = d.process.wait(10)
        finally:
            self.strace.terminate()
            self.strace.wait()
        d.process = None
        d.check_log()
        assert "INJECTED" in (d.folder / "strace").read_text()
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
    trap = Tampered(d, call, error)
    try:
        r = post(d, books, key, "during")
        assert r.status >= 500, r
        assert call != "fdatasync", "a sync failed, but it goes on"
        trap.strace.terminate()
        trap.strace.wait()
    except LOST:
        assert trap.end(d) != 0
        d.start()
    assert post(d, books, key, "during").status == 201
    assert post(d, books, key, "before").status == 201
    assert len(books.receipts) == 2
    d.stop()
    assert auditor.audit(tmp_path / "hotlined.db", books, hotline.BUILD,
                         0) == []
