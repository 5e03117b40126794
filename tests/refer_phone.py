"""The page /refer, for its suites: an agency, its links, and what one writes."""
import json
import time

import pytest

from case_site import FULL
from hotline import Daemon
from referral_site import ok

STORY = "Em bé hay đến lớp với vết bầm. <b>Nội dung thử nghiệm.</b>"
AWAY = "https://www.google.com.vn/"


class Site:
    def __init__(self, d):
        self.d = d
        d.agency("truong1", "school", name="Trường Thử Nghiệm")
        self.lead = d.member("truongnhom", "lead", sms="0900000003")
        d.member("canbo", "officer", duty=True, sms="0900000001")
        self.base = f"http://127.0.0.1:{d.port}"

    def link(self, *more):
        made = self.d.ctl("link", "add", "truong1", "--until", "2027-01-15",
                          *more)
        assert "/refer#hlf_" in made["url"]
        return f"{self.base}/refer#{made['key']}"

    def case(self, code):
        return ok(self.d.api("GET", f"/v1/cases/{code}", key=self.lead), 200)

    def sent(self):
        return sum(i["sent"] for i in
                   self.d.ctl("link", "list", "truong1")["items"])


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={
            "duty_phone": "0900 000 000", "agency_quota": 100000}) as d:
        yield Site(d)


def kept(p):
    return json.loads(p.do("run", code="JSON.stringify({...localStorage, "
                                       "...sessionStorage})"))


# Of the calls that follow, numbered n, answers are lost; window.keys: their keys.
LOSE = """{
    const real = window.fetch; let n = 0; window.keys = [];
    window.fetch = async (path, o) => {
        window.keys.push(o.headers["Idempotency-Key"] + o.body);
        const a = await real(path, o);
        if (%s) throw new TypeError("lost");
        return a; };}"""


def write(p, who="other", **more):
    """Fill the form as a teacher would."""
    p.check(f"[name=who][value={who}]")
    p.fill("#narrative", STORY)
    for at, text in more.items():
        p.fill(f"#{at}", text)


def send(p):
    p.click("form button.main")
    p.wait(".receipt")
    return p.text(".receipt .code")


def send_unheard(p):
    """What arrives is not heard of at first; the keys it was sent under."""
    p.do("run", code=LOSE % "n++ === 1")
    p.click("form button.main")
    p.wait("text=Gửi lại ngay")
    p.wait(".receipt")
    return p.do("run", code="window.keys")


def code_of_case(s, incident):
    for c in s.d.ctl("case", "list")["items"]:
        if c["incident"] == incident:
            return c["code"]
    items = ok(s.d.api("GET", "/v1/cases?limit=200", key=s.lead), 200)["items"]
    return next(c["code"] for c in items if c["incident"] == incident)


def until_away(p):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if any(AWAY in f for f in p.do("faults")):
            return
        time.sleep(.05)
    raise AssertionError("the page is still there")
