"""Another build of the pages on a phone that has the old one."""
import gzip
import http.client
import http.server
import threading
import time

import pytest

from console_site import Page, browser, s
from test_console import build_of
from test_console_push import READY

__all__ = ["browser", "s"]
KEYS = "caches.keys()"
NAMES = """performance.getEntriesByType("resource").map((e) => e.name)
  .filter((name) => /[/]console[/][0-9a-f]{16}[/]/.test(name))"""
COME_BACK = 'document.dispatchEvent(new Event("visibilitychange"))'


class Builds(http.server.ThreadingHTTPServer):
    """The daemon as if it had been built again: the same files under another
    name, and another word at the top.  What is in gone is not there."""

    def __init__(self, d):
        super().__init__(("127.0.0.1", 0), Seen)
        self.port, self.gone = d.port, set()
        self.of = self.build = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def fetch(self, path):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        c.request("GET", path)
        a = c.getresponse()
        return a, a.read()


class Seen(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        b, name = self.server, self.path.split("/")[-1]
        other = self.path.startswith("/console/") and \
            self.path.count("/") == 3 and b.build not in self.path
        if self.path == "/v1/events" or other or name in b.gone:
            self.send_error(503 if "events" in self.path else 404)
            return
        a, body = b.fetch(self.path.replace(b.build, b.of))
        if a.headers["Content-Encoding"] == "gzip":
            text = gzip.decompress(body).decode(errors="surrogateescape")
            text = text.replace(b.of, b.build)
            if name == "vi.json":
                text = text.replace("Trực bảo vệ trẻ em", b.build)
            body = gzip.compress(text.encode(errors="surrogateescape"))
        self.send_response(a.status)
        for key, value in a.getheaders():
            if key.lower() not in ("content-length", "etag", "date",
                                   "connection", "server"):
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def until(p, code, want):
    for _ in range(100):
        if p.do("run", code=code) == want:
            return
        time.sleep(0.1)
    assert p.do("run", code=code) == want


@pytest.fixture
def builds(s):
    with Builds(s.d) as builds:
        builds.of = builds.build = build_of(s)
        yield builds


def test_an_update_comes_whole_and_at_a_turn_of_the_page(s, browser, builds):
    with Page(browser, f"http://127.0.0.1:{builds.server_port}/") as p:
        assert p.do("run", code=READY)
        first, second, third = builds.of, "a" * 16, "b" * 16
        until(p, KEYS, [f"pages-{first}"])
        # One file of it cannot be had: nothing of it is kept.
        builds.build, builds.gone = second, {"case.mjs"}
        p.do("run", code=COME_BACK)
        time.sleep(1.5)
        p.do("reload", at="#login")
        assert p.text(".brand") == first
        assert all(first in n for n in p.do("run", code=NAMES))
        # Whole: it takes over, and the page goes on until somebody turns it.
        builds.build, builds.gone = third, set()
        p.do("run", code=COME_BACK)
        until(p, KEYS, [f"pages-{third}"])
        assert p.text(".brand") == first
        p.do("run", code="location.hash = '#/search'")
        p.wait(f".brand:text('{third}')")
        assert p.do("run", code="location.hash") == "#/search"
        used = p.do("run", code=NAMES)
        assert used and all(third in n for n in used)
        # The old one is gone, and this one opens without anybody.
        builds.gone = {n.split("/")[-1] for n in used} | {""}
        p.do("reload", at="#login")
        assert p.text(".brand") == third
        # The browser says of the half one that it was refused.
        assert {f.split(":")[0] for f in p.do("faults")} <= {"console"}
