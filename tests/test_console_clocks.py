"""The clocks of the pages: they run, tell how urgent it is without a colour, and
none that may be another by now looks as if it were fresh."""
import time

import pytest

from console_site import Page, browser, s
from test_console import open_home

__all__ = ["browser", "s"]
MARKS = {"calm": "● Còn thời gian", "soon": "▲ Sắp đến hạn",
         "late": "■ Quá hạn"}
# Nobody touches the page for six minutes: it reads no cases by itself then.
IDLE = "{const n = Date.now; Date.now = () => n() + 360000}"
# The page asks every half second, not every 20.
OFTEN = """const every = setInterval;
globalThis.setInterval = (f, ms) => every(f, ms === 20000 ? 500 : ms);"""
# Nor does it ask by itself at all.
NEVER = OFTEN.replace("500", "2 ** 30")


def card(code, step):
    return f"li.edge:has-text('{step}'):has(a[href='#/case/{code}'])"


def names(s):
    a = s.d.api("GET", "/v1/alerts?limit=200", key=s.keys["officer"])
    return {one["id"] for one in a.json["items"]}


def verified_without_alert(s, code):
    """A colleague ends a step; no alert comes or goes."""
    before = names(s)
    s.do(code, "N05", "officer", verified="yes", acted_at=s.d.now)
    assert names(s) == before


def show(s, p, page, code):
    """Where a page shows clocks of a case, of which this is a step's."""
    if page == "home":
        return "#main .edge", card(code, "{}")
    if page == "case":
        p.do("goto", url=f"{s.url}#/case/{code}")
        p.wait("h2#steps")
        at = "section[aria-labelledby=steps] > ul > li"
    else:
        p.do("goto", url=f"{s.url}#/search")
        p.fill("#search-code", code)
        p.click("form[role=search] button[type=submit]")
        at = "#main .edge"
    return at, at + ":has-text('{}')"


@pytest.mark.parametrize("page", ["home", "case", "search"])
def test_a_clock_that_a_colleague_ended_is_never_fresh(s, browser, page):
    """Somebody looks: it is gone.  Nobody is there: it is called old, like all
    that was read before, and gone with the next touch."""
    code = s.open()
    with open_home(s, browser) as p:
        cards, of = show(s, p, page, code)
        p.wait(of.format("Kết nối Công an"))
        s.do(code, "N04", "officer", acted_at=s.d.now)
        p.gone(of.format("Kết nối Công an"))
        p.wait(cards)
        assert p.count(f"{cards} .level.old") == 0
        p.do("run", code=IDLE)
        p.wait(".banner")
        s.do(code, "N05", "officer", verified="yes", acted_at=s.d.now)
        p.gone(".banner")  # the daemon was heard
        assert p.count(f"{cards} .level.old") == p.count(f"{cards} .level") > 0
        for n in range(p.count(cards)):
            left = p.text(f"{cards} .left >> nth={n}")
            assert left.startswith("Hạn: "), left
        p.do("press", key="Shift")
        p.gone(f"{cards} .level.old")
        assert p.count(cards) > 0
        assert p.count(of.format("Kiểm tra tính xác thực")) == 0


def test_under_a_step_that_is_written_down_nothing_moves(s, browser):
    """Its clocks are called old until it is put away."""
    code = s.open()
    with open_home(s, browser) as p:
        at, of = show(s, p, "case", code)
        p.button("Ghi nhận đã làm: Kiểm tra tính xác thực")
        p.fill("#step-note", "Đang viết.")
        s.do(code, "N04", "officer", acted_at=s.d.now)
        p.wait(f"{at} .level.old")
        assert p.count(of.format("Kết nối Công an")) == 1
        assert p.do("run", code="document.querySelector('#step-note').value") \
            == "Đang viết."
        p.button("Thôi")
        p.gone(of.format("Kết nối Công an"))
        assert p.count(f"{at} .level.old") == 0


def test_without_events_it_asks(s, browser):
    """A proxy between may not let them through."""
    code = s.open()
    with Page(browser, s.url, first=OFTEN) as p:
        p.do("block", path="/v1/events")
        p.login("canbo", s.word)
        step = card(code, "Kiểm tra tính xác thực")
        p.wait(step)
        verified_without_alert(s, code)
        p.gone(step)
        p.do("run", code=IDLE)
        p.wait(".edge .level.old")
        p.gone(".banner")  # it asks on, but reads no cases
        assert p.count(".edge .level.old") == p.count(".edge .level") > 0
        p.do("press", key="Shift")
        p.gone(".edge .level.old")


def test_a_session_that_ended_before_news_were_heard_shows_nothing(s, browser):
    """Their stream is refused: that is asked about at once."""
    with Page(browser, s.url, first=NEVER) as p:
        p.do("hold", path="/v1/events")
        p.login("canbo", s.word)
        p.wait("h2#due")
        s.d.step("16m")
        p.do("go")
        p.wait("#password")
        assert "Phiên làm việc đã hết" in p.text("#main")


def test_offline_and_back_by_itself(s, browser):
    """What came and what was done meanwhile is seen."""
    code = s.open()
    with open_home(s, browser) as p:
        step = card(code, "Kiểm tra tính xác thực")
        p.wait(step)
        p.do("offline", on=True)
        p.wait(".banner")
        verified_without_alert(s, code)
        new = s.open()
        p.do("offline", on=False)
        p.gone(".banner")
        p.gone(step)
        p.wait(f"text={new}")
        p.gone(".edge .level.old")


def test_a_clock_runs_from_calm_to_late(s, browser):
    """It has five hours: of these a quarter is left, then none."""
    s.d.set_clock("2026-11-25T06:00:00+07:00")
    code = s.open(source={"channel": "phone", "received_at": s.d.now})
    for at, how, left in (("07:00:30", "calm", "còn 3 giờ 59 phút"),
                          ("09:39:30", "calm", "còn 1 giờ 20 phút"),
                          ("09:45:30", "soon", "còn 1 giờ 14 phút"),
                          ("10:29:30", "soon", "còn 30 phút"),
                          ("11:01:00", "late", "quá 1 phút")):
        s.d.set_clock(f"2026-11-25T{at}+07:00")
        with open_home(s, browser) as p:
            one = card(code, "Kiểm tra tính xác thực")
            while p.count(one) == 0:
                n = p.count("#main .edge")
                p.button("Xem thêm")
                p.wait(f"#main .edge >> nth={n}")  # the next page came
            assert p.count(f"{one}.{how}") == p.count(f"{one} .level.{how}") == 1
            assert p.text(f"{one} .level") == MARKS[how]
            first = p.text(f"{one} .left")
            assert first.startswith(left)
            if "giờ" not in left:  # its seconds are told
                time.sleep(2)
                assert p.text(f"{one} .left") != first
