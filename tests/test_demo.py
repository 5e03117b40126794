"""README's two commands: the first, as it stands there, tells the whole story
in its order, and what it says to try works; the second is what CI runs."""
import fcntl
import gzip
import json
import os
import re
import subprocess
import threading
import urllib.request

import pytest

import hotline

ROOT = hotline.ROOT
STORY = ["1. Three notifications", "201, incident", "2. Cases", "holder canbo",
         "4. 13:00", "email   -> canbo@phuong.test", "còn 6 giờ",
         "5. 13:15", "webhook -> /truongnhom", "chưa ai xác nhận",
         "POST /a/...: 200", "N07 done: 200", "đến hạn", "8. What the record",
         "clock.lapsed", "chain whole", "none of them holds a name: yes",
         "Ctrl-C ends it.  Try:\n"]


def commands():
    text = (ROOT / "README.md").read_text()
    block = re.search(r"## Two commands\n.*?```sh\n(.*?)```", text, re.S)[1]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


def sh(command, **more):
    return subprocess.run(["sh", "-ec", command], cwd=ROOT, timeout=60,
                          capture_output=True, text=True, **more)


def read(url, body=None):
    """What is there; with a body, what is said to it."""
    return urllib.request.urlopen(urllib.request.Request(
        url, body and json.dumps(body).encode(),
        {"Content-Type": "application/json"}), timeout=20).read()


@pytest.fixture
def demo(tmp_path):
    """The first command, running, and what it has told."""
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build/package.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # it builds there
        process = subprocess.Popen(
            ["sh", "-c", "exec " + commands()[0]], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "DEMO_FOLDER": str(tmp_path / "demo"),
                 "PYTHONUNBUFFERED": "1"})
        patience = threading.Timer(300, process.kill)
        patience.start()
        told = ""
        for line in process.stdout:
            told += line
            if "the page of a school" in line:
                break
    yield process, told
    patience.cancel()
    process.terminate()
    process.wait(20)


def test_the_demo_tells_its_story(demo):
    process, told = demo
    at = 0
    for sentence in STORY:
        at = told.find(sentence, at)
        assert at >= 0, f"missing or out of order: {sentence}\n{told}"
    curl, rest = re.search(r"(curl .*?\n)\s*(/\S+hotlinectl .*)In a",
                           told[at:], re.S).groups()
    done = sh(curl)
    assert done.stdout.startswith("HTTP/1.1 201 "), done
    done = sh(rest)
    assert done.returncode == 0 and "cases_open: 4" in done.stdout, done
    page, login, word, school = re.search(
        r"(http\S+/)  as (\w+), password (\S+): .*?(http\S+/refer\S*): ",
        told[at:], re.S).groups()
    assert b"<title>" in gzip.decompress(read(page)) and read(school)
    said = json.loads(read(page + "v1/session", {"login": login,
                                                 "password": word}))
    assert said["csrf"], said
    process.terminate()
    assert process.wait(20) == 0


def test_ci_runs_the_second_command():
    ci = (ROOT / ".ci/run").read_text()
    assert ci.endswith(f"\nexec {commands()[1]}\n")
