"""Whether there are pages is chosen when it is built (CMake: CONSOLE)."""
import re

import pytest

from hotline import BUILD, ROOT
from referral_site import body, case, ok, open_site, post

PAGES = {"/": "text/html; charset=utf-8", "/refer": "text/html; charset=utf-8",
         "/console/console.mjs": "text/javascript; charset=utf-8",
         "/console/icon.svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


@pytest.fixture(scope="module")
def wanted():
    """Not what was embedded, but what was asked for."""
    return {"ON": True, "OFF": False}[re.search(
        r"^CONSOLE:BOOL=(\w+)$", (BUILD / "CMakeCache.txt").read_text(),
        re.M)[1]]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_there_only_if_they_were_built(s, wanted, path):
    a = s.d.api("GET", path)
    if wanted:
        assert (a.status, a.headers["content-type"]) == (200, PAGES[path])
        assert a.raw.startswith(b"\x1f\x8b")
    else:
        assert (a.status, a.json["code"]) == (404, "not_found")
        assert "content-security-policy" not in a.headers


def test_hotlinectl_says_whether_there_are_pages(s, wanted):
    assert s.d.ctl("status")["pages"] is wanted


def test_the_api_is_there_either_way(s):
    """What a page can do, curl can do."""
    (code,) = ok(post(s, body()))["cases"]
    assert case(s, code)["code"] == code
    assert ok(s.d.api("GET", "/v1/openapi.json"), 200)["paths"]["/refer"]
    assert s.d.api("GET", "/v1/me", key=s.lead).json["roles"] == "lead"


def test_no_link_is_printed_that_leads_to_nothing(s, wanted):
    done = s.d.ctl_raw("link", "add", "truong1", "--until", "2027-01-15")
    if wanted:
        assert done.returncode == 0 and "/refer#hlf_truong1_" in done.stdout
    else:
        assert done.returncode == 1 and "no_pages" in done.stderr


def test_one_build_of_all_has_none():
    """And these tests run on it."""
    text = (ROOT / "tests/all.sh").read_text()
    (folder,) = re.findall(r"^build (\S+) .*-DCONSOLE=OFF$", text, re.M)
    run = re.search(rf"BUILD={folder} suite .*\\\n\s*tests/test_(\S+)", text)
    assert "pages" in re.findall(r"\w+", run[1])
    assert "-DCONSOLE=OFF" in (ROOT / "README.md").read_text()
