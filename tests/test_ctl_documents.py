"""hotlinectl sends and fetches documents, whatever becomes of the line."""
import hashlib
import json
import os
import pathlib
import socket
import stat
import subprocess
import threading

import pytest

from case_site import FULL, Site
from documents import PART, PDF
from hotline import BUILD, Daemon

TITLE = "Biên bản thử nghiệm"
MIB = 1 << 20


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL) as d:
        yield Site(d)


@pytest.fixture
def box(tmp_path, s):
    """A member's desk: their token, a file to send."""
    for who in ("officer", "other"):
        token = tmp_path / f"{who}.token"
        token.write_text(s.keys[who] + "\n")
        token.chmod(0o600)
    return tmp_path


def pdf(box, size, name="tep.pdf"):
    path = box / name
    path.write_bytes(PDF + os.urandom(size - len(PDF)))
    return path


def ctl(s, box, *words, who="officer", **more):
    done = s.d.ctl_raw("document", *words, "--token-file",
                       box / f"{who}.token", "--json", **more)
    answer = json.loads(done.stdout) if done.stdout.strip() else None
    return done.returncode, answer, done.stderr


def listed(s, box, code):
    return ctl(s, box, "list", code)[1]["items"]


class Line(threading.Thread):
    """A socket before the daemon's.  cut(nth connection, bytes of the answer)
    says how many of them pass, None for all; change(answer) changes it."""

    def __init__(self, daemon, path):
        super().__init__(daemon=True)
        self.to, self.n = str(daemon.socket), 0
        self.cut, self.change = lambda n, asked: None, lambda answer: answer
        self.hold = threading.Event()
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen(8)
        self.start()

    def run(self):
        while True:
            try:
                client = self.server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client, self.n),
                             daemon=True).start()
            self.n += 1

    @staticmethod
    def whole(sock):
        """One message: head, and as much as its Content-Length says."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += sock.recv(65536) or b"\r\n\r\n"
        head, body = got.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            more = sock.recv(65536)
            if not more:
                break
            body += more
        return head + b"\r\n\r\n" + body

    def carry(self, client, n):
        with client, socket.socket(socket.AF_UNIX) as up:
            asked = self.whole(client)
            up.connect(self.to)
            cut = self.cut(n, asked)
            if cut == 0:  # before the daemon hears of it
                return
            up.sendall(asked)
            answer = self.change(self.whole(up))
            client.sendall(answer if cut is None else answer[:cut])

    def stop(self):
        self.server.close()


@pytest.fixture
def line(s, box, monkeypatch):
    path = box / "line.sock"
    one = Line(s.d, path)
    real = s.d.socket
    monkeypatch.setattr(s.d, "socket", path)
    yield one
    monkeypatch.setattr(s.d, "socket", real)
    one.stop()


def is_put(asked):
    return asked.startswith(b"PUT ")


def test_a_file_goes_and_comes_back(s, box):
    code, path = s.open(), pdf(box, 2 * MIB)
    rc, sent, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 0, told
    assert (sent["state"], sent["title"], sent["size"]) == \
        ("whole", TITLE, 2 * MIB)
    assert sent["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "8 of 11 parts" in told and "11 of 11 parts" in told
    # The name of the file stays here, and no title stands in a URL.
    assert "tep" not in json.dumps(sent)
    (item,) = listed(s, box, code)
    assert item["title"] == TITLE
    out = box / "ra.pdf"
    rc, got, told = ctl(s, box, "get", code, sent["id"], "--out", out)
    assert rc == 0 and got["id"] == sent["id"], told
    assert out.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "1 of 2 MiB" in told
    assert [e["act"] for e in s.events(code)
            if e["object_kind"] == "document"][-1] == "document.read"
    assert sorted(p.name for p in box.iterdir()) == [
        "officer.token", "other.token", "ra.pdf", "tep.pdf"]


def test_nothing_is_written_over(s, box):
    code, path = s.open(), pdf(box, 1000)
    sent = ctl(s, box, "add", code, path, "--title", TITLE)[1]
    for name in ("ra.pdf", "ra.pdf.part"):
        (box / name).write_text("của người khác")
        rc, _, told = ctl(s, box, "get", code, sent["id"], "--out",
                          box / "ra.pdf")
        assert rc == 1 and "exists" in told, told
        assert (box / name).read_text() == "của người khác"
        (box / name).unlink()
        assert not (box / "ra.pdf").exists()


@pytest.mark.parametrize("size,says", [
    (10 * MIB + 1, "larger than 10 MiB"), (0, "no file with something")])
def test_what_is_too_long_or_empty_is_not_begun(s, box, size, says):
    code = s.open()
    path = box / "tep.pdf"
    with path.open("wb") as f:
        f.truncate(size)
    rc, _, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 1 and says in told
    assert listed(s, box, code) == []


def test_the_longest_one_goes(s, box):
    code, path = s.open(), pdf(box, 10 * MIB)
    rc, sent, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 0 and sent["parts"] == 54 and "54 of 54 parts" in told


def test_a_broken_line_is_no_end(s, box, line):
    """Once before the daemon heard of a part, once before we heard of it."""
    code, path = s.open(), pdf(box, 5 * PART)
    puts = []

    def cut(n, asked):
        if is_put(asked):
            puts.append(asked.split()[1][-1:])
            return {2: 0, 4: 20}.get(len(puts))
        return None
    line.cut = cut
    rc, sent, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 0 and told.count("once more") == 2, told
    assert puts == [b"1", b"2", b"2", b"3", b"4", b"5"]
    (item,) = listed(s, box, code)
    assert item["id"] == sent["id"] and item["state"] == "whole"


def test_the_same_command_goes_on_where_it_was_killed(s, box, line):
    code, path = s.open(), pdf(box, 4 * PART)
    reached, puts = threading.Event(), []

    def cut(n, asked):
        if is_put(asked):
            puts.append(asked.split()[1][-1:])
            if len(puts) == 3:
                reached.set()
                line.hold.wait(30)
                return 0
        return None
    line.cut = cut
    words = ["document", "add", code, path, "--title", TITLE,
             "--token-file", box / "officer.token"]
    with subprocess.Popen(
            [BUILD / "hotlinectl", *map(str, words)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOTLINED_SOCKET": str(s.d.socket)}) as one:
        assert reached.wait(30)
        one.kill()
    line.hold.set()
    # Another member's unfinished one is not there for them to go on with.
    assert ctl(s, box, "list", code, who="other")[1]["items"] == []
    rc, sent, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 0 and "going on with it" in told, told
    assert puts == [b"1", b"2", b"3", b"3", b"4"]
    assert [i["id"] for i in listed(s, box, code)] == [sent["id"]]
    rc, again, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert (rc, again["id"]) == (0, sent["id"]) and "there already" in told


def test_a_daemon_that_stays_away_is_told(s, box, line):
    code, path = s.open(), pdf(box, 2 * PART)
    line.cut = lambda n, asked: 0 if is_put(asked) else None
    rc, _, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 2 and "the same command goes on" in told
    line.cut = lambda n, asked: None
    assert ctl(s, box, "add", code, path, "--title", TITLE)[0] == 0


def test_what_came_half_is_fetched_again(s, box, line):
    code, path = s.open(), pdf(box, 3 * PART)
    sent = ctl(s, box, "add", code, path, "--title", TITLE)[1]
    cuts = []

    def cut(n, asked):
        if b"/content " not in asked or cuts:
            return None
        cuts.append(n)
        return 2 * PART
    line.cut = cut
    out = box / "ra.pdf"
    rc, _, told = ctl(s, box, "get", code, sent["id"], "--out", out)
    assert rc == 0 and cuts, told
    assert out.read_bytes() == path.read_bytes()


def test_what_was_changed_on_the_way_is_not_kept(s, box, line):
    code, path = s.open(), pdf(box, 1000)
    sent = ctl(s, box, "add", code, path, "--title", TITLE)[1]
    line.change = lambda a: a[:-1] + bytes([a[-1] ^ 1]) \
        if a.endswith(path.read_bytes()) else a
    rc, _, told = ctl(s, box, "get", code, sent["id"], "--out", box / "ra.pdf")
    assert rc == 1 and "its digest differs" in told
    assert not list(pathlib.Path(box).glob("ra.pdf*"))


def test_what_is_refused_tells_why_and_leaves_nothing(s, box):
    code = s.open()
    path = box / "trang.html"
    path.write_text("<html>")
    rc, _, told = ctl(s, box, "add", code, path, "--title", TITLE)
    assert rc == 1 and "PDF, JPEG, PNG" in told
    (left,) = listed(s, box, code)
    assert ctl(s, box, "drop", code, left["id"])[0] == 0
    assert listed(s, box, code) == []
    gone = "01a20ada-2c00-7097-843b-5c44b6ca855f"
    rc, _, told = ctl(s, box, "get", code, gone, "--out", box / "ra.pdf")
    assert rc == 1 and not (box / "ra.pdf").exists()


def test_a_barred_member_finds_none_by_hotlinectl(s, box):
    code, path = s.open(), pdf(box, 1000)
    sent = ctl(s, box, "add", code, path, "--title", TITLE)[1]
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    for words in (["list", code], ["add", code, path, "--title", TITLE],
                  ["get", code, sent["id"], "--out", box / "ra.pdf"],
                  ["drop", code, sent["id"]]):
        rc, _, told = ctl(s, box, *words, who="other")
        assert rc == 1 and "404" in told, words
    assert not (box / "ra.pdf").exists()
