"""The page /refer without a link: an agency's member logs in."""
import re
import sqlite3

import pytest

from console_site import Page, browser
from hotline import copy_of
from login_site import password
from refer_phone import (LOSE, STORY, code_of_case, kept, s, send,
                         send_unheard, until_away, write)

__all__ = ["browser", "s"]


def sessions(d):
    """Which are open."""
    with sqlite3.connect(copy_of(d)) as db:
        return [row[0] is None for row in
                db.execute("SELECT ended_at FROM session")]


@pytest.fixture(scope="module")
def word(s):
    s.d.member("giaovien", "school", sms="0900000009", token=False)
    return password(s.d, "giaovien")


def sign_in(p, word, then="Bạn gửi với tên đăng nhập giaovien",
            agency="truong1"):
    p.fill("#login", "giaovien")
    p.fill("#password", word)
    p.fill("#agency", agency)
    p.click("form button.main")
    p.wait(f"text={then}")


def referrals(s):
    """How many came in."""
    with sqlite3.connect(copy_of(s.d)) as db:
        return db.execute("SELECT count(*) FROM referral").fetchone()[0]


def test_a_login_s_lost_answer_made_a_second_incident(s, browser, word):
    """The key of a member's notification was not heeded."""
    before = referrals(s)
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word)
        write(p)
        keys = send_unheard(p)
        assert len(keys) == 3 and keys[1] == keys[2]
    assert referrals(s) == before + 1


def test_a_login_s_receipt_named_no_phone_and_no_state(s, browser, word):
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word)
        write(p)
        code = send(p)
        text = p.text(".receipt")
        assert "0900 000 000" in text
        later = re.search(r"http\S+#r\.\S+", text)[0]
        p.button("Giữ phiếu trên máy này")
        assert p.count("role=button[name='Sao chép địa chỉ xem tình trạng']")
    with Page(browser, later.replace("https://hotline.example.test",
                                     s.base)) as p:
        p.wait("text=Đã có người phụ trách")
        assert code in p.text(".receipt")


def test_a_login_deleted_the_draft_that_was_kept(s, browser, word):
    """It was not offered, and the first key typed took it away."""
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word)
        write(p)
        p.click("text=Giữ bản nháp trên máy này")
        p.do("goto", url="about:blank")
        p.do("goto", url=s.base + "/refer")
        sign_in(p, word, "Có bản nháp")
        p.button("Gửi tin")
        assert p.do("run", code="document.querySelector('#narrative').value") \
            == STORY
        p.fill("#place", "Tổ dân phố Thử Nghiệm 1")
        assert "refer.draft" in kept(p)
        send(p)
        assert kept(p) == {}


def test_a_draft_sent_by_another_says_that_it_may_be_there(s, browser, word):
    """It went by a link, and its answer was lost; then one logs in."""
    with Page(browser, s.link()) as p:
        write(p)
        p.click("text=Giữ bản nháp trên máy này")
        p.do("run", code=LOSE % "n++ > 0")
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        p.do("goto", url="about:blank")
        p.do("goto", url=s.base + "/refer")
        sign_in(p, word, "Có bản nháp")
        assert "chưa rõ đã tới chưa" in p.text("main")
        assert p.count("role=button[name='Gửi lại ngay']") == 0
        p.look("refer-draft-maybe-vi")
        p.do("goto", url="about:blank")
        p.do("goto", url=s.link())  # another one of the same school
        p.wait("text=Có bản nháp")
        assert "chưa rõ" not in p.text("main")
        before = referrals(s)
        p.button("Gửi lại ngay")
        p.wait(".receipt")
        assert referrals(s) == before and kept(p) == {}


def test_a_login_that_ends_was_told_that_its_link_is_over(s, browser, word):
    """It logs in again, and what was on its way is sent, once."""
    before = referrals(s)
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word)
        write(p)
        p.do("run", code=LOSE % "n++ > 0 && !window.hears")
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        s.d.step("13h")
        p.do("run", code="window.hears = true")
        p.wait(".wrong")
        assert "đăng nhập đã hết" in p.text(".wrong")
        assert "CHƯA" in p.text(".wrong")
        p.look("refer-session-over-vi")
        p.fill("#password", word)
        p.click("form button.main")
        p.wait(".receipt")
    assert referrals(s) == before + 1


def test_a_wrong_code_of_the_agency_was_not_named(s, browser, word):
    """Nothing was marked, and there was no place to correct it."""
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word, agency="truong9")
        write(p)
        p.click("form button.main")
        p.wait(".wrong")
        assert "không có cơ quan nào mang mã này" in p.text(".wrong")
        sign_in(p, word)
        send(p)


def test_without_a_link_an_agencys_member_logs_in(s, browser, word):
    with Page(browser, s.base + "/refer") as p:
        p.look("refer-login-vi")
        p.fill("#login", "giaovien")
        p.fill("#password", "sai hẳn rồi")
        p.fill("#agency", "truong1")
        p.click("form button.main")
        p.wait(".wrong")
        sign_in(p, word)
        write(p)
        code = send(p)
        assert s.case(code_of_case(s, code))["referrals"][0]["agency"] == \
            "truong1"
        before = sum(sessions(s.d))
        p.button("Xong, xóa khỏi màn hình")
        until_away(p)
        assert sum(sessions(s.d)) == before - 1
