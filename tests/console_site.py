"""A browser and a daemon with a team, for the suites about the pages."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from hotline import BUILD, ROOT, Daemon
from case_site import FULL, Site
from login_site import password

HERE = pathlib.Path(__file__).resolve().parent
SHOTS = BUILD / "screenshots"
SIZES = {"phone": (360, 740), "desk": (1280, 800),
         "small": (320, 640)}
# As long as names of people here become.
LONG = "Nguyễn Hoàng Thử Nghiệm Phương Uyên Công Tằng Tôn Nữ Kiểm Thử Dài"


def has_console():
    return b'"index.html"' in (BUILD / "generated/console_files.c") \
        .read_bytes()


class Browser:
    """Debian's chromium, driven by browser.mjs."""

    def __init__(self):
        program = shutil.which("chromium")
        if program is None or shutil.which("node") is None:
            pytest.skip("CONSOLE NOT TESTED: chromium or node is missing")
        self.looked_at = []  # files of pages as they stood
        self.process = subprocess.Popen(
            ["node", HERE / "browser.mjs", program], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def call(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser has gone"
        answer = json.loads(line)
        assert "error" not in answer, (command, answer)
        return answer["ok"]


class Page:
    numbers = 0

    def __init__(self, browser, url, size="phone", **more):
        Page.numbers += 1
        self.browser, self.name = browser, f"page{Page.numbers}"
        self.size = size
        width, height = SIZES[size]
        self.opened_ms = browser.call(
            what="open", page=self.name, url=url, width=width, height=height,
            **more)

    @classmethod
    def of(cls, browser, name):
        """One that is open already."""
        page = cls.__new__(cls)
        page.__dict__.update(browser=browser, name=name, size="phone")
        return page

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        faults = self.do("faults")
        self.do("close")
        if kind is None:
            assert faults == []

    def do(self, what, **more):
        return self.browser.call(what=what, page=self.name, **more)

    def __getattr__(self, what):
        """page.fill("#login", "an"): a selector and perhaps a text."""
        def run(at, text=None):
            more = {} if text is None else {"text": text}
            return self.do(what, at=at, **more)
        return run

    def resize(self, size):
        self.size = size
        width, height = SIZES[size]
        self.do("resize", width=width, height=height)

    def button(self, name):
        self.click(f'role=button[name="{name}"]')

    def login(self, login, word):
        self.fill("#login", login)
        self.fill("#password", word)
        self.click("button[type=submit]")

    def look(self, name):
        """A screenshot, and whatever is wrong with what is shown."""
        SHOTS.mkdir(exist_ok=True)
        found = self.do("look") + self.do("faults")
        markup = SHOTS / f"{name}-{self.size}.html"
        markup.write_text(self.do("content"))
        self.browser.looked_at.append(markup)
        # Last: the browser leaves styles of its own in what it shot.
        self.do("shot", path=str(SHOTS / f"{name}-{self.size}.png"))
        assert found == [], "\n".join(found)


def both(page, name):
    """As it looks in both languages."""
    page.look(f"{name}-vi")
    page.button("English")
    page.wait("role=button[name='Tiếng Việt']")
    page.look(f"{name}-en")
    page.button("Tiếng Việt")


def check_markup(looked_at):
    """The HTML checker of the standard, started once for all of them."""
    files = sorted({*(ROOT / "handlers/console").glob("*.html"), *looked_at})
    jar = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
    if shutil.which("java") is None or not jar.exists():
        pytest.skip("MARKUP NOT CHECKED: java is missing, or npm ci")
    done = subprocess.run(
        ["java", "-Xss32m", "-XX:TieredStopAtLevel=1", "-jar", jar,
         "--errors-only", "--format", "gnu", "--stdout", *files],
        capture_output=True, text=True)
    assert done.stdout == "" and done.returncode == 0, done


@pytest.fixture(scope="module")
def browser():
    if not has_console():
        pytest.skip("CONSOLE NOT TESTED: built with CONSOLE=OFF")
    with Browser() as b:
        yield b
        if "ANSWERED" not in os.environ:  # or test_zz_markup.py does it
            check_markup(b.looked_at)


@pytest.fixture(scope="module")
def s():
    """A team and three cases; s.word logs the officer in."""
    settings = {"agency_quota": 100000, "public_url": "",
                "duty_phone": "0900 000 000"}
    with Daemon(procedure=FULL, settings=settings) as d:
        s = Site(d)
        d.ctl("member", "set", "canbo", "--name", LONG)
        s.url = f"http://127.0.0.1:{d.port}/"
        s.word = password(d, "canbo")
        s.codes = [s.open() for _ in range(3)]
        yield s
