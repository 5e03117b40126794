"""The page /refer in a browser: a teacher and a child with a link."""
import gzip
import json
import re
import sqlite3

import pytest

from case_site import FULL
from console_site import Page, browser
from hotline import ROOT, Daemon, copy_of
from login_site import password
from referral_site import ok

__all__ = ["browser"]
FILES = ROOT / "handlers/console"
STORY = "Em bé hay đến lớp với vết bầm. <b>Nội dung thử nghiệm.</b>"
AWAY = "https://www.google.com.vn/"


class Site:
    def __init__(self, d):
        self.d = d
        d.agency("truong1", "school", name="Trường Thử Nghiệm")
        self.lead = d.member("truongnhom", "lead", sms="0900000003")
        d.member("canbo", "officer", duty=True, sms="0900000001")
        self.base = f"http://127.0.0.1:{d.port}"

    def link(self, *more):
        made = self.d.ctl("link", "add", "truong1", "--until", "2027-01-15",
                          *more)
        assert "/refer#hlf_" in made["url"]
        return f"{self.base}/refer#{made['key']}"

    def case(self, code):
        return ok(self.d.api("GET", f"/v1/cases/{code}", key=self.lead), 200)

    def sent(self):
        return sum(i["sent"] for i in
                   self.d.ctl("link", "list", "truong1")["items"])


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={
            "duty_phone": "0900 000 000", "agency_quota": 100000}) as d:
        yield Site(d)


def kept(p):
    return json.loads(p.do("run", code="JSON.stringify({...localStorage, "
                                       "...sessionStorage})"))


# Of the calls that follow, the answer to one is lost; window.keys: their keys.
LOSE = """{
    const real = window.fetch; let n = 0; window.keys = [];
    window.fetch = async (path, o) => {
        window.keys.push(o.headers["Idempotency-Key"] + o.body);
        const a = await real(path, o);
        if (n++ === %d) throw new TypeError("lost");
        return a; };}"""


def write(p, who="other", **more):
    """Fill the form as a teacher would."""
    p.check(f"[name=who][value={who}]")
    p.fill("#narrative", STORY)
    for at, text in more.items():
        p.fill(f"#{at}", text)


def send(p):
    p.click("form button.main")
    p.wait(".receipt")
    return p.text(".receipt .code")


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
        assert told["risk"] == "high" and told["source"]["channel"] == "web"
        later = re.search(r"http\S+#r\.\S+", text)[0]
        p.do("goto", url=later.replace("https://hotline.example.test", s.base))
        p.wait("text=Đã có người phụ trách")
        assert code in p.text(".receipt")
        p.look("refer-status-vi")


def code_of_case(s, incident):
    for c in s.d.ctl("case", "list")["items"]:
        if c["incident"] == incident:
            return c["code"]
    items = ok(s.d.api("GET", "/v1/cases?limit=200", key=s.lead), 200)["items"]
    return next(c["code"] for c in items if c["incident"] == incident)


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
        p.look("refer-child-receipt-en")
        assert kept(p) == {}
        case = s.case(code_of_case(s, code))
        told = case["referrals"][0]["body"]
        assert told["confidential"] is True and told["risk"] == "high"
        assert "informant" not in told
        p.button("Done, clear the screen")
        until_away(p)


def test_leaving_is_quick_and_leaves_nothing(s, browser):
    for way in ("click", "Escape"):
        with Page(browser, s.link()) as p:
            write(p)
            assert kept(p) == {}
            p.click("#exit") if way == "click" else p.do("press", key=way)
            until_away(p)


def until_away(p):
    for _ in range(100):
        if any(AWAY in f for f in p.do("faults")):
            return
    raise AssertionError("the page is still there")


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
        p.do("run", code=LOSE % 1)
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        p.button("Gửi lại ngay")
        p.wait(".receipt")
        keys = p.do("run", code="window.keys")
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
        p.do("run", code=LOSE % 1)
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        p.button("Gửi lại ngay")
        p.wait(".receipt")
        keys = p.do("run", code="window.keys")
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


def test_a_login_that_ends_was_told_that_its_link_is_over(s, browser, word):
    """It logs in again, and what was on its way is sent, once."""
    before = referrals(s)
    with Page(browser, s.base + "/refer") as p:
        sign_in(p, word)
        write(p)
        p.do("run", code=LOSE % 1)
        p.click("form button.main")
        p.wait("text=Gửi lại ngay")
        s.d.step("13h")
        p.button("Gửi lại ngay")
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


def test_a_status_that_is_not_there_says_so(s, browser):
    with Page(browser, s.base + "/refer#r.x.y") as p:
        p.wait("text=Không xem được tình trạng")
        p.look("refer-no-status-vi")


def test_the_page_is_small_enough_for_2g():
    assert sum(len(gzip.compress(f.read_bytes(), 9))
               for f in FILES.glob("refer*")) < 20_000


def test_both_languages_say_the_same():
    text = (FILES / "refer_texts.mjs").read_text()
    vi, en = (re.findall(r"^    (\w+): \"(.*)\",$", part, re.M)
              for part in text.split("  en: {"))
    assert [k for k, _ in vi] == [k for k, _ in en] and len(vi) > 100
    for (key, a), (_, b) in zip(vi, en):
        assert sorted(re.findall(r"{\w+}", a)) == \
            sorted(re.findall(r"{\w+}", b)), key
