"""The admin's page: members, where they are reached, duty, drills."""
import re

from admin_site import SIZES, enter, s, said
from case_site import NOW
from console_site import both, browser
from login_site import Browser, code_at, enrol, password

__all__ = ["browser", "s"]


def open_member(p, login):
    p.click(f"button[aria-label='Thay đổi: {login}']")
    p.wait("#edit-name")


# ---- Members ----

@SIZES
def test_a_member_is_changed_by_two(s, browser, size):
    name = f"Người Thử {size}"
    with enter(s, browser, size) as p:
        open_member(p, "doi")
        assert p.do("run", code="document.querySelector("
                                "'#edit-roles-officer').checked") is True
        both(p, "admin-member")
        p.button("Lưu thay đổi")
        said(p, "Không có gì thay đổi")
        p.fill("#edit-name", name)
        p.check("#edit-roles-health")
        p.button("Lưu thay đổi")
        said(p, "CHƯA có hiệu lực")
        assert s.member("doi")["roles"] == "officer"
        change, = s.approve()
        assert change["asked"]["name"] == name
        assert sorted(change["asked"]) == ["name", "roles"], "no more than that"
        assert s.member("doi")["roles"].split() == ["officer", "health"]
        # Nobody is found or kept out by quiet hours: told, and at once.
        open_member(p, "doi")
        p.fill("#edit-quiet", "22:00-06:00")
        p.button("Lưu thay đổi")
        said(p, "Đã lưu")
        assert s.member("doi")["quiet"] == "22:00-06:00"
        assert "member_set" in s.told()
        open_member(p, "doi")
        p.fill("#edit-quiet", "")
        p.button("Lưu thay đổi")
        said(p, "Đã lưu")
        assert s.member("doi")["quiet"] == ""
    s.d.ctl("member", "set", "doi", "--role", "officer", "--name", "Đổi")


def test_an_address_is_added_proved_and_taken_away(s, browser):
    with enter(s, browser) as p:
        open_member(p, "doi")
        p.click("summary:text('Thêm nơi nhận')")
        p.choose("#address-channel", "sms")
        p.fill("#address-address", "0911222333")
        p.look("admin-address")
        p.click("button:text-is('Thêm nơi nhận')")
        said(p, "CHƯA có hiệu lực")
        assert "911222333" not in p.text("body"), "nobody reads it again"
        s.approve()
        s.d.step("1m")
        code = next(re.search(r"OK (\w{6})", t)[1] for t in (
            f.read_text() for f in (s.d.folder / "spool/out").iterdir())
            if "911222333" in t.split("\n\n")[0])
        p.button("Thay đổi: doi")
        p.button("Thay đổi: doi")
        p.wait("text=Chờ nhập mã")
        p.look("admin-address-waits")
        p.fill("input[id^=code-]", code.lower())
        p.button("Xác minh")
        said(p, "Đã xác minh")
        assert s.member("doi")["addresses"] == 2
        p.click("button[aria-label='Bỏ nơi nhận: sms …333']")
        p.wait("dialog")
        p.button("Không, quay lại")
        p.gone("dialog")
        assert s.member("doi")["addresses"] == 2
        p.click("button[aria-label='Bỏ nơi nhận: sms …333']")
        p.button("Đồng ý: Bỏ nơi nhận")
        said(p, "Đã bỏ")
    assert s.member("doi")["addresses"] == 1
    assert "address.remove" in s.told()


@SIZES
def test_what_cannot_be_undone_asks_first(s, browser, size):
    with enter(s, browser, size) as p:
        open_member(p, "doi")
        at = "button[aria-label='Ngừng thành viên: doi']"
        p.click(at)
        p.wait("dialog[open]")
        both_in_dialog(p, "admin-sure")
        # "No" has the focus, Tab goes no further than the two, Esc is no.
        assert p.do("run", code="document.activeElement.textContent") \
            == "Không, quay lại"
        p.do("press", key="Tab")
        assert p.do("run", code="document.activeElement.textContent") \
            == "Đồng ý: Ngừng thành viên"
        p.do("press", key="Escape")
        p.gone("dialog")
        assert p.do("run", code=f"document.activeElement.matches({at!r})")
        p.do("press", key="Enter")
        p.wait("dialog[open]")
        p.do("press", key="Enter")  # on "no"
        p.gone("dialog")
    assert s.member("doi")["state"] == "active"


def both_in_dialog(p, name):
    p.look(f"{name}-vi")
    assert p.do("run", code="getComputedStyle(document.querySelector('dialog'))"
                            ".display") == "block"


def test_a_password_is_reset(s, browser):
    old = password(s.d, "canbo")
    with enter(s, browser) as p:
        open_member(p, "canbo")
        p.button("Mật khẩu mới: canbo")
        p.button("Đồng ý: Mật khẩu mới")
        p.wait("#once")
        new = p.text("section code")
        p.look("admin-password")
        assert Browser(s.d).login("canbo", old).status == 201, "it waits"
        assert Browser(s.d).login("canbo", new).status == 401
        p.do("goto", url=f"{s.url}#/")
        p.wait("h2#due")
        p.do("goto", url=f"{s.url}#/admin")
        p.wait("h2#duty")
        assert new not in p.text("body"), "shown once"
    s.approve()
    s.d.step("2h")
    assert Browser(s.d).login("canbo", old).status == 401
    assert Browser(s.d).login("canbo", new).status == 201


def test_a_second_factor_is_reset(s, browser):
    b, word, secret = enrol(s.d, "doi")
    assert b.call("POST", "/v1/me/totp/confirm",
                  {"code": code_at(secret, s.d)}).status == 204
    with enter(s, browser) as p:
        open_member(p, "doi")
        p.button("Bỏ mã xác thực: doi")
        p.button("Đồng ý: Bỏ mã xác thực")
        said(p, "CHƯA có hiệu lực")
    assert Browser(s.d).login("doi", word).json["code"] == "totp_needed"
    s.approve()
    assert Browser(s.d).login("doi", word).status == 201


def test_a_member_is_stopped_and_the_leads_are_told(s, browser):
    d = s.d
    d.member("roi", "officer", sms="0900000007")
    word = password(d, "roi")
    assert "member.stop" not in s.told()
    with enter(s, browser) as p:
        open_member(p, "roi")
        p.button("Ngừng thành viên: roi")
        p.button("Đồng ý: Ngừng thành viên")
        said(p, "Đã ngừng")
        assert p.count("button[aria-label='Thay đổi: roi']") == 0
    assert s.member("roi")["state"] == "stopped"
    assert Browser(d).login("roi", word).status == 401
    assert "member.stop" in s.told()
    # A row of theirs that waits for an answer, and a message.
    mine = s.api("GET", "/v1/alerts?limit=200", who="lead").json["items"]
    assert "alarm_admin_act" in {a["kind"] for a in mine}
    d.step("1m")
    sent = [f.read_text() for f in (d.folder / "spool/out").iterdir()]
    assert any("900000003" in t.split("\n\n")[0] and "member.stop" in t
               for t in sent)


def test_a_drill_is_begun(s, browser):
    with enter(s, browser) as p:
        p.button("Bắt đầu diễn tập")
        said(p, "Đã gửi tin diễn tập")
        rows = p.text("#drills ~ ul")
        p.look("admin-drill")
    drills = s.d.ctl("drill", "list")["items"]
    assert {"canbo", "truongnhom", "chutich"} <= {d["who"] for d in drills}
    assert all(d["who"] in rows for d in drills)


# ---- Duty ----

@SIZES
def test_a_gap_is_shown(s, browser, size):
    """From 20:00 on the 28th nobody is on duty; until 6:00 on the 30th nobody
    is there whom a rung that names the vice chairman alone could call."""
    was, = s.d.ctl("duty", "list")["duty"]
    with enter(s, browser, size) as p:
        assert "Không có khoảng trống" in p.text("#main")
        assert "KHÔNG CÓ AI TRỰC" not in p.text("#main")
    s.d.ctl("duty", "remove", was["id"])
    cover = s.d.ctl("duty", "add", "canbo", NOW, "2026-11-28T20:00:00+07:00")
    leave = s.d.ctl("leave", "add", "phochutich", "2026-11-28T20:00:00+07:00",
                    "2026-11-30T06:00:00+07:00")
    with enter(s, browser, size) as p:
        p.wait("h3:text-is('Khoảng trống (2)')")
        gaps = p.text("h3:text('Khoảng trống') + ul")
        nobody = "KHÔNG CÓ AI TRỰC\n\nTừ 20:00, Thứ Bảy, 28/11/2026 đến"
        assert nobody in gaps and "■ Không liên lạc được ai" in gaps
        assert ("Từ 20:00, Thứ Bảy, 28/11/2026 đến 06:00, Thứ Hai, 30/11/2026"
                in gaps)
        assert "Không ai trong số: phó chủ tịch" in gaps
        plan = p.text("h3:text('Hai tuần tới') + ul")
        assert nobody in plan
        assert "Không có khoảng trống" not in p.text("#main")
        both(p, "admin-gap")
    s.d.ctl("leave", "remove", leave["id"])
    s.d.ctl("duty", "remove", cover["id"])
    s.d.ctl("duty", "add", "canbo", was["from_at"], was["until_at"])


def test_a_rotation_is_made_changed_and_ended(s, browser):
    was, = s.d.ctl("duty", "list")["duty"]
    s.d.ctl("duty", "remove", was["id"])
    with enter(s, browser, "desk") as p:
        p.button("Thêm lịch luân phiên")
        p.fill("#rotation-name", "truc-dem")
        p.choose("#rotation-unit", "day")
        p.fill("#rotation-first", "2026-11-20T08:00")
        for n, login in enumerate(("canbo", "doi", "canbo")):
            p.choose(f"#turn-{n}", login)
        both(p, "admin-rotation")
        p.button("Lưu lịch")
        said(p, "Đã lưu")
        both(p, "admin-rotations")
        r, = s.d.ctl("duty", "list")["rotations"]
        assert (r["name"], r["unit"], r["first_at"], r["members"]) == (
            "truc-dem", "day", "2026-11-20T08:00:00+07:00",
            ["canbo", "doi", "canbo"])
        p.button("Sửa lịch luân phiên: truc-dem")
        p.choose("#turn-2", "")
        p.choose("#rotation-unit", "week")
        p.button("Lưu lịch")
        said(p, "Đã lưu")
        r, = s.d.ctl("duty", "list")["rotations"]
        assert (r["unit"], r["members"]) == ("week", ["canbo", "doi"])
        assert r["first_at"] == "2026-11-20T08:00:00+07:00"
        p.button("Kết thúc lịch: truc-dem")
        p.button("Đồng ý: Kết thúc lịch")
        said(p, "Đã kết thúc lịch")
        p.wait("h3:text-is('Khoảng trống (1)')")
    assert s.d.ctl("duty", "list")["rotations"] == []
    s.d.ctl("duty", "add", "canbo", was["from_at"], was["until_at"])
