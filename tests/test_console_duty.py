"""Duty as each member has it on the page: a turn is swapped when the other one
agrees, leads see it; leave."""
import pytest

from console_day import Day, s as day, site
from console_site import both, browser

__all__ = ["browser", "day", "site"]


@pytest.fixture(scope="module")
def s(day):
    day.d.ctl("rotation", "set", "chinh", "--unit", "day", "--first",
              day.d.now, "--members", "canbo,canbo2")
    return day


def duty(p):
    p.show("duty")
    p.wait("h2:has-text('Ca trực của tôi')")


def ask(s, p, hours, back=None):
    """canbo asks canbo2 to stand in tomorrow."""
    duty(p)
    p.click("button[aria-label^='Xin đổi ca này'] >> nth=0")
    p.choose("#ask-with", "canbo2")
    for name, hour in zip(("from", "until"), hours):
        p.fill(f"#ask-{name}", f"2026-11-26T{hour}")
    if back:
        p.click("summary:has-text('Trực trả lại')")
        for name, at in zip(("back_from", "back_until"), back):
            p.fill(f"#ask-{name}", at)


def swaps(s):
    return [(w["asker"], w["other"], w["state"])
            for w in s.d.ctl("duty", "list")["swaps"]]


def test_a_turn_is_swapped_when_the_other_one_agrees(s, browser):
    with Day(s, browser, "canbo") as p:
        p.click("a:has-text('Ca trực, đổi trực, nghỉ')")
        p.wait("h2:has-text('Ca trực của tôi')")
        ask(s, p, ("08:00", "12:00"),
            ("2026-11-27T08:00", "2026-11-27T12:00"))
        both(p, "duty-ask")
        p.said("Gửi lời xin đổi", "Lịch CHƯA đổi")
        # Who asked cannot agree for the other one.
        assert p.count("button[aria-label^='Đồng ý đổi']") == 0
        assert "Chờ trả lời" in p.text("#main")
        p.look("duty-asked")
    assert swaps(s) == [("canbo", "canbo2", "asked")]
    s.d.step("1s")
    with Day(s, browser, "canbo2") as p:
        p.wait("text=Xin đổi ca trực")
        duty(p)
        assert "08:00, Thứ Năm, 26/11/2026" in p.text("#main")
        assert "Trực trả" in p.text("#main")
        p.look("duty-answer")
        p.said("Đồng ý đổi: canbo, canbo2", "Lịch trực đã đổi")
        assert "Hai bên đã đồng ý" in p.text("#main")
    assert swaps(s) == [("canbo", "canbo2", "agreed")]
    stands = [w["on_duty"] for w in s.d.ctl("duty", "list")["plan"]
              if w["from_at"] == "2026-11-26T08:00:00+07:00"]
    assert stands == [["canbo2"]]
    with Day(s, browser, "truongnhom") as p:
        p.show("lead")
        p.wait("h2#duty")
        card = p.text("li.card:has(h3:text('canbo đổi cho canbo2'))")
        assert "Hai bên đã đồng ý" in card


def test_a_swap_is_refused_or_withdrawn(s, browser):
    before = swaps(s)
    with Day(s, browser, "canbo") as p:
        ask(s, p, ("13:00", "14:00"))
        p.said("Gửi lời xin đổi", "Lịch CHƯA đổi")
        p.said("Rút lời xin đổi: canbo, canbo2", "Đã rút")
        assert swaps(s) == before
        ask(s, p, ("15:00", "16:00"))
        p.said("Gửi lời xin đổi", "Lịch CHƯA đổi")
    with Day(s, browser, "canbo2") as p:
        duty(p)
        p.said("Không đổi: canbo, canbo2", "không đổi")
    assert swaps(s) == before


def test_a_member_takes_leave_and_comes_back(s, browser):
    with Day(s, browser, "canbo2") as p:
        duty(p)
        p.click("summary:has-text('Báo nghỉ')")
        p.fill("#leave-from", "2026-12-01T07:00")
        p.fill("#leave-until", "2026-12-03T07:00")
        p.look("duty-leave")
        p.said("Báo nghỉ", "Đã ghi nhận nghỉ")
        mine, = [w for w in s.d.ctl("duty", "list")["leave"]
                 if w["login"] == "canbo2"]
        assert mine["from_at"] == "2026-12-01T07:00:00+07:00"
        p.click("button[aria-label^='Bỏ báo nghỉ']")
        p.wait("dialog[open]")
        p.look("duty-leave-end")
        p.said("Đồng ý: Bỏ báo nghỉ", "Đã lưu")
    assert s.d.ctl("duty", "list")["leave"] == []
