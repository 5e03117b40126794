"""The admin's page: links that a school prints, renewed and ended."""
import re
import subprocess
from datetime import datetime, timedelta

from admin_site import SIZES, enter, s, said
from console_site import SHOTS, Page, both, browser
from qr import needs_zbar, qr_of_image

__all__ = ["browser", "s"]
TERM = "2027-05-31"
URL = "https://hotline.example.test"


def open_agency(p):
    p.click("#agencies ~ ul > li:has-text('truong1') > p > button")
    p.wait("#form-until")


def print_poster(p, name):
    """The sheet on A4: what a phone reads from it, and its text."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.pdf"
    p.do("pdf", path=str(path))
    about = subprocess.run(["pdfinfo", path], check=True, text=True,
                           capture_output=True).stdout
    assert re.search(r"^Pages: +1$", about, re.M)
    assert "(A4)" in about
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", path,
                    path.with_suffix("")], check=True)
    text = subprocess.run(["pdftotext", path, "-"], check=True, text=True,
                          capture_output=True).stdout
    return qr_of_image(path.with_suffix(".png")), re.sub(r"\s+", " ", text)


def notify(s, browser, url):
    """A notification by the link, in a browser of its own."""
    with Page(browser, url.replace(URL, s.url[:-1])) as p:
        p.check("[name=who][value=other]")
        p.fill("#narrative", "Nội dung thử nghiệm.")
        p.click("form button.main")
        p.wait(".receipt")


def links(s):
    return {i["id"]: i for i in s.d.ctl("link", "list", "truong1")["items"]}


@needs_zbar
@SIZES
def test_a_link_is_printed_and_a_notification_comes_by_it(s, browser, size):
    known = set(links(s))
    with enter(s, browser, size) as p:
        open_agency(p)
        p.fill("#form-until", TERM)
        p.button("Tạo đường dẫn")
        p.wait(".poster .qr")
        both(p, "admin-link")
        url, text = print_poster(p, f"admin-link-{size}")
        assert url == p.text(".poster code")
        assert url.startswith(f"{URL}/refer#hlf_truong1_")
        for word in ("111", "113", "0900 000 000", "Trường Thử Nghiệm",
                     "ngày 31 tháng 5 năm 2027"):
            assert word in text, word
        for word in ("Quản trị", "canbo", "Đăng xuất", "Chỉ hiện một lần"):
            assert word not in text, word
        notify(s, browser, url)
        made, = set(links(s)) - known
        assert links(s)[made]["sent"] == 1
        p.button("Đã chép, ẩn đi")
        p.gone(".poster")
        assert url not in p.text("body")


@needs_zbar
def test_a_link_is_renewed_and_the_old_one_dies(s, browser):
    old = s.d.link("truong1", TERM)
    with enter(s, browser) as p:
        open_agency(p)
        p.click(f"summary:text('Gia hạn {old['id']}')")
        p.wait(f"#renew-{old['id']}-until")
        p.look("admin-renew")
        p.fill(f"#renew-{old['id']}-until", "2027-08-31")
        p.click(f"details:has(#renew-{old['id']}-until) button")
        said(p, "đường dẫn cũ hết hiệu lực sau 14 ngày")
        new, text = print_poster(p, "admin-renewed")
        assert new != old["url"] and "ngày 31 tháng 8 năm 2027" in text
        assert [notified(s, key) for key in
                (old["key"], new.split("#")[1])] == [201, 201]
        assert links(s)[old["id"]]["not_after_at"] == later(s.d.now, days=14)


def later(at, **span):
    return (datetime.fromisoformat(at) + timedelta(**span)).isoformat()


def notified(s, key):
    return s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "web", "received_at": s.d.now}}, key=key).status


def test_a_link_is_ended_only_when_that_was_meant(s, browser):
    link = s.d.link("truong1", TERM)
    at = f"button[aria-label='Thu hồi: {link['id']}']"
    with enter(s, browser) as p:
        open_agency(p)
        p.click(at)
        p.wait("dialog")
        p.look("admin-link-end")
        p.do("press", key="Escape")
        p.gone("dialog")
        assert notified(s, link["key"]) == 201
        p.click(at)
        p.button("Đồng ý: Thu hồi")
        said(p, "Đã thu hồi")
    assert notified(s, link["key"]) == 401
    assert "form.revoke" in s.told()
