"""An admin, and who approves what they ask for, for the suites about pages."""
import pytest

from case_site import FULL
from console_site import LONG, Page
from hotline import Daemon
from login_site import alarms, password

SIZES = pytest.mark.parametrize("size", ["phone", "desk"])


class Site:
    """A lead and a chairman approve what the admin asks for."""

    def __init__(self, d):
        self.d = d
        self.keys = {
            "lead": d.member("truongnhom", "lead", name=LONG,
                             sms="0900000003"),
            "boss": d.member("chutich", "chairman", sms="0900000004")}
        d.member("canbo", "officer", duty=True, sms="0900000001")
        d.member("phochutich", "vice_chairman", sms="0900000005")
        d.member("doi", "officer", sms="0900000009")
        d.member("quantri", "admin", sms="0900000008")
        self.school = d.agency("truong1", "school", name="Trường Thử Nghiệm")
        self.word = password(d, "quantri")
        self.url = f"http://127.0.0.1:{d.port}/"

    def member(self, login):
        return next(m for m in self.d.ctl("member", "list")["items"]
                    if m["login"] == login)

    def approve(self):
        """By the chairman, of whom no change here is about."""
        items = self.api("GET", "/v1/changes").json["items"]
        for change in items:
            a = self.api("POST", f"/v1/changes/{change['id']}/approve", {})
            assert a.status == 200, a
        return items

    def api(self, method, path, body=None, who="boss"):
        return self.d.api(method, path, body, key=self.keys[who])

    def told(self):
        """What the leads are told that an admin did."""
        self.d.step("1s")
        return {a["subject"] for a in alarms(self.d, "alarm_admin_act")}


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={
            "agency_quota": 100000, "duty_phone": "0900 000 000"}) as d:
        yield Site(d)


def enter(s, browser, size="phone", at="#/admin", who="quantri"):
    p = Page(browser, s.url, size)
    p.login(who, s.word)
    p.wait("h2#due")
    p.do("goto", url=f"{s.url}{at}")
    p.wait("h2#duty")
    return p


# The page goes to what it says, gently.
STILL = """new Promise((done) => {
  const look = (was) => scrollY === was ? done(1)
    : setTimeout(look, 100, scrollY);
  look(-1);
})"""


def said(p, text):
    """It was said, and the page can be used again."""
    p.wait(f"#said :text('{text}')")
    p.gone("button:disabled")
    p.do("run", code=STILL)
