"""From opened to closed by taps on the page: every step, every paper."""
import pytest

from console_site import Page, browser, s as site
from login_site import password

__all__ = ["browser", "site"]
WHO = "Người Thử Nghiệm Một"
PAPER = {"number": "12/QĐ-UBND", "signer": "Người Ký Thử Nghiệm",
         "office": "UBND phường Thử Nghiệm"}


@pytest.fixture(scope="module")
def s(site):
    site.words = {"canbo": site.word}
    for who in ("truongnhom", "chutich", "phochutich"):
        site.words[who] = password(site.d, who)
    return site


class Day(Page):
    """Somebody's page, and what a finger does on it."""

    def __init__(self, s, browser, who, size="phone"):
        super().__init__(browser, s.url, size)
        self.s = s
        self.login(who, s.words[who])
        self.wait("h2#due")

    def show(self, what):
        """Again, if it is the same page."""
        self.do("goto", url=f"{self.s.url}#/search")
        self.wait("#search-code")
        self.do("goto", url=f"{self.s.url}#/{what}")

    def case(self, code):
        self.show(f"case/{code}")
        self.wait("h2#steps")

    def begin(self, step, how="Ghi nhận đã làm"):
        self.button(f"{how}: {step}")
        self.wait("form.step")
        # Every choice has a word for people.
        assert self.do("run", code="[...document.querySelectorAll('option')]"
                       ".filter(o => o.value && o.value === o.text)"
                       ".map(o => o.value)") == []
        self.fill("#step-acted_at", self.s.d.now[:16])

    def keep(self):
        """Pressed, and it was so."""
        self.do("run", code="document.querySelector('#said').textContent=''")
        self.button("Lưu vào hồ sơ")
        self.wait("#said p")
        assert "Đã lưu vào hồ sơ" in self.text("#said"), self.text("#said")
        assert self.count("form.step") == 0

    def step(self, name, how="Ghi nhận đã làm", **fields):
        self.begin(name, how)
        for field, text in fields.items():
            self.put(f"#step-{field}", text)
        self.keep()

    def put(self, at, text):
        """A box, a choice or a text."""
        if text is True:
            return self.check(at)
        is_choice = self.do("run", code=f"document.querySelector('{at}')"
                            ".tagName") == "SELECT"
        return (self.choose if is_choice else self.fill)(at, text)

    def issue(self, step):
        day = self.s.d.now[:10]
        self.step(step, "Ghi nhận văn bản", **PAPER, date=day,
                  signature="hand", scan="0" * 64)

    def file(self, code, n, **fields):
        """Mẫu n is filled in and filed, and ends the step that it belongs to."""
        self.show(f"case/{code}/form/{n}")
        self.wait(f"h1:has-text('Mẫu 0{n}')")
        self.wait("#sheet-acted")
        for field, text in fields.items():
            self.put(f'[id="{field}"]', text)
        self.fill("#sheet-acted", self.s.d.now[:16])
        self.button("Lưu chính thức vào hồ sơ")
        self.wait("#said p")
        assert "ghi nhận bước" in self.text("#said"), self.text("#said")

    def agree(self, code, step, **fields):
        """The chairman looks at the papers, and agrees."""
        self.show("approvals")
        self.wait("h2:has-text('Chờ quyết định')")
        self.button(f"Xem hồ sơ, quyết định: {step} {code}")
        self.wait("h3:has-text('Quyết định')")
        for field, text in fields.items():
            self.put(f"#agree-{field}", text)
        self.button("Tôi đồng ý")
        self.wait("#said p")
        assert "anh/chị đồng ý" in self.text("#said"), self.text("#said")


MARKS = {"harm.1.1": "low", "protection.2.1": "low", "risk": "low",
         "conclusion": "Kết luận thử nghiệm."}
ACTIVITY = {"what": "Tư vấn thử nghiệm", "body": "Trạm Y tế", "person": WHO,
            "provider": "Trung tâm thử", "start": "2026-11-25",
            "end": "2026-12-18", "cost": "0", "fund": "budget"}


def urgent_steps(p, boss, code):
    """The first day: the police, the truth, the danger."""
    p.case(code)
    p.step("Kết nối Công an", who=WHO, rank="Đại úy", number="0900 111 222",
           called_at=p.s.d.now[:16], paper="1/BB")
    p.step("Kiểm tra tính xác thực", verified="yes")
    p.file(code, 2, **MARKS)
    boss.agree(code, "Kết luận khẩn cấp hay không", emergency="no",
               reason="Căn cứ thử nghiệm.")
    p.case(code)
    p.issue("Kết luận khẩn cấp hay không")
    boss.case(code)
    boss.step("Báo cáo đột xuất lên Sở Y tế")


def plan_steps(p, boss, code):
    p.file(code, 3, **MARKS)
    boss.case(code)
    boss.begin("Họp xác định nhu cầu")
    boss.button("Thêm: Người được mời")
    for n, (who, came) in enumerate((("team", True), ("agency", False))):
        boss.choose(f"#step-invited-{n}-capacity", who)
        boss.fill(f"#step-invited-{n}-name", f"{WHO} {n}")
        if came:
            boss.check(f"#step-invited-{n}-came")
    boss.fill("#step-minutes", "Biên bản thử nghiệm.")
    boss.look("close-meeting")
    boss.keep()
    p.file(code, 4, goal="Trẻ an toàn.",
           **{f"activities.1.{k}": v for k, v in ACTIVITY.items()})
    boss.agree(code, "Phê duyệt kế hoạch")
    p.case(code)
    p.issue("Phê duyệt kế hoạch")
    p.begin("Gửi quyết định, kế hoạch")
    p.choose("#step-recipients-0-capacity", "agency")
    p.fill("#step-recipients-0-name", "Trung tâm thử nghiệm")
    p.keep()


def what_is_missing(p):
    p.button("Xem còn thiếu gì để kết thúc")
    p.wait("section:has(#end) .level")
    return p.text("section:has(#end)")


def end_steps(p, boss, code):
    p.step("Thực hiện từng hoạt động của kế hoạch", result="Đã xong.")
    p.step("Thăm, theo dõi", place="home", child_seen=True, findings="Ổn.")
    p.file(code, 6, **MARKS)
    boss.case(code)
    boss.begin("Kết thúc hoặc lập kế hoạch mới")
    boss.choose("#step-next", "close")
    boss.choose("#step-reason", "founded")
    boss.button("Lưu vào hồ sơ")
    boss.wait("#said .fault")  # a case is closed when the child is safe
    assert "không còn nguy cơ" in boss.text("#said")
    boss.check("#step-no_more_risk")
    boss.check("#step-is_stable")
    boss.look("close-decide")
    boss.keep()
    p.case(code)
    p.step("Phản hồi cho nơi chuyển, Tổng đài 111", outcome="closing")
    p.step("Lưu hồ sơ, nhập cơ sở dữ liệu trẻ em quốc gia",
           reference="QG-2026-0001")


def test_each_step_to_closing(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p, \
            Day(s, browser, "chutich", "desk") as boss:
        urgent_steps(p, boss, code)
        plan_steps(p, boss, code)
        told = what_is_missing(p)
        for duty, advice in (
                ("Quyết định kết thúc sau rà soát", "Chủ tịch mở vụ việc"),
                ("Hoạt động của kế hoạch chưa xong", "hủy, kèm lý do"),
                ("Chưa rà soát", "Viết Mẫu 06")):
            assert duty in told and advice in told
        p.look("close-unmet")
        p.button("English")
        p.wait("text=The end is decided after the review")
        p.look("close-unmet-en")
        p.button("Tiếng Việt")
        p.button("Đến bước này: Thực hiện từng hoạt động của kế hoạch")
        p.wait("#step-result")
        p.button("Thôi")
        end_steps(p, boss, code)
        assert "Đã đủ điều kiện kết thúc" in what_is_missing(p)
        assert p.count("#close-reason") == 0  # an officer asks who decides
        boss.case(code)
        what_is_missing(boss)
        boss.fill("#close-acted_at", s.d.now[:16])
        boss.choose("#close-reason", "no_risk")
        boss.button("Kết thúc vụ việc")
        boss.wait("#said .fault")  # the reason is the one that was decided
        assert s.case(code)["state"] == "open"
        boss.choose("#close-reason", "founded")
        boss.look("close-clear")
        boss.button("Kết thúc vụ việc")
        boss.wait("#said .said")
        assert "Đã kết thúc" in boss.text("#said")
        boss.look("closed")
    done = s.case(code)
    assert (done["state"], done["close_reason"]) == ("closed", "founded")
