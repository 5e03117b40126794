"""The officer's page: news as they come, and finding a case."""
import json
import re
import time

import pytest

from console_site import browser, s
from hotline import ROOT
from test_console import cheap_phone, open_home, soon

__all__ = ["browser", "s"]
FILES = ROOT / "handlers/console"
PROBE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
KIN = "Trần Hoàng Thử Nghiệm Phương Uyên Công Tằng Tôn Nữ Kiểm Thử Dài"


def polls(p):
    """How often the page has asked for alerts."""
    return p.do("run", code="performance.getEntriesByType('resource')"
                ".filter(e => e.name.includes('/v1/alerts')).length")


def test_an_alert_is_there_at_once(s, browser):
    with open_home(s, browser) as p:
        time.sleep(1.5)  # what was under way is told
        before = p.text("h2#due")
        start = time.monotonic()
        code = s.open()
        p.wait(f"text={code}")
        assert time.monotonic() - start < 8  # by itself it asks after 20
        assert p.text("h2#due") != before
        assert p.count(".level.old") == 0
        # Nothing happens, nothing is asked.
        time.sleep(1.5)
        n = polls(p)
        time.sleep(2)
        assert polls(p) == n


def test_every_kind_of_alert_has_a_word(s, browser):
    for lang in ("vi", "en"):
        text = (ROOT / f"conf/messages/{lang}.conf").read_text()
        kinds = re.findall(r"^  (\w+) = \{", text, re.M)
        words = json.loads((FILES / f"{lang}.json").read_text())
        assert len(kinds) > 40
        for kind in kinds:
            assert words[f"alert.{kind}"], kind


@pytest.fixture(scope="module")
def many(s):
    """200 cases, one of them found by name and phone."""
    s.kin = s.open(
        children=[{"name": "Bùi Thử Nghiệm Tìm Kiếm", "place": PROBE,
                   "father": {"name": KIN, "phone": "0912 345 678"}}])
    for n in range(10):  # a case a child
        s.open(children=[{"name": f"Trẻ Thử Nghiệm {n} {i}"}
                         for i in range(20)], narrative="Thử.")
    return s.kin


def search(p, **fields):
    for name, text in fields.items():
        if name in ("state", "risk", "assignee"):
            p.choose(f"#search-{name}", text)
        else:
            p.fill(f"#search-{name}", text)
    p.click("form[role=search] button[type=submit]")
    p.wait("h2#found")


def test_a_case_is_found_and_no_address_tells_whom(s, browser, many):
    with open_home(s, browser) as p:
        p.click("text=Tìm vụ việc")
        p.wait("#search-name")
        search(p, name="bui thu nghiem tim kiem")
        p.wait(f"text={many}")
        assert "(1)" in p.text("h2#found")
        p.look("search-found-vi")
        p.click(f"main a:text('{many}')")
        p.wait("h2#steps")
        p.do("goto", url=s.url + "#/search")
        p.wait(f"text={many}")  # still there on the way back
        p.do("goto", url=s.url + "#/")
        p.wait("h2#due")
        p.do("goto", url=s.url + "#/search")
        p.wait("#search-name")
        assert p.count("h2#found") == 0
        search(p, phone="0912345678", state="open", assignee="canbo")
        p.wait(f"text={many}")
        search(p, phone="", name=PROBE)
        p.wait("text=Không tìm thấy")
        assert p.count("#main img") == 0
        went = p.do("run", code="performance.getEntriesByType('resource')"
                    ".map(e => e.name).join(' ') + location.href")
        # Fewer digits may stand in the port.
        assert "912345678" not in went
        assert "tim" not in went.replace("time", "")
        p.button("Đăng xuất")
        p.wait("#password")
        assert many not in p.text("body")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_200_cases_are_shown_well(s, browser, many, size):
    with open_home(s, browser, size) as p:
        p.button("Cả nhóm")
        if size == "phone":
            p.look("home-200-vi")
        p.do("goto", url=s.url + "#/search")
        p.wait("#search-code")
        search(p, state="open")
        assert p.count("#main .card.edge") == 50 and "(50+)" in p.text("#found")
        p.button("Xem thêm")
        p.wait("text=(100+)")
        if size == "phone":
            p.look("search-200-vi")
        p.button("English")
        p.wait("text=Found (100+)")
        if size == "desk":
            p.look("search-200-en")
        search(p, code=many[:4].lower())
        p.wait(f"text={many}")


# All that an answer of /v1 weighs, by its call.
READ = """JSON.stringify(performance.getEntriesByType('resource')
.filter(e => e.name.includes('/v1/') && !e.name.endsWith('/v1/events'))
.map(e => [e.name.split('/v1/')[1], e.transferSize]))"""


def test_home_is_there_soon_with_200_cases(s, browser, many):
    """It reads what it shows; 3G brings 200 bytes a ms."""
    with cheap_phone(s, browser) as (p, visit):
        p.login("canbo", s.word)
        p.wait(".edge")
        soon("home of 200 cases, each day", 1000, visit(".edge"))
        p.do("reload", at=".edge")
        read = json.loads(p.do("run", code=READ))
        print("it reads", read)
        # News may be asked for again meanwhile: by the same address.
        once = dict(read)
        assert sorted(path.split("?")[0] for path in once) \
            == ["alerts", "clocks", "me", "procedure"]
        assert sum(once.values()) < 40_000
