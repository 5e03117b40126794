"""The pages of leads, chairmen and admins: load, duty, approvals, keys."""
import pytest

from case_site import PAPER
from console_site import LONG, Page, both, browser, s as site
from login_site import password

__all__ = ["browser", "site"]
PROBE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


@pytest.fixture(scope="module")
def s(site):
    """Everybody can log in; an agency and a member are probes."""
    d = site.d
    d.member("quantri", "admin", sms="0900000008")
    d.member("doi", "officer", sms="0900000009")
    d.ctl("member", "set", "truongnhom", "--name", LONG)
    site.words = {who: password(d, who) for who in
                  ("canbo", "truongnhom", "chutich", "quantri")}
    for login, name in (("canbo2", PROBE[:99]), ("doi", "Đổi " + LONG[:60])):
        d.ctl("member", "set", login, "--name", name)
    return site


def enter(s, browser, who, at, size="phone"):
    p = Page(browser, s.url, size)
    p.login(who, s.words[who])
    p.wait("h2#due")
    p.do("goto", url=f"{s.url}{at}")
    return p


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_lead_sees_load_and_duty(s, browser, size):
    with enter(s, browser, "truongnhom", "#/lead", size) as p:
        p.wait("h2#load")
        assert LONG in p.text("#main") and PROBE[:99] in p.text("#main")
        assert p.count("#main img") == p.count("#main script") == 0
        both(p, f"lead-{size}")


def test_pages_are_for_their_roles(s, browser):
    with enter(s, browser, "canbo", "#/lead") as p:
        p.wait("#main .fault")
        assert "không dành cho vai trò" in p.text("#main")
        assert p.count("nav.pages") == 0
        p.do("goto", url=f"{s.url}#/admin")
        p.wait("h1:text('Quản trị')")
        assert p.count("#main .card") == 0
        p.look("page-refused")
    with enter(s, browser, "chutich", "#/approvals") as p:
        p.wait("nav.pages")
        assert p.count("nav.pages a") == 3


def test_a_lead_gives_a_late_case_to_somebody_else(s, browser):
    s.d.step("26h")
    with enter(s, browser, "truongnhom", "#/lead") as p:
        p.wait("h2#lapses")
        name = p.text("#lapses ~ ul a >> nth=0")
        code = name.split()[-1]
        p.click(f"button[aria-label='Giao người khác: vụ việc {code}']")
        p.choose("#assign-member", "doi")
        p.fill("#assign-reason", "Người cũ nghỉ phép.")
        p.look("lead-assign")
        p.button("Giao vụ việc")
        p.wait("#said .said")
    assert s.case(code)["assignee"] == "doi"


def test_a_lead_gives_a_case_away_from_its_own_page(s, browser):
    code = s.open()
    with enter(s, browser, "truongnhom", f"#/case/{code}") as p:
        p.wait("h2#steps")
        p.button("Giao người khác")
        p.wait("#assign-member")
        p.choose("#assign-member", "doi")
        p.fill("#assign-reason", "Ở gần trẻ hơn.")
        p.look("case-assign")
        p.button("Giao vụ việc")
        p.wait("#said :text('Đã giao')")
    assert s.case(code)["assignee"] == "doi"


def test_a_lead_swaps_duty(s, browser):
    with enter(s, browser, "truongnhom", "#/lead") as p:
        p.wait("h2#duty")
        p.click("summary:text('Ghi nhận đổi trực')")
        p.choose("#swap-member", "canbo")
        p.choose("#swap-with", "doi")
        day = s.d.now[:10]
        p.fill("#swap-from", f"{day}T20:00")
        p.fill("#swap-until", f"{day}T23:00")
        p.look("lead-swap")
        p.button("Đổi trực")
        p.wait("#said .said")
        assert "Đã đổi trực" in p.text("#said")
    swap, = s.d.ctl("duty", "list")["swaps"]
    assert (swap["asker"], swap["other"], swap["state"]) == \
        ("canbo", "doi", "agreed")


def test_the_chairman_agrees_then_issues(s, browser):
    code = s.open()
    with enter(s, browser, "chutich", "#/approvals", "desk") as p:
        p.wait("h2:text('Chờ quyết định')")
        at = f"button[aria-label^='Xem hồ sơ'][aria-label$='{code}']"
        p.click(at)
        p.wait("#agree-emergency")
        both(p, "approvals")
        p.choose("#agree-emergency", "no")
        p.fill("#agree-reason", PROBE)
        p.button("Tôi đồng ý")
        p.wait("#paper-number")
        assert s.case(code)["approvals"][-1]["state"] == "agreed"
        for name in ("number", "signer", "office", "scan"):
            p.fill(f"#paper-{name}", PAPER[name])
        p.fill("#paper-date", s.d.now[:10])
        p.choose("#paper-signature", "hand")
        p.look("approvals-paper")
        p.button("Ghi nhận văn bản")
        p.wait("#said .said")
        assert "Đã ghi nhận văn bản" in p.text("#said")
    assert s.case(code)["approvals"][-1]["state"] == "issued"


def test_a_refusal_has_a_reason(s, browser):
    code = s.open()
    with enter(s, browser, "chutich", "#/approvals") as p:
        p.wait("h2:text('Chờ quyết định')")
        p.click(f"button[aria-label^='Xem hồ sơ'][aria-label$='{code}']")
        p.click("summary:text('Không đồng ý')")
        p.fill("#refuse-reason", "Thiếu biên bản xác minh.")
        p.button("Trả lại kèm lý do")
        p.wait("#said .said")
        p.look("approvals-refused")
    assert s.case(code)["approvals"][-1]["state"] == "refused"


def test_a_member_is_void_until_a_second_person_approves(s, browser):
    with enter(s, browser, "quantri", "#/admin") as p:
        p.wait("h2#members")
        p.click("summary:text('Thêm thành viên')")
        p.fill("#member-login", "moitinh")
        p.fill("#member-name", PROBE)
        p.check("#member-roles-lead")
        p.button("Thêm")
        p.wait("#said .said")
        assert "CHƯA có hiệu lực" in p.text("#said")
        assert "moitinh" in p.text("#changes ~ ul")
        assert p.count("button:text-is('Đồng ý')") == 0
        p.look("admin-waits")
    assert s.d.ctl_raw("member", "token", "moitinh").returncode != 0
    with enter(s, browser, "truongnhom", "#/lead") as p:
        p.wait("h2#changes")
        p.click("button[aria-label='Đồng ý: Thêm thành viên moitinh']")
        p.wait("#said .said")
        assert PROBE in p.text("#load ~ ul")
        assert p.count("#main img") == 0
    assert "moitinh" in [m["login"] for m in
                         s.d.ctl("member", "list")["items"]]


def test_a_key_is_rotated_shown_once_and_the_old_one_dies(s, browser):
    old = s.school
    with enter(s, browser, "quantri", "#/admin", "desk") as p:
        p.wait("h2#agencies")
        p.click("#agencies ~ ul > li:has-text('truong1') > p > button")
        p.wait("h4")
        both(p, "admin")
        p.button("Tạo khóa mới")
        p.wait("#once")
        new = p.text("section code")
        assert new.startswith("hla_")
        p.look("admin-key")
        for key in (old, new):
            assert s.d.api("POST", "/v1/heartbeat", {}, key=key).status == 204
        p.click("button[aria-label^='Thu hồi'] >> nth=0")
        p.button("Đồng ý: Thu hồi")
        p.wait("#said :text('Đã thu hồi')")
        p.button("Đã chép, ẩn đi")
        p.gone("#once")
        assert new not in p.text("body")
    assert s.d.api("POST", "/v1/heartbeat", {}, key=old).status == 401
    assert s.d.api("POST", "/v1/heartbeat", {}, key=new).status == 204
    s.school = new
