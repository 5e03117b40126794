"""Somebody's day on the page: what a finger does there."""
import pytest

from console_site import Page, s as site
from login_site import password

__all__ = ["site"]
ISSUED = {"number": "12/QĐ-UBND", "signer": "Người Ký Thử Nghiệm",
          "office": "UBND phường Thử Nghiệm", "signature": "hand"}

# The address of a module, which names the build.
MODULE = "document.querySelector('script[type=module]').src" \
         ".replace('console.mjs', '{}')"


@pytest.fixture(scope="module")
def s(site):
    """All who work on a case can log in."""
    site.words = {"canbo": site.word}
    for who in ("canbo2", "truongnhom", "chutich", "phochutich"):
        site.words[who] = password(site.d, who)
    return site


class Day(Page):
    def __init__(self, s, browser, who, size="phone", **more):
        super().__init__(browser, s.url, size, **more)
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

    def put(self, at, text):
        """A box, a choice or a text."""
        if text is True:
            return self.check(at)
        is_choice = self.do("run", code=f"document.querySelector('{at}')"
                            ".tagName") == "SELECT"
        return (self.choose if is_choice else self.fill)(at, text)

    def said(self, button, text, kind="said"):
        """A button is pressed, and the page says how it went."""
        self.do("run", code="document.querySelector('#said').textContent=''")
        self.button(button)
        self.wait(f"#said .{kind}")
        assert text in self.text("#said"), self.text("#said")

    def begin(self, step, how="Ghi nhận đã làm"):
        self.button(f"{how}: {step}")
        self.wait("form.step")
        # Every choice has a word for people.
        assert self.do("run", code="[...document.querySelectorAll('option')]"
                       ".filter(o => o.value && o.value === o.text)"
                       ".map(o => o.value)") == []
        self.fill("#step-acted_at", self.s.d.now[:16])

    def keep(self):
        self.said("Lưu vào hồ sơ", "Đã lưu vào hồ sơ")
        assert self.count("form.step") == 0

    def step(self, name, how="Ghi nhận đã làm", **fields):
        self.begin(name, how)
        for field, text in fields.items():
            self.put(f"#step-{field}", text)
        self.keep()

    def issue(self, step, scan="0" * 64):
        self.step(step, "Ghi nhận văn bản", **ISSUED, scan=scan,
                  date=self.s.d.now[:10])

    def file(self, code, n, **fields):
        """Mẫu n is filled in and filed, and ends the step it belongs to."""
        self.show(f"case/{code}/form/{n}")
        self.wait(f"h1:has-text('Mẫu 0{n}')")
        self.wait("#sheet-acted")
        for field, text in fields.items():
            self.put(f'[id="{field}"]', text)
        self.fill("#sheet-acted", self.s.d.now[:16])
        self.said("Lưu chính thức vào hồ sơ", "ghi nhận bước")

    def approvals(self, code, step):
        """The papers of what waits for the chairman."""
        self.show("approvals")
        self.wait("h2:has-text('Chờ quyết định')")
        self.button(f"Xem hồ sơ, quyết định: {step} {code}")
        self.wait("h3:has-text('Quyết định')")

    def agree(self, code, step, **fields):
        self.approvals(code, step)
        for field, text in fields.items():
            self.put(f"#agree-{field}", text)
        self.said("Tôi đồng ý", "anh/chị đồng ý")
