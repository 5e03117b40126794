"""A session that ends while somebody writes: nothing typed is lost, and nothing
stays in clear."""
from console_day import MODULE, Day, s, site
from console_site import browser
from test_console import open_home
from test_console_forms import form, show, value

__all__ = ["browser", "s", "site"]
TYPED = "Điều rất riêng, vừa gõ xong."
# What the page still has of it, in what people see and in its modules.
LEFT = """(async () => {
  const { sheet } = await import(MODULE);
  return document.documentElement.outerHTML + JSON.stringify(sheet) +
    JSON.stringify({ ...localStorage, ...sessionStorage });
})()""".replace("MODULE", MODULE.format("form_file.mjs"))


# The session ends within the 15 seconds after which a draft is saved.
SOON = """const later = setTimeout;
globalThis.setTimeout = (f, ms) => ms === 15000 ? 0 : later(f, ms);"""


def run_out(s, p):
    s.d.step("16m")
    p.do("run", code="document.dispatchEvent(new Event('visibilitychange'))")
    p.wait("#password")
    p.wait("text=niêm phong")
    assert TYPED not in p.do("run", code=LEFT)


def test_what_was_typed_when_the_session_ended_is_saved_by_the_next(
        s, browser):
    code = s.open()
    with Day(s, browser, "canbo", first=SOON) as p:
        show(s, p, code, 3)
        p.fill("[name=needs]", TYPED)
        run_out(s, p)
        p.look("session-held")
        p.login("canbo", s.words["canbo"])
        p.wait("text=Bản nháp do canbo lưu")
        assert value(p, "needs") == TYPED
        assert "trước khi hết phiên" in p.text("#said")
        p.look("session-put-back")
    assert form(s, code, "M03")[1]["needs"] == TYPED


def test_somebody_elses_login_opens_nothing(s, browser):
    code = s.open()
    with Day(s, browser, "canbo", first=SOON) as p:
        show(s, p, code, 3)
        p.fill("[name=needs]", TYPED)
        run_out(s, p)
        p.login("truongnhom", s.words["truongnhom"])
        p.wait("form h2")
        assert value(p, "needs") == ""
        p.button("Đăng xuất")
        p.wait("#password")
        p.login("canbo", s.words["canbo"])
        p.wait("h2#due")
        show(s, p, code, 3)
        assert value(p, "needs") == ""
        assert TYPED not in p.do("run", code=LEFT)


def test_a_logout_leaves_nothing_to_put_back(s, browser):
    code = s.open()
    with Day(s, browser, "canbo", first=SOON) as p:
        show(s, p, code, 3)
        p.do("block", path="/forms/M03")
        p.fill("[name=needs]", TYPED)
        p.button("Đăng xuất")
        p.wait("#password")
        assert "niêm phong" not in p.text("body")
        assert TYPED not in p.do("run", code=LEFT)


def test_a_draft_is_saved_when_the_phone_is_put_away(s, browser):
    """It may sleep until the session is over."""
    code = s.open()
    with Day(s, browser, "canbo", first=SOON) as p:
        show(s, p, code, 3)
        p.fill("[name=needs]", TYPED)
        p.do("run", code="""{
          Object.defineProperty(document, "hidden", { value: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""")
        p.wait("text=Bản nháp do canbo lưu")
    assert form(s, code, "M03")[1]["needs"] == TYPED


def test_a_logout_without_a_connection_is_told_later(s, browser):
    """As soon as there is one, and before a page shows anything again."""
    def is_out(p):
        return p.do("run", code="fetch('/v1/me').then((a) => a.status)") == 401
    with open_home(s, browser) as p:
        p.do("offline", on=True)
        p.button("Đăng xuất")
        p.wait("text=sẽ báo khi có mạng lại")
        p.do("offline", on=False)
        p.wait("text=Không còn dữ liệu nào")
        assert is_out(p)
    with open_home(s, browser) as p:
        p.do("block", path="/v1/session")
        p.button("Đăng xuất")
        p.wait("#password")
        assert not is_out(p)
        p.do("reload", at="#password")  # it does not get through yet
        assert p.count("h2#due") == 0
        p.do("unblock", path="/v1/session")
        p.do("reload", at="#password")
        assert is_out(p)
        assert p.do("run", code="localStorage.getItem('logout')") is None
