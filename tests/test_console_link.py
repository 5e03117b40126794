"""The page behind an alert's link, in a browser: one button, once."""
import re

import pytest

from case_site import FULL, Site
from console_site import Page, browser
from hotline import Daemon

__all__ = ["browser"]
NAME = "Trẻ Thử Nghiệm Không Lộ"


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


def links(s):
    """Where to the phones of the team were sent, on this machine."""
    text = "".join(p.read_text() for p in
                   sorted((s.d.folder / "spool/out").iterdir()))
    return [f"http://127.0.0.1:{s.d.port}/a/{t}" for t in
            dict.fromkeys(re.findall(r"/a/([0-9a-f]{32})", text))]


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_an_alerts_link_takes_one_tap(s, browser, size):
    code = s.open(children=[{"name": NAME, "place": "Tổ Thử 1"}])
    s.d.step("1m")
    for url in reversed(links(s)):
        if s.d.api("GET", url[url.index("/a/"):]).status == 200:
            break
    waits = s.d.ctl("alert", "list")["items"]
    with Page(browser, url, size) as p:
        # Looked at, and by what looks ahead of people: nothing has happened.
        assert "sẽ xử lý" in p.text("main")
        p.do("reload", at="h1")
        assert s.d.ctl("alert", "list")["items"] == waits
        for told in (NAME, code, "canbo", "Tổ Thử"):
            assert told not in p.do("content")
        p.look("alert-link")
        p.click("button")
        p.wait("p:not(:has-text('sẽ xử lý'))")
        assert p.count("button") == 0
        p.look("alert-link-done")
        # The second tap of somebody who goes back.
        p.do("goto", url=url)
        assert p.count("button") == 0
        p.look("alert-link-again")
    assert any(e["act"] == "alert.acked" for e in s.events(code))
