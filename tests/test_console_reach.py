"""The pages without a mouse, and on the smallest screen."""
import time

from console_site import Page, browser, s
from test_console import open_home

__all__ = ["browser", "s"]
# What has the focus: its name, and how far its ring stands out from what is
# behind it (WCAG 2.2, 1.4.11); 0 if there is none, or it is out of sight.
FOCUS = """(() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  let behind = e.parentElement;
  while (behind.parentElement && parts(getComputedStyle(behind)
    .backgroundColor)[3] === 0)
    behind = behind.parentElement;
  const [more, less] = [light(style.outlineColor),
    light(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
  const isSeen = style.outlineStyle !== "none" && box.bottom > 0 &&
    box.top < innerHeight && parseFloat(style.outlineWidth) >= 2;
  return { name: e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ??
    e.innerText, ring: isSeen ? (more + .05) / (less + .05) : 0 };
})()"""


def key(p, *keys):
    for k in keys:
        p.do("press", key=k)


def tab_to(p, name, most=60):
    """On every stop of the way one sees where one is."""
    for _ in range(most):
        key(p, "Tab")
        for _ in range(20):  # it scrolls there smoothly
            at = p.do("run", code=FOCUS)
            if at["ring"] > 0:
                break
            time.sleep(.1)
        assert at["ring"] >= 3, at
        if name in at["name"]:
            return
    raise AssertionError(f"no way to {name}")


def test_a_step_is_done_with_the_keyboard_alone(s, browser):
    code = s.open()
    with Page(browser, s.url) as p:
        p.wait("#login")
        tab_to(p, "Tên đăng nhập")
        p.do("type", text="canbo")
        tab_to(p, "Mật khẩu")
        p.do("type", text=s.word)
        key(p, "Enter")
        p.wait("h2#due")
        p.do("reload", at="h2#due")  # from the top
        tab_to(p, "Bỏ qua", 1)
        tab_to(p, "Đăng xuất")
        p.do("reload", at="h2#due")
        tab_to(p, "Bỏ qua", 1)
        key(p, "Enter")
        tab_to(p, "Cập nhật", 1)  # the header is behind
        tab_to(p, f"{code}")
        tab_to(p, "Tôi nhận việc này", 1)
        key(p, "Enter")
        p.wait("text=Đã ghi nhận")
        tab_to(p, code)
        key(p, "Enter")
        p.wait("h2#steps")
        tab_to(p, "Ghi nhận đã làm: Kiểm tra tính xác thực")
        key(p, "Enter")
        p.wait("form.step")
        tab_to(p, "Thông báo có đúng không")
        key(p, "ArrowDown")
        tab_to(p, "Lưu vào hồ sơ")
        key(p, "Enter")
        p.wait("#said .said")
        assert "Đã lưu vào hồ sơ" in p.text("#said")
    step, = [k for k in s.case(code)["clocks"] if k["step"] == "N05"]
    assert step["state"] == "done"


def test_nothing_is_cut_off_at_320_px(s, browser):
    """1.4.10: no page scrolls sideways there."""
    with open_home(s, browser, "small") as p:
        p.look("home-vi")
        p.do("goto", url=f"{s.url}#/case/{s.codes[0]}")
        p.wait("h2#steps")
        p.look("case-vi")
        p.do("goto", url=f"{s.url}#/case/{s.codes[0]}/form/3")
        p.wait("form h2")
        p.look("form3-vi")
