"""News of a member as they happen: whose, how many, and when they end."""
import contextlib
import json
import signal
import socket
import time

import pytest

from case_site import FULL, NOW, Site
from hotline import BUILD, Daemon
from login_site import Browser, password

KIN = "Phan Thử Nghiệm Cán Bộ"


class Stream:
    """GET /v1/events on a socket of its own."""

    def __init__(self, d, key=None, cookie=None, holds=None):
        who = f"Authorization: Bearer {key}" if key else \
            f"Cookie: __Host-s={cookie}"
        self.sock = socket.socket()
        self.sock.settimeout(10)
        if holds is not None:  # this many bytes that nobody reads, and no more
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, holds)
        self.sock.connect(("127.0.0.1", d.port))
        self.sock.sendall(f"GET /v1/events HTTP/1.1\r\nHost: a\r\n{who}\r\n\r\n"
                          .encode())
        self.held = b""
        while b"\r\n\r\n" not in self.held:
            self.more(10)
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = dict(x.lower().split(": ", 1) for x in lines)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def more(self, seconds):
        self.sock.settimeout(max(seconds, 0.01))
        got = self.sock.recv(65536)
        if not got:
            raise EOFError
        self.held += got

    def next(self, seconds=3):
        """(event, data), or None if none comes in time."""
        until = time.monotonic() + seconds
        while b"\n\n" not in self.held:
            try:
                self.more(until - time.monotonic())
            except TimeoutError:
                return None
        text, self.held = self.held.split(b"\n\n", 1)
        lines = [x for x in text.decode().split("\n") if ": " in x]
        fields = dict(x.split(": ", 1) for x in lines)
        assert set(fields) == {"event", "data"}, text
        return fields["event"], json.loads(fields["data"])

    def changed(self, seconds=3):
        event = self.next(seconds)
        assert event is not None and event[0] == "changed", event
        return event[1]

    def quiet(self, seconds=1.5):
        assert self.next(seconds) is None

    def ended(self, seconds=3):
        until = time.monotonic() + seconds
        try:
            while True:
                self.more(until - time.monotonic())
        except EOFError:
            return True
        except TimeoutError:
            return False


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site(d)
        s.suspect = d.member("canbo3", "officer", "lead", sms="0900000007",
                             name=KIN)
        s.stranger = d.member("quantri", "admin", sms="0900000008")
        d.step("1h")
        yield s


def settle(stream):
    """What is still under way has been told."""
    while stream.next(1.2) is not None:
        pass


def test_a_commit_is_told_and_says_nothing_of_what(s):
    with Stream(s.d, s.keys["officer"]) as e:
        assert e.status == 200
        assert e.headers["content-type"] == "text/event-stream"
        assert e.headers["cache-control"] == "no-store"
        assert set(e.changed()) == {"now"}
        settle(e)
        start = time.monotonic()
        code = s.open()
        assert e.changed().keys() == {"now"}
        assert time.monotonic() - start < 5
        settle(e)
        alert = next(a for a in s.d.api(
            "GET", "/v1/alerts?limit=200", key=s.keys["officer"])
            .json["items"] if a.get("case") == code)
        a = s.d.api("POST", f"/v1/alerts/{alert['id']}/ack",
                    key=s.keys["officer"])
        assert a.status == 200
        e.changed()


def test_it_is_told_after_the_commit(s):
    """Who asks upon it finds what it told of."""
    with Stream(s.d, s.keys["boss"]) as e:
        e.changed()
        settle(e)
        code = s.open()
        e.changed()
        found = s.d.api("GET", f"/v1/cases?code={code}",
                        key=s.keys["boss"]).json["items"]
        assert [c["code"] for c in found] == [code]


def test_who_sees_nothing_new_is_told_nothing(s):
    """Nor by a beat that comes at another time than it would."""
    with Stream(s.d, s.keys["police"]) as police, \
            Stream(s.d, s.stranger) as admin, \
            Stream(s.d, s.suspect) as suspect, \
            Stream(s.d, s.keys["boss"]) as boss:
        for e in (police, admin, suspect, boss):
            e.changed()
        settle(boss)
        s.open(alleged=[{"relation": "kin", "name": KIN}])
        boss.changed()
        assert police.next(1.2) is None
        assert admin.next(0.1) is None and suspect.next(0.1) is None
        # A look is no news either.
        assert s.d.api("GET", "/v1/cases", key=s.keys["boss"]).status == 200
        settle(boss)
        boss.quiet()


def test_of_a_bar_that_comes_late_only_the_loss_is_told(s):
    code = s.open()
    with Stream(s.d, s.keys["other"]) as e:
        e.changed()
        settle(e)
        a = s.post(code, "bars", {"member": "canbo2"})
        assert a.status == 204, a
        e.changed()
        settle(e)
        a = s.d.api("POST", f"/v1/cases/{code}/notes", {"text": "Ghi."},
                    key=s.keys["boss"])
        assert a.status == 201
        s.do(code, "N05", "officer")
        assert e.next(2) is None


def test_a_sign_of_life_comes_by_itself(s):
    with Stream(s.d, s.keys["police"]) as e:
        e.changed()
        settle(e)
        start = time.monotonic()
        event, data = e.next(32)
        assert event == "beat" and data.keys() == {"now"}
        assert time.monotonic() - start > 15


def test_logout_and_a_lost_role_end_it(s):
    word = password(s.d, "canbo2")
    b = Browser(s.d)
    assert b.login("canbo2", word).status == 201
    with Stream(s.d, cookie=b.cookie) as e:
        e.changed()
        assert b.call("DELETE", "/v1/session").status == 204
        assert e.ended()
    assert b.login("canbo2", word).status == 201
    with Stream(s.d, cookie=b.cookie) as e:
        e.changed()
        s.d.ctl("member", "stop", "canbo2")
        assert e.ended()
    with Stream(s.d, cookie=b.cookie) as e:
        assert e.status == 401


def test_it_does_not_keep_a_session_alive(s):
    word = password(s.d, "phochutich")
    b = Browser(s.d)
    assert b.login("phochutich", word).status == 201
    with Stream(s.d, cookie=b.cookie) as e:
        e.changed()
        for _ in range(4):
            s.d.step("4m")
        assert e.ended(12)


def test_the_oldest_of_too_many_of_one_member_ends(s):
    with contextlib.ExitStack() as stack:
        def more():
            e = stack.enter_context(Stream(s.d, s.keys["lead"]))
            e.changed()
            return e
        first, second, *_ = [more() for _ in range(6)]
        streams = "hotline_event_streams 6\n"
        assert streams in s.d.watch("/metrics").text
        more()
        assert first.ended() and not second.ended(0.5)
        assert streams in s.d.watch("/metrics").text
    until = time.monotonic() + 5
    while "hotline_event_streams 0\n" not in s.d.watch("/metrics").text:
        assert time.monotonic() < until


def test_what_comes_behind_it_is_not_heaped_up(s):
    """A page has nothing to say there: megabytes stay where they are."""
    many = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 1000
    with Stream(s.d, s.keys["lead"]) as e:
        e.changed()
        e.sock.settimeout(0.5)
        sent = 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while sent < 64 << 20:
                sent += e.sock.send(many)
        assert sent < 32 << 20
    assert s.d.api("GET", "/healthz").status == 200


def test_who_never_reads_is_cut_off_and_holds_nobody_up():
    """The kernel holds little for it, we one event; then its time runs."""
    settings = {"agency_quota": 100000, "request_deadline": "3s"}
    with Daemon(procedure=FULL, settings=settings) as d:
        s = Site(d)

        def held():
            with open(f"/proc/{d.process.pid}/statm") as f:
                return int(f.read().split()[1]) * 4096
        with Stream(d, s.keys["vice"], holds=1) as silent, \
                Stream(d, s.keys["boss"]) as good:
            good.changed()
            before = held()
            for told in range(120):
                s.open()
                good.changed(5)
                if "hotline_event_streams 1\n" in d.watch("/metrics").text:
                    break
            assert 10 < told < 100  # it was told, and was cut
            assert silent.ended()   # as soon as it reads what there was
            assert held() - before < 8 << 20 or "asan" in BUILD.name
            s.open()
            good.changed()


def test_once_is_a_plain_answer(s):
    a = s.d.api("GET", "/v1/events?once=yes", key=s.keys["boss"])
    assert a.status == 200 and a.text.startswith("event: changed\ndata: ")
    assert s.d.api("GET", "/v1/events?once=no",
                   key=s.keys["boss"]).status == 400
    a = s.d.api("HEAD", "/v1/events", key=s.keys["boss"])
    assert a.status == 200 and a.text == ""


def test_more_than_a_quarter_of_the_connections_is_refused():
    with Daemon(settings={"max_connections": 16}) as d, \
            contextlib.ExitStack() as stack:
        keys = [d.member(f"nguoi{n}", "officer", sms=f"090000000{n}")
                for n in range(5)]
        streams = [stack.enter_context(Stream(d, key)) for key in keys]
        assert [e.status for e in streams] == [200] * 4 + [503]
        assert streams[4].headers["retry-after"] == "20"
        # They neither keep others out nor the daemon from going.
        assert d.api("GET", "/v1/me", key=keys[0]).status == 200
        start = time.monotonic()
        d.process.send_signal(signal.SIGTERM)
        assert all(e.ended(5) for e in streams[:4])
        assert d.process.wait(10) == 0
        assert time.monotonic() - start < 5


def test_nobody_is_woken_while_nobody_listens():
    """After the last one left, no timer of it runs on."""
    with Daemon() as d:
        status = f"/proc/{d.process.pid}/task/{d.process.pid}/status"

        def waits():
            with open(status) as f:
                return int(next(x for x in f if x.startswith("voluntary"))
                           .split()[1])
        with Stream(d, d.member("an", "lead", sms="0900000001")) as e:
            e.changed()
        time.sleep(3)
        before = waits()
        time.sleep(11)
        assert waits() - before <= 4
