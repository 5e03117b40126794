"""The HTTP face from outside: shapes, deadlines, crowds, aborts, the stop."""
import json
import os
import pathlib
import re
import resource
import signal
import socket
import time

import pytest

from hotline import Daemon, UnixConnection

DATA = pathlib.Path(__file__).with_name("data") / "http_malformed.tsv"
GOOD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


def unescape(text):
    text = re.sub(r"<<(.*?)\*(\d+)>>", lambda m: m[1] * int(m[2]), text)
    return [part.encode("latin-1").decode("unicode_escape").encode("latin-1")
            for part in text.split("<<wait>>")]


def rows():
    for line in DATA.read_text().splitlines():
        if not line.startswith("#"):
            name, expected, raw = line.split("\t")
            *statuses, last = expected.split(" ")
            is_open = last == "open"
            statuses = [int(s) for s in statuses + [last][is_open:]]
            yield pytest.param(unescape(raw), statuses, is_open, id=name)


@pytest.fixture(scope="module")
def daemon():
    with Daemon(settings={"request_deadline": "2s", "idle_timeout": "8s",
                          "max_connections": 1200}) as d:
        yield d


def connect(d):
    s = socket.create_connection(("127.0.0.1", d.port), timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


class Reader:
    """Answers off a socket, one at a time."""

    def __init__(self, sock):
        self.sock, self.held = sock, b""

    def more(self):
        try:
            got = self.sock.recv(65536)
        except ConnectionResetError:
            got = b""
        self.held += got
        return bool(got)

    def answer(self, has_body=True):
        """(status, headers, body), or None if the connection is closed."""
        while b"\r\n\r\n" not in self.held:
            if not self.more():
                assert self.held == b""
                return None
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        headers = {k.lower(): v for k, v in (x.split(": ", 1) for x in lines)}
        n = int(headers.get("content-length", 0)) if has_body else 0
        while len(self.held) < n:
            assert self.more(), "cut within a body"
        body, self.held = self.held[:n], self.held[n:]
        return int(first.split(" ")[1]), headers, body

    def is_closed(self):
        return self.held == b"" and not self.more()


def check_problem(status, headers, body):
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["type"] == "/problems/" + problem["code"]
    assert problem["title"] and problem["detail"] and problem["request_id"]


def check_row(d, pieces, statuses, is_open):
    with connect(d) as s:
        reader, waited = Reader(s), 0
        for i, piece in enumerate(pieces):
            if i > 0:
                assert reader.answer()[0] == statuses[0]
                waited = 1
            for part in piece if isinstance(piece, list) else [piece]:
                try:
                    s.sendall(part)
                except (BrokenPipeError, ConnectionResetError):
                    break
        for n, status in enumerate(statuses[waited:], 1 + waited):
            head = b"".join(b"".join(p) if isinstance(p, list) else p
                            for p in pieces).startswith(b"HEAD ")
            got = reader.answer(has_body=not (head and status == 200))
            assert got is not None and got[0] == status
            if status >= 400:
                check_problem(*got)
            if n == len(statuses) and not is_open and status >= 400:
                assert got[1]["connection"] == "close"
        if is_open:
            s.sendall(GOOD)
            assert reader.answer()[0] == 200
        else:
            assert reader.is_closed()


@pytest.mark.parametrize("pieces,statuses,is_open", rows())
def test_shape(daemon, pieces, statuses, is_open):
    check_row(daemon, pieces, statuses, is_open)


@pytest.mark.parametrize("pieces,statuses,is_open", rows())
def test_shape_byte_by_byte(daemon, pieces, statuses, is_open):
    if sum(map(len, pieces)) > 1000:
        pytest.skip("long")
    split = [[p[i:i + 1] for i in range(len(p))] for p in pieces]
    check_row(daemon, split, statuses, is_open)


def test_no_shape_kills_or_leaks(daemon):
    assert daemon.process.poll() is None
    daemon.check_log()


# ---- Slow clients ----

def files(d):
    return len(os.listdir(f"/proc/{d.process.pid}/fd"))


def wait_files(d, n, seconds=20):
    until = time.monotonic() + seconds
    while files(d) > n and time.monotonic() < until:
        time.sleep(0.1)
    assert files(d) <= n


def drip(d, begin, every):
    """Seconds until the server hangs up on a client that drips bytes."""
    with connect(d) as s:
        s.sendall(begin)
        began = time.monotonic()
        s.settimeout(every)
        while time.monotonic() - began < 10:
            try:
                s.sendall(b"a")
                if s.recv(1) == b"":
                    break
            except socket.timeout:
                continue
            except ConnectionError:
                break
        return time.monotonic() - began


@pytest.mark.parametrize("begin", [
    b"GET /healthz", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
    b"POST /v1/referrals HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"])
def test_a_dripping_client_is_cut_at_the_deadline(daemon, begin):
    assert 1.5 < drip(daemon, begin, 0.05) < 3


def test_a_client_that_reads_nothing_is_cut(daemon):
    page = daemon.api("GET", "/v1/openapi.json").raw
    n = 16_000_000 // len(page)
    time.sleep(0.5)
    before = files(daemon)
    with connect(daemon) as s:
        s.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * n)
        time.sleep(1)
        assert files(daemon) == before + 1
        wait_files(daemon, before, 4)
        got = 0
        try:
            while piece := s.recv(1 << 20):
                got += len(piece)
        except ConnectionError:
            pass
        assert 0 < got < n * len(page)


# ---- Crowds ----

def kib(d, name):
    status = pathlib.Path(f"/proc/{d.process.pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1])


def test_a_thousand_idle_connections(daemon):
    time.sleep(0.5)
    before, room = files(daemon), kib(daemon, "VmRSS")
    idle = [connect(daemon) for _ in range(1000)]
    for s in idle[::2]:
        s.sendall(GOOD)
        assert Reader(s).answer()[0] == 200
    assert files(daemon) >= before + 1000
    if "asan" not in os.environ.get("BUILD", ""):
        assert kib(daemon, "VmRSS") - room < 8192
    wait_files(daemon, before)
    assert Reader(idle[1]).is_closed()
    for s in idle:
        s.close()


def test_aborts_leave_nothing_behind(daemon):
    raw = (b"POST /v1/referrals HTTP/1.1\r\nHost: a\r\n"
           b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    time.sleep(0.5)
    before = files(daemon)
    for i in range(1500):
        s = connect(daemon)
        s.sendall(raw[:i % (len(raw) + 1)])
        if i % 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\1\0\0\0\0\0\0\0")
        s.close()
    wait_files(daemon, before)
    assert daemon.api("GET", "/healthz").status == 200


def test_one_more_than_the_cap_waits_for_its_turn():
    with Daemon(settings={"max_connections": 8}) as d:
        held = [connect(d) for _ in range(8)]
        time.sleep(0.2)
        late = connect(d)
        late.sendall(GOOD)
        late.settimeout(0.5)
        with pytest.raises(socket.timeout):
            late.recv(1)
        assert d.admin("GET", "/v1/admin/status").status == 200
        held.pop().close()
        late.settimeout(5)
        assert Reader(late).answer()[0] == 200
        for s in held + [late]:
            s.close()


def cpu(d):
    fields = pathlib.Path(f"/proc/{d.process.pid}/stat").read_text() \
        .rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_no_files_left_means_no_spin_and_no_flood():
    with Daemon() as d:
        soft, hard = resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE,
                         (files(d) + 2, hard))
        crowd = [connect(d) for _ in range(20)]
        time.sleep(0.3)
        burnt, said, began = cpu(d), len(d.log().splitlines()), \
            time.monotonic()
        time.sleep(3)
        span = time.monotonic() - began
        assert cpu(d) - burnt < 0.2 * span
        assert len(d.log().splitlines()) - said <= span + 1
        for s in crowd:
            s.close()
        began = time.monotonic()
        assert d.api("GET", "/healthz").status == 200
        assert time.monotonic() - began < 4
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (soft, hard))


# ---- Gone, and stopping ----

def test_a_client_gone_before_the_answer_loses_nothing():
    with Daemon() as d:
        body = json.dumps({"code": "gone", "kind": "school",
                           "name": "Cơ quan Thử Nghiệm"}).encode()
        c = UnixConnection(d.socket, 10)
        c.connect()
        c.sock.sendall(b"POST /v1/admin/agencies HTTP/1.1\r\nHost: a\r\n"
                       b"Content-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        c.sock.close()
        until = time.monotonic() + 5
        while "gone" not in d.admin("GET", "/v1/admin/agencies").text:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_stop_answers_open_requests_and_says_close():
    with Daemon() as d:
        opened = [connect(d) for _ in range(20)]
        idle = connect(d)
        for s in opened:
            s.sendall(GOOD[:-2])
        time.sleep(0.2)
        d.process.send_signal(signal.SIGTERM)
        assert Reader(idle).is_closed()
        with pytest.raises(ConnectionRefusedError):
            connect(d)
        for s in opened:
            s.sendall(b"\r\n")
            reader = Reader(s)
            status, headers, _ = reader.answer()
            assert (status, headers["connection"]) == (200, "close")
            assert reader.is_closed()
        assert d.process.wait(5) == 0
        assert not d.socket.exists()


def test_a_stop_does_not_wait_for_a_client_that_drips():
    with Daemon() as d:
        slow = connect(d)
        slow.sendall(GOOD[:10])
        time.sleep(0.1)
        d.process.send_signal(signal.SIGTERM)
        assert d.process.wait(8) == 0
        slow.close()


def test_other_addresses_than_loopback_are_refused():
    d = Daemon(settings={"listen": "0.0.0.0"}, start=False)
    with pytest.raises(AssertionError, match="loopback"):
        d.start()


def test_small_answers_are_not_delayed(daemon):
    """Without TCP_NODELAY a pipelined pair waits 40 ms for an ack."""
    spans = []
    with connect(daemon) as s:
        reader = Reader(s)
        for _ in range(20):
            began = time.monotonic()
            s.sendall(GOOD + GOOD)
            assert [reader.answer()[0] for _ in "12"] == [200, 200]
            spans.append(time.monotonic() - began)
    assert sorted(spans)[10] < 0.03
