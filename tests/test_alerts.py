"""Alerts end to end: the real daemon and courier, real SMTP, a spool folder.

Time is moved.  The ledger fails on missing, late, early and unexpected ones.
"""
import base64
import hashlib
import http.client
import pathlib
import re
import time
from datetime import datetime, timedelta

import pytest

from hotline import START, Daemon, spool
from ledger import Ledger
from receivers import SmtpReceiver, SpoolReceiver

AN, BINH, CUONG = "+84900000001", "+84900000002", "+84900000003"
LINK = re.compile(r"https://hotline\.example\.test(/a/[0-9a-f]{32})")
CODE = re.compile(r"OK ([2-9A-HJ-NP-Z]{6})")
# One rung that is repeated once a day: only the warnings of a step speak.
QUIET = """
procedure = {
  id = "quiet"; version = 1; names = { vi = "Quy trình thử"; en = "Test"; };
  ladders = ( { id = "one"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["officer"]; repeat = "1d"; } ); } );
  steps = ( { id = "N08"; vi = "Can thiệp khẩn cấp"; en = "Emergency";
    role = "chairman"; kind = "conclude"; opens = ["received"];
    limit = "12h"; start = "t0"; warn = ["6h", "3h", "1h"];
    ladder = "one"; basis = "law"; source = "D56 26.3"; leg = "chairman"; },
  { id = "N20"; vi = "Kết thúc"; en = "Close"; role = "chairman";
    kind = "close"; opens = ["N08.done"]; limit = "5wd"; start = "event";
    ladder = "one"; basis = "proposal"; source = "D56 30.1";
    leg = "chairman"; } );
};
"""


def at(minutes):
    return (datetime.fromisoformat(START) +
            timedelta(minutes=minutes)).isoformat()


def body(received_at=START):
    return {"kind": "abused", "abuse_kinds": ["violence"],
            "source": {"channel": "phone", "received_at": received_at},
            "children": [{"name": "Trẻ Thử Nghiệm Một",
                          "place": "Tổ dân phố Thử Nghiệm"}],
            "narrative": "Nội dung thử nghiệm."}


class Ward:
    """A daemon with three people, a school and receivers."""

    def __init__(self, folder, channels=None, **more):
        self.folder = pathlib.Path(folder)
        self.ledger = Ledger(now=lambda: 0)
        self.smtp = SmtpReceiver(self.ledger)
        email = {"name": "email", "kind": "email", "server": "127.0.0.1",
                 "port": self.smtp.port, "tls": "off", "interval": "now",
                 "from": "hotlined@phuong.test", "allow_private": True}
        sms = spool(self.folder / "spool", interval="now")
        every = {"email": email, "sms": sms}
        self.d = Daemon(self.folder, channels=[
            {**every[n], **c} for n, c in (channels or {"sms": {}}).items()],
            **more)
        self.spool = SpoolReceiver(self.ledger, self.folder / "spool/out",
                                   self.folder / "spool/in")
        self.people = {}

    def staff(self, **own):
        """an on duty, binh the lead, cuong the chairman; with addresses."""
        for login, role, phone in (("an", "officer", AN),
                                   ("binh", "lead", BINH),
                                   ("cuong", "chairman", CUONG)):
            self.people[login] = self.d.member(
                login, role, duty=role == "officer",
                **own.get(login, {"sms": phone}))
        self.key = self.d.agency("truong1")
        return self

    def refer(self, **more):
        answer = self.d.api("POST", "/v1/referrals", body(**more), self.key)
        assert answer.status == 201, answer
        return answer.json

    def expect(self, to, **more):
        return self.ledger.expect(to=lambda got: got.endswith(to[-9:]), **more)

    def quiet(self):
        self.ledger.settle(quiet=0.3)

    def link(self, method, path):
        """The page behind a link, as a browser asks for it."""
        c = http.client.HTTPConnection("127.0.0.1", self.d.port, timeout=10)
        c.request(method, path, b"" if method == "POST" else None,
                  {"Content-Type": "application/x-www-form-urlencoded"}
                  if method == "POST" else {})
        answer = c.getresponse()
        return answer.status, dict(answer.getheaders()), \
            answer.read().decode()

    def close(self):
        self.spool.stop()
        self.smtp.stop()


@pytest.fixture
def ward(tmp_path):
    open_ones = []

    def make(**more):
        open_ones.append(Ward(tmp_path / "d", **more))
        return open_ones[-1]

    yield make
    for w in open_ones:
        w.d.stop()
        w.close()


@pytest.fixture
def quiet_conf(tmp_path):
    path = tmp_path / "procedures" / "quiet.conf"
    path.parent.mkdir()
    path.write_text(QUIET)
    return path


def test_silence_calls_the_next_person_at_its_minute(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    w.d.set_clock(at(0))
    w.d.step(at(9.99))
    w.quiet()
    for minute, who in ((10, AN), (15, BINH), (30, CUONG), (40, CUONG)):
        w.d.step(at(minute - 0.001))
        w.quiet()
        w.expect(who)
        w.d.step(at(minute))
        w.quiet()


def test_warnings_at_6_3_and_1_hours_left_and_the_lapse(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    w.refer()
    w.quiet()
    for hours in (6, 9, 11, 12):
        w.d.step(at(hours * 60 - 0.001))
        w.quiet()
        w.expect(AN)
        w.d.step(at(hours * 60))
        w.quiet()
    w.d.step(at(24 * 60))
    w.quiet()


def test_hours_used_elsewhere_count(ward, quiet_conf):
    """Five of the twelve hours passed at the first place of receipt."""
    w = ward(procedure=quiet_conf).staff()
    w.refer(received_at=at(-5 * 60))
    w.quiet()
    w.d.step(at(60 - 0.001))
    w.quiet()
    w.expect(AN)
    w.d.step(at(60))
    w.quiet()


def test_a_link_acknowledges_only_when_posted(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    path = LINK.search(e.message.text)[1]
    for _ in range(3):  # prefetchers, previews, scanners
        status, headers, page = w.link("GET", path)
        assert status == 200
        assert "Tôi nhận xử lý" in page
    style = re.search("<style>(.*)</style>", page)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    policy = headers["Content-Security-Policy"]
    assert f"'sha256-{digest.decode()}'" in policy
    assert "default-src 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "K7" not in page and "N08" not in page  # says nothing of a case
    w.expect(AN)
    w.d.step(at(10))
    w.quiet()
    status, _, page = w.link("POST", path)
    assert status == 200 and "Đã ghi nhận" in page
    # It rests for half an hour and, as nothing was done, goes on.
    w.d.step(at(40 - 0.001))
    w.quiet()
    w.expect(AN)
    w.d.step(at(40))
    w.quiet()
    assert w.link("GET", path)[0] == 410
    assert w.link("POST", path)[0] == 410


def test_unknown_links_are_neutral(ward):
    w = ward()
    pages = set()
    for token in ("0" * 32, "f" * 32, "x", "0" * 31, "0" * 33):
        for method in ("GET", "POST"):
            status, headers, page = w.link(method, "/a/" + token)
            assert status == 404
            assert "Content-Security-Policy" in headers
            pages.add(page)
    assert len(pages) == 1
    assert "<button" not in pages.pop()


def test_a_link_expires(ward, quiet_conf):
    w = ward(procedure=quiet_conf, settings={"link_life": "1h"}).staff()
    w.refer()
    e = w.expect(AN)
    w.d.step(at(6 * 60))
    w.quiet()
    path = LINK.search(e.message.text)[1]
    w.d.step(at(7 * 60 - 0.001))
    assert w.link("GET", path)[0] == 200
    w.d.step(at(7 * 60))
    assert w.link("GET", path)[0] == 404
    assert w.link("POST", path)[0] == 404


def take_reply(w, sender, text):
    path = w.spool.reply(sender, text)
    until = time.monotonic() + 10
    while path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not path.exists(), "the reply was not taken"


def test_a_code_answers_from_its_own_number(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    code = CODE.search(e.message.text)[1]
    take_reply(w, CUONG[1:], f"OK {code}")  # somebody else's phone
    w.expect(AN)
    w.d.step(at(10))
    w.quiet()
    take_reply(w, AN[1:], f"Dạ ok {code.lower()}")
    w.d.step(at(39))
    w.quiet()


def test_wrong_codes_are_throttled(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    code = CODE.search(e.message.text)[1]
    for _ in range(5):
        take_reply(w, AN[1:], "OK AAAAAA")
    take_reply(w, AN[1:], f"OK {code}")
    w.expect(AN)
    w.d.step(at(10))  # the right one came too late
    w.quiet()


BOTH = {"email": {}, "sms": {}}


def two_channels(w):
    return w.staff(an={"email": "an@phuong.test", "sms": AN})


def by_mail(w):
    return w.staff(**{who: {"email": f"{who}@phuong.test"}
                      for who in ("an", "binh", "cuong")})


def test_permanent_refusal_goes_to_the_next_channel_at_once(ward):
    w = two_channels(ward(channels=BOTH))
    w.smtp.behave("550 5.1.1 nobody")
    w.expect(AN, channel="sms")
    w.refer()
    w.quiet()
    assert len(w.smtp.refused) == 1


def test_transient_failures_come_again_with_the_same_id(ward):
    w = two_channels(ward(channels=BOTH, settings={"accept_within": "10m",
                                                   "breaker_failures": 50}))
    w.smtp.behave("451 4.3.0 later", "drop", "452 4.2.2 later")
    w.refer()
    e = w.expect("an@phuong.test", channel="email")
    w.d.step(at(5))
    w.quiet()
    ids = {m.id for m in w.smtp.refused} | {e.message.id}
    assert len(w.smtp.refused) == 3 and len(ids) == 1
    texts = {m.text for m in w.smtp.refused} | {e.message.text}
    assert len({CODE.search(t)[1] for t in texts}) == 1


def test_urgent_and_not_accepted_goes_out_in_parallel(ward):
    w = two_channels(ward(channels=BOTH, settings={"breaker_failures": 50,
                                                   "send_attempts": 20}))
    w.smtp.always = "451 4.3.0 later"
    w.refer()
    w.d.step(at(0.999))
    w.quiet()
    w.expect(AN, channel="sms")
    w.d.step(at(1))
    w.quiet()
    assert len({m.id for m in w.smtp.refused}) == 1


def test_an_open_breaker_sends_to_the_other_channel(ward):
    w = two_channels(ward(channels=BOTH, settings={"breaker_failures": 1,
                                                   "breaker_pause": "1h"}))
    w.smtp.behave("451 4.3.0 later")
    w.refer()
    w.quiet()
    w.expect(AN, channel="sms", times=2)  # what waits, and what is new
    w.d.step(at(0.5))
    w.refer()
    w.quiet()
    assert len(w.smtp.refused) == 1


def test_the_throttle_spaces_messages(ward):
    w = ward(channels={"sms": {"interval": "20s"}}).staff()
    w.expect(AN)
    for _ in range(3):
        w.refer()
    w.quiet()
    for second in (20, 40):
        w.d.step(at((second - 0.001) / 60))
        w.quiet()
        w.expect(AN)
        w.d.step(at(second / 60))
        w.quiet()


def test_after_downtime_late_ones_say_so(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    w.refer()
    w.quiet()
    w.d.stop()
    w.d.now = at(7 * 60)
    e = w.expect(AN, text=re.compile("MUỘN|MUON"))
    w.d.start()
    w.quiet()
    assert CODE.search(e.message.text)


def test_after_downtime_many_leave_as_one_digest(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    cases = [w.refer() for _ in range(8)]
    w.quiet()
    w.d.stop()
    w.d.now = at(13 * 60)
    e = w.expect(AN)
    w.d.start()
    w.quiet()
    for c in cases:
        code = c["cases"][0]
        assert (code if isinstance(code, str) else code["code"]) \
            in e.message.text
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 200
    w.d.step(at(36 * 60))  # one answer for all eight: a day of quiet
    w.quiet()


def test_kill_9_leaves_no_alert_behind(ward):
    """What the courier held when we died goes out again, with its id."""
    w = by_mail(ward(channels={"email": {}}))
    w.ledger.repeats = True
    w.smtp.always = "hang"
    w.refer()
    until = time.monotonic() + 10
    while not w.smtp.refused and time.monotonic() < until:
        time.sleep(0.02)
    assert w.smtp.refused
    w.d.kill9()
    w.smtp.always = None
    e = w.expect("an@phuong.test")
    w.d.start()
    w.quiet()
    assert e.message.id == w.smtp.refused[0].id


def test_a_wall_clock_that_went_back_is_an_alarm(ward):
    w = ward().staff()
    w.d.stop()
    w.d.now = at(-10)
    w.expect(BINH)
    w.d.start()
    w.quiet()


def test_members_see_and_acknowledge_their_alerts(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"])
    assert mine.status == 200 and len(mine.json["items"]) == 1
    alert = mine.json["items"][0]["id"]
    path = f"/v1/alerts/{alert}/ack"
    assert w.d.api("POST", path, {"evidence": "Trẻ A"},
                   w.people["an"]).status == 422
    assert w.d.api("POST", path, {"acted_at": at(60)},
                   w.people["an"]).status == 422
    assert w.d.api("POST", path, {"evidence": "CV-12/2026"},
                   w.people["an"]).status == 200
    assert w.d.api("POST", path, {}, w.people["an"]).status == 409
    assert w.d.api("POST", f"/v1/alerts/{'0' * 8}-0000-7000-8000-{'0' * 12}"
                   "/ack", {}, w.people["an"]).status == 404
    w.d.step(at(29))
    w.quiet()
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"])
    assert mine.json["items"] == []
