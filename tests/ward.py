"""A ward of three people, a school and receivers, for the suites of alerts."""
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
  ladders = ( { id = "news"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["holder", "lead"]; repeat = "1d"; } ); },
  { id = "news_lead"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "1d"; } ); },
  { id = "alarm"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "1d"; } ); },
  { id = "one"; urgent = true; ack_holds = "1d";
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


class Tokens(dict):
    """Personal tokens by login, made when first asked for: until two of lead
    and chairman have one, nobody needs a second person."""

    def __init__(self, d):
        self.d = d

    def __missing__(self, login):
        self[login] = self.d.ctl("member", "token", login)["token"]
        return self[login]


class Ward:
    """A daemon with three people, a school and receivers."""

    def __init__(self, folder, channels=None, **more):
        self.folder = pathlib.Path(folder)
        # What admins do is told to the leads: test_changes.py looks at it.
        self.ledger = Ledger(now=lambda: 0,
                             apart=re.compile("quản trị vừa làm"))
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
        self.people = Tokens(self.d)

    def staff(self, **own):
        """an on duty, binh the lead, cuong the chairman; with addresses."""
        for login, role, phone in (("an", "officer", AN),
                                   ("binh", "lead", BINH),
                                   ("cuong", "chairman", CUONG)):
            self.d.member(login, role, duty=role == "officer", token=False,
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


def take_reply(w, sender, text):
    path = w.spool.reply(sender, text)
    until = time.monotonic() + 10
    while path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not path.exists(), "the reply was not taken"
