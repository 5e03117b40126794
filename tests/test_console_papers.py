"""The page of a case: its documents, and what is referred to others."""
import pytest

import documents
from console_site import Page, browser, s
from test_console import open_home
from test_console_case import open_case

__all__ = ["browser", "s"]
PROBE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
LONG = "Biên bản làm việc với gia đình và nhà trường của trẻ, bản chụp " * 2


@pytest.fixture(scope="module")
def code(s):
    return s.open(children=[{"name": "Trẻ Thử Nghiệm Gửi", "age": 5,
                             "place": "Tổ Thử 2"}], narrative="Kể thử.")


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A JPEG of four parts and a bit."""
    file = tmp_path_factory.mktemp("photo") / "anh.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 3100)
    return file


def held(s, code):
    a = s.d.api("GET", f"/v1/cases/{code}/documents", key=s.keys["officer"])
    assert a.status == 200, a
    return a.json["items"]


def send(p, title, file):
    p.fill("#title", title)
    p.do("file", at="#file", path=str(file))
    p.button("Gửi vào hồ sơ")


def test_a_photograph_goes_on_after_a_lost_connection(s, browser, code, photo):
    with open_case(s, browser, code) as p:
        p.do("cut", path="/parts/3", times=1)
        send(p, LONG + PROBE, photo)
        p.wait("text=Đang chờ mạng")
        p.look("document-waiting-vi")
        p.wait("text=Tài liệu đã nằm trong hồ sơ")
        d, = held(s, code)
        assert d["state"] == "whole" and d["title"] == LONG + PROBE
        got = documents.content(s.d, code, s.keys["officer"], d["id"])
        assert got.raw == photo.read_bytes()
        # Every part left once, but for the one that was cut.
        asked = p.do("run", code="performance.getEntriesByType('resource')"
                     ".filter(e => e.name.includes('/parts/'))"
                     ".map(e => e.name.split('/').pop()).join()")
        assert asked.replace("3,3", "3") == "1,2,3,4,5"
        assert PROBE in p.text("#documents ~ ul")
        assert p.count("#main img") == 0
        p.look("documents-vi")
        p.button("English")
        p.wait("text=Documents, photographs")
        p.look("documents-en")


def test_what_broke_off_is_found_again(s, browser, code, photo):
    """By a page that knows nothing any more: the same file is chosen."""
    with open_case(s, browser, code) as p:
        p.do("cut", path="/parts/4", times=100)
        send(p, "Ảnh thử", photo)
        p.wait("text=Đang chờ mạng")
    d, = [d for d in held(s, code) if d["state"] == "open"]
    with open_case(s, browser, code, "desk") as p:
        send(p, "Ảnh thử", photo)
        p.wait("text=Tài liệu đã nằm trong hồ sơ")
    assert not [d for d in held(s, code) if d["state"] == "open"]
    assert d["id"] in [d["id"] for d in held(s, code)]


def test_a_photograph_is_taken_at_once(s, browser, code, photo):
    """The phone opens the camera at the back, not a list of files."""
    with open_case(s, browser, code) as p:
        taken = p.do("run", code="['type', 'accept', 'capture'].map("
                     "(a) => document.querySelector('#photo').getAttribute(a))")
        assert taken == ["file", "image/*", "environment"]
        p.fill("#title", "Ảnh vừa chụp")
        p.do("file", at="#photo", path=str(photo))
        p.button("Gửi vào hồ sơ")
        p.wait("text=Tài liệu đã nằm trong hồ sơ")
    d, = [d for d in held(s, code) if d["title"] == "Ảnh vừa chụp"]
    assert documents.content(s.d, code, s.keys["officer"], d["id"]).raw == \
        photo.read_bytes()


def test_what_is_no_picture_is_refused_here(s, browser, code, tmp_path):
    file = tmp_path / "thu.txt"
    file.write_text("thử")
    with open_case(s, browser, code) as p:
        p.fill("#title", "Tệp thử")
        p.button("Gửi vào hồ sơ")
        p.wait("text=Hãy chụp ảnh hoặc chọn một tệp")
        send(p, "Tệp thử", file)
        p.wait("text=Chỉ nhận tệp")
        assert "Chỉ nhận tệp PDF" in p.text("#said")


def test_fields_are_shared_one_by_one_with_a_ground(s, browser, code):
    with open_case(s, browser, code) as p:
        p.click("text=Chuyển gửi mới")
        p.fill("#refer-agency", "tramyte")
        p.fill("#refer-service", "Khám sức khỏe " + PROBE)
        p.fill("#refer-reason", "Lý do thử.")
        p.fill("#refer-due_at", "2026-12-01T08:00")
        p.check("#share-name")
        p.choose("#ground-name", "consent")
        p.check("#by-name-representative")
        p.check("#share-condition")
        p.choose("#ground-condition", "vital_interest")
        p.look("refer-vi")
        p.button("Chuyển gửi")
        p.wait("text=Đã chuyển gửi")
        p.button("Xem thông tin được bảo vệ")
        p.wait("#refer ~ ul li")
        assert "tramyte" in p.text("#refer ~ ul")
        assert p.count("#main img") == 0
        p.look("referred-vi")
        out, = [r for r in s.case(code)["referrals"]
                if r["direction"] == "out"]
        assert {x["field"]: x["ground"] for x in out["body"]["share"]} == \
            {"name": "consent", "condition": "vital_interest"}
        p.click("summary:text('Rút lại')")
        p.fill(f"#why-{out['id']}", "Gửi nhầm.")
        p.click("form button:text('Rút lại')")
        p.wait("#said .said:text('Đã rút lại')")
    out, = [r for r in s.case(code)["referrals"] if r["direction"] == "out"]
    assert out["state"] == "withdrawn"


def test_two_tabs_of_one_login(s, browser, code):
    """What one of them does the other shows; the logout of one ends both."""
    with open_home(s, browser) as p:
        p.do("tab", name="second", url=s.url)
        q = Page.of(browser, "second")
        q.wait("h2#due")
        fresh = s.open()
        for one in (p, q):
            one.wait(f"text={fresh}")
        q.button("Đăng xuất")
        q.wait("#password")
        p.wait("#password")
        assert fresh not in p.text("body")
        q.do("close")
