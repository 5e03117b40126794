"""A session that ends while somebody writes: nothing typed is lost, and nothing
stays in clear."""
from casework import approved
from console_day import MODULE, Day, s, site
from console_site import browser
from test_console import open_home
from test_console_forms import form, show, value

__all__ = ["browser", "s", "site"]
TYPED = "Điều rất riêng, vừa gõ xong."
OTHER = "Điều riêng khác."
# What the page still has of it, in what people see and in its modules.
LEFT = """(async () => {
  const { sheet } = await import(FORM), { shown } = await import(CASE);
  return document.documentElement.outerHTML + JSON.stringify([sheet, shown]) +
    JSON.stringify({ ...localStorage, ...sessionStorage });
})()""".replace("FORM", MODULE.format("form_file.mjs")) \
    .replace("CASE", MODULE.format("case_file.mjs"))


# The session ends within the 15 seconds after which a draft is saved.
SOON = """const later = setTimeout;
globalThis.setTimeout = (f, ms) => ms === 15000 ? 0 : later(f, ms);"""


def run_out(s, p):
    """The phone sleeps: no news that rings meanwhile keeps the session alive."""
    p.do("offline", on=True)
    s.d.step("16m")
    p.do("offline", on=False)
    p.wait("#password")
    p.wait("text=niêm phong")
    left = p.do("run", code=LEFT)
    assert TYPED not in left and OTHER not in left


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


# ---- What is no draft: notes, steps, any form of a page ----

PUT_BACK = "#main .said:has-text('Đã đặt lại')"
def shown(p, at):
    return p.do("run", code=f"document.querySelector('{at}').value")


def again(s, p, who="canbo"):
    p.login(who, s.words[who])
    p.wait(PUT_BACK)



def test_a_note_and_a_step_outlive_the_session(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.fill("#note", TYPED)
        p.begin("Kiểm tra tính xác thực")
        p.choose("#step-verified", "yes")
        p.fill("#step-note", OTHER)
        began = shown(p, "#step-acted_at")
        run_out(s, p)
        again(s, p)
        assert (shown(p, "#note"), shown(p, "#step-note"),
                shown(p, "#step-verified"), shown(p, "#step-acted_at")) == \
            (TYPED, OTHER, "yes", began)
        p.look("session-case-put-back")
        p.keep()
        assert shown(p, "#note") == TYPED
        p.said("Lưu ghi chú", "Đã lưu ghi chú")
        p.show("search")
        p.wait("#search-code")
        assert p.count(PUT_BACK) == 0
    notes = s.d.api("GET", f"/v1/cases/{code}/notes", key=s.keys["officer"])
    assert [n["text"] for n in notes.json["items"]] == [TYPED]
    act, = [e for e in s.events(code) if e.get("done", {}).get("step") == "N05"]
    assert act["body"]["note"] == OTHER


def test_a_note_that_is_sent_too_late_is_sent_once(s, browser):
    """Nobody told the page that the session is over: it hears when it saves."""
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.fill("#note", TYPED)
        for path in ("/v1/me", "/v1/alerts*"):
            p.do("block", path=path)
        s.d.step("16m")
        p.button("Lưu ghi chú")
        p.wait("text=niêm phong")
        for path in ("/v1/me", "/v1/alerts*"):
            p.do("unblock", path=path)
        again(s, p)
        assert shown(p, "#note") == TYPED
        p.said("Lưu ghi chú", "Đã lưu ghi chú")
        assert shown(p, "#note") == ""
    notes = s.d.api("GET", f"/v1/cases/{code}/notes", key=s.keys["officer"])
    assert [n["text"] for n in notes.json["items"]] == [TYPED]


def test_rows_and_what_is_shared_come_back(s, browser):
    """Forms that draw more of themselves while they are filled in."""
    code = approved(s)
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.begin("Gửi quyết định, kế hoạch")
        p.click("form.step button:has-text('Thêm: ')")
        p.fill("#step-recipients-1-name", TYPED)
        p.click("text=Chuyển gửi mới")
        p.fill("#refer-reason", OTHER)
        p.check("#share-name")
        p.choose("#ground-name", "consent")
        p.check("#by-name-child")
        run_out(s, p)
        again(s, p)
        assert shown(p, "#step-recipients-1-name") == TYPED
        assert shown(p, "#refer-reason") == OTHER
        assert shown(p, "#ground-name") == "consent"
        for box in ("#share-name", "#by-name-child"):
            assert p.count(f"{box}:checked") == 1, box


def test_the_chairmans_reason_comes_back(s, browser):
    code = s.open()
    with Day(s, browser, "chutich") as p:
        p.approvals(code, "Kết luận khẩn cấp hay không")
        p.fill("#agree-reason", TYPED)
        run_out(s, p)
        again(s, p, "chutich")
        assert shown(p, "#agree-reason") == TYPED


def test_a_step_that_somebody_else_did_leaves_its_words(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.fill("#note", OTHER)
        p.begin("Kiểm tra tính xác thực")
        p.fill("#step-note", TYPED)
        run_out(s, p)
        s.do(code, "N05", "officer", acted_at=s.d.now)
        again(s, p)
        assert p.count("form.step") == 0
        assert shown(p, "#note") == f"{OTHER}\n{TYPED}"


def test_a_note_is_for_nobody_else_and_not_kept_after_logout(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.fill("#note", TYPED)
        run_out(s, p)
        p.login("truongnhom", s.words["truongnhom"])
        p.wait("#note")
        assert shown(p, "#note") == "" and p.count(PUT_BACK) == 0
        p.fill("#note", OTHER)
        p.button("Đăng xuất")
        p.wait("#password")
        assert "niêm phong" not in p.text("body")
        assert OTHER not in p.do("run", code=LEFT)
        for who in ("truongnhom", "canbo"):
            p.login(who, s.words[who])
            p.wait("h2#due")
            p.case(code)
            assert shown(p, "#note") == "" and p.count(PUT_BACK) == 0
            p.button("Đăng xuất")
            p.wait("#password")
