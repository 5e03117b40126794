"""What each process of the suite saw answered is put together in one file."""
import os
import re

import pytest

import openapi_check
from hotline import BUILD

# What takes a minute in one file begins first, or two processes end long
# before the third.
LONG = ("test_system", "test_login", "test_calls", "test_simulation",
        "test_kill", "test_stories", "test_procedure", "test_tls",
        "test_console", "test_speed", "test_years")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "plain: needs a build without a sanitizer (one wants to be "
        "loaded first, has its own malloc, or is too slow): `BUILD=build "
        "pytest -m plain` runs these and no others")


def pytest_runtest_setup(item):
    if item.get_closest_marker("plain") and re.search(
            b"__[at]san_init", (BUILD / "hotlined").read_bytes()):
        pytest.skip("NOT ON THE SANITIZED BUILD: `-m plain` on the plain one")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in LONG)


def pytest_sessionfinish():
    if where := os.environ.get("ANSWERED"):
        with open(where, "a") as out:
            for method, path, status in sorted(openapi_check.seen):
                out.write(f"{method} {path} {status}\n")
