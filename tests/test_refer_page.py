"""The page /refer in a browser: a teacher and a child with a link."""
import gzip
import re
import time

import pytest

from console_site import Page, browser
from hotline import ROOT
from refer_phone import (AWAY, LOSE, STORY, code_of_case, kept, s, send,
                         send_unheard, until_away, write)

__all__ = ["browser", "s"]
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"
FILES = ROOT / "handlers/console"


# What Mẫu 01 asks for besides, behind one touch.
MORE = {"birth_date": "2017-03-09", "expected_harm": "Hậu quả thử.",
        "father": "Cha Thử Nghiệm", "mother": "Mẹ Thử Nghiệm",
        "carer": "Bà Thử Nghiệm", "family": "Hoàn cảnh thử.",
        "your_address": "Tổ Thử Nghiệm 2", "your_notes": "Ghi chú thử."}


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_teacher_sends_and_prints_a_receipt(s, browser, size):
    with Page(browser, s.link(), size) as p:
        first = p.text("main")
        assert first.index("111") < first.index("Ai đang báo tin?")
        assert p.count("a[href='tel:111']") == p.count("a[href='tel:113']") == 1
        p.look("refer-first-vi")
        write(p, name="Trẻ Thử Nghiệm Một", age="9",
              place="Tổ dân phố Thử Nghiệm 1", your_name="Cô Thử Nghiệm")
        p.check("[name=abuse_kinds][value=violence]")
        p.check("[name=risk][value=high]")
        p.choose("#relation", "parent")
        p.click("summary")
        for at, text in MORE.items():
            p.fill(f"#{at}", text)
        p.look("refer-form-vi")
        p.button("English")
        assert p.do("run", code="document.querySelector('#narrative').value") \
            == STORY
        p.look("refer-form-en")
        p.button("Tiếng Việt")
        code = send(p)
        text = p.text(".receipt")
        assert "0900 000 000" in text and "2026" in text
        assert re.search(r"\b[0-9a-f]{64}\b", text)
        p.look("refer-receipt-vi")
        p.do("media", media="print")
        assert p.text(".receipt .code") == code
        assert p.do("run", code="getComputedStyle(document.querySelector("
                                "'.bar')).display") == "none"
        p.do("media", media="screen")
        assert kept(p) == {}
        case = s.case(code_of_case(s, code))
        child, told = case["children"][0], case["referrals"][0]["body"]
        assert (child["name"], child["age"]) == ("Trẻ Thử Nghiệm Một", 9)
        assert told["narrative"] == STORY and told["kind"] == "abused"
        assert told["alleged"] == [{"relation": "parent"}]
        assert told["children"][0]["birth_date"] == "2017-03-09"
        assert told["children"][0]["carer"] == {"name": "Bà Thử Nghiệm"}
        assert told["children"][0]["expected_harm"] == "Hậu quả thử."
        assert told["children"][0]["family"] == "Hoàn cảnh thử."
        assert told["risk"] == "high" and told["source"]["channel"] == "web"
        later = re.search(r"http\S+#r\.\S+", text)[0]
        p.do("goto", url=later.replace("https://hotline.example.test", s.base))
        p.wait("text=Đã có người phụ trách")
        assert code in p.text(".receipt")
        p.look("refer-status-vi")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_child_is_asked_first_whether_it_is_safe(s, browser, size):
    with Page(browser, s.link(), size) as p:
        p.check("[name=who][value=self]")
        text = p.text("main")
        assert text.index("Con có an toàn ngay lúc này không?") < \
            text.index("Chuyện gì đang xảy ra với con?")
        p.check("[name=safe][value=no]")
        assert "gọi 111" in p.text("form .danger")
        p.look("refer-child-vi")
        p.button("English")
        p.look("refer-child-en")
        p.fill("#narrative", "con so lam")
        p.fill("#contact_how", "Gặp ở trường giờ ra chơi")
        code = send(p)
        assert re.search(r"\b[0-9a-f]{64}\b", p.text(".receipt"))
        p.look("refer-child-receipt-en")
        assert kept(p) == {}
        case = s.case(code_of_case(s, code))
        told = case["referrals"][0]["body"]
        assert told["confidential"] is True and told["risk"] == "high"
        assert "informant" not in told
        p.button("Done, clear the screen")
        until_away(p)


def test_leaving_is_quick_and_leaves_nothing(s, browser):
    link = s.link()
    for way in ("click", "Escape"):
        with Page(browser, link) as p:
            p.do("stub", url=AWAY, body="<p id=away>đã ra ngoài</p>")
            write(p)
            assert kept(p) == {}
            p.click("#exit") if way == "click" else p.do("press", key=way)
            until_away(p)
            p.wait("#away")
            p.do("back")
            assert "vết bầm" not in p.do("content")
            p.do("goto", url=link)
            p.wait("[name=who]")
            assert kept(p) == {} and "vết bầm" not in p.do("content")
            assert p.count("#narrative") == p.count(":checked") == 0


def test_a_lost_connection_sends_it_once(s, browser):
    before = s.sent()
    with Page(browser, s.link()) as p:
        write(p)
        p.do("offline", on=True)
        p.click("form button.main")
        p.wait("text=Chưa gửi được vì mất mạng")
        p.look("refer-offline-vi")
        assert kept(p) == {}
        p.do("offline", on=False)
        p.wait(".receipt")
    assert s.sent() == before + 1


def test_an_answer_that_is_lost_gives_the_same_receipt(s, browser):
    """The daemon took it, and the phone never heard: the same key again."""
    before = s.sent()
    with Page(browser, s.link()) as p:
        write(p)
        keys = send_unheard(p)
        # The first no told the test clock.
        assert len(keys) == 3 and keys[1] == keys[2] != keys[0]
    assert s.sent() == before + 1


def test_a_draft_stays_only_if_asked_and_goes_with_the_receipt(s, browser):
    link = s.link()
    with Page(browser, link) as p:
        write(p)
        p.click("text=Giữ bản nháp trên máy này")
        assert "refer.draft" in kept(p)
        p.do("goto", url="about:blank")
        p.do("goto", url=link)
        p.wait("text=Có bản nháp")
        p.look("refer-draft-vi")
        p.button("Gửi tin")
        assert p.do("run", code="document.querySelector('#narrative').value") \
            == STORY
        send(p)
        assert kept(p) == {}
        p.button("Giữ phiếu trên máy này")
        assert "refer.receipt" in kept(p)
        p.button("Xóa phiếu khỏi máy này")
        assert kept(p) == {}


def test_a_page_closed_while_it_sent_goes_on_under_its_key(s, browser):
    before, link = s.sent(), s.link()
    with Page(browser, link) as p:
        write(p)
        p.click("text=Giữ bản nháp trên máy này")
        p.do("run", code=LOSE % "n++ > 0")
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        sent = p.do("run", code="window.keys")[1]
        p.do("goto", url="about:blank")
        p.do("goto", url=link)
        p.wait("text=Có bản nháp")
        p.do("run", code=LOSE % "false")
        p.button("Gửi lại ngay")
        p.wait(".receipt")
        assert p.do("run", code="window.keys") == [sent]
        assert kept(p) == {}
    assert s.sent() == before + 1


@pytest.mark.parametrize("who,label", [
    ("other", "Giữ kín: chỉ trưởng nhóm, lãnh đạo phường và người được giao vụ "
     "việc đọc được; người khác, kể cả trường, không thấy tin này."),
    ("self", "Giữ kín: chỉ những người lớn được giao giúp con đọc được; người "
     "khác, kể cả trường, không thấy tin này."),
])
def test_confidential_is_one_sentence(s, browser, who, label):
    with Page(browser, s.link()) as p:
        p.check(f"[name=who][value={who}]")
        box = "label:has-text('Giữ kín')"
        assert p.text(box).strip() == label and label.count(".") == 1
        assert p.count(f"{box} input:checked") == (who == "self")


def test_it_fits_a_page_of_320_px(s, browser):
    with Page(browser, s.link()) as p:
        p.do("resize", width=320, height=640)
        p.size = "narrow"
        p.look("refer-first-vi")
        write(p)
        p.do("run", code=UNFOLD)
        p.look("refer-form-vi")
        send(p)
        p.look("refer-receipt-vi")


def test_an_instant_reads_as_people_write_it(s, browser):
    said = "import(document.querySelector('[href*=refer_page]').href)" \
        ".then((m) => m.instant('2026-11-24T07:05:00Z'))"
    with Page(browser, s.link()) as p:
        assert p.do("run", code=said) == "14:05, Thứ Ba, 24/11/2026"
        p.button("English")
        assert p.do("run", code=said) == "14:05, Tuesday, 24/11/2026"


def light(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= .04045 else ((p + .055) / 1.055) ** 2.4
               for p in parts)
    return .2126 * r + .7152 * g + .0722 * b


def test_the_focus_is_seen_on_every_ground():
    """WCAG 1.4.11, which axe cannot see: 3 to 1."""
    text = (FILES / "refer.css").read_text()
    ring = re.search(r":focus-visible { outline: 3px solid (#\w{6})", text)[1]
    grounds = {"#ffffff", *re.findall(
        r"(?:background|--tint|--paper): (#\w{6});", text)}
    assert {"#fdf1f1", "#f3f6f9"} <= grounds
    for ground in grounds:
        high, low = sorted((light(ring), light(ground)), reverse=True)
        assert (high + .05) / (low + .05) >= 3, ground


def test_what_is_missing_or_wrong_is_marked(s, browser):
    with Page(browser, s.link()) as p:
        p.check("[name=who][value=other]")
        p.click("form button.main")
        assert "Hãy viết vài chữ" in p.text("#narrative-fault")
        p.look("refer-fault-vi")
        p.fill("#narrative", STORY)
        p.fill("#age", "77")
        p.click("form button.main")
        p.wait("#age-fault")
        assert "CHƯA" in p.text(".wrong")
        p.fill("#age", "7")
        send(p)


def test_a_phone_whose_clock_is_ahead_is_no_fault(s, browser):
    with Page(browser, s.link()) as p:
        write(p)
        p.do("run", code="""{ const Real = Date; window.Date = class extends
            Real { constructor(...a) { if (a.length) super(...a);
            else super(Real.parse("2031-01-01T00:00:00Z")); } }; }""")
        send(p)


def test_a_link_that_is_over_tells_whom_to_phone(s, browser):
    link = s.link()
    ident = s.d.ctl("link", "list", "truong1")["items"][-1]["id"]
    s.d.ctl("link", "revoke", ident)
    with Page(browser, link) as p:
        write(p)
        p.click("form button.main")
        p.wait(".wrong")
        assert "0900 000 000" in p.text(".wrong")
        assert "CHƯA" in p.text(".wrong")
        assert p.do("run", code="document.querySelector('#narrative').value") \
            == STORY
        p.look("refer-over-vi")


def test_a_quota_says_how_long_and_whom_to_phone(s, browser):
    link = s.link("--quota", "2")  # one for the test clock
    with Page(browser, link) as p:
        write(p)
        send(p)
        p.button("Báo một tin khác")
        write(p)
        p.click("form button.main")
        p.wait("text=/quá nhiều lần/")
        assert "0900 000 000" in p.text(".wait")
        s.d.step("1h")
        p.button("Gửi lại ngay")
        p.wait(".receipt")


def test_a_status_that_is_not_there_says_so(s, browser):
    with Page(browser, s.base + "/refer#r.x.y") as p:
        p.wait("text=Không xem được tình trạng")
        p.look("refer-no-status-vi")


def test_the_page_is_small_enough_for_2g():
    assert sum(len(gzip.compress(f.read_bytes(), 9))
               for f in FILES.glob("refer*")) < 20_000


def test_it_is_there_and_sent_on_gprs(s, browser):
    """40 kbit/s down, 20 up and 700 ms a trip: it opens in 15 s, and the
    receipt is there 10 s after the touch."""
    port = browser.call(what="line", page=None, to=s.d.port, trips=1, trip=700,
                        down=5, up=2.5)
    link = s.link().replace(s.base, f"http://127.0.0.1:{port}")
    start = time.monotonic()
    with Page(browser, link) as p:
        p.wait("[name=who]")
        opened = time.monotonic()
        write(p)
        touched = time.monotonic()
        send(p)
        assert 2 < opened - start < 15
        assert 1.4 < time.monotonic() - touched < 10


def test_both_languages_say_the_same():
    text = (FILES / "refer_texts.mjs").read_text()
    vi, en = (re.findall(r"^    (\w+): \"(.*)\",$", part, re.M)
              for part in text.split("  en: {"))
    assert [k for k, _ in vi] == [k for k, _ in en] and len(vi) > 100
    for (key, a), (_, b) in zip(vi, en):
        assert sorted(re.findall(r"{\w+}", a)) == \
            sorted(re.findall(r"{\w+}", b)), key
