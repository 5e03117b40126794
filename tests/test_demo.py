"""Command 1 of README.md tells the whole story, in its order."""
import os
import subprocess
import sys

import hotline

STORY = ["1. Three notifications", "201, incident", "2. Cases", "holder canbo",
         "4. 13:00", "email   -> canbo@phuong.test", "còn 6 giờ",
         "5. 13:15", "webhook -> /truongnhom", "chưa ai xác nhận",
         "POST /a/...: 200", "N07 done: 200", "đến hạn", "8. What the record",
         "clock.lapsed", "chain whole", "none of them holds a name: yes"]


def test_the_demo_tells_its_story(tmp_path):
    told = subprocess.run(
        [sys.executable, hotline.ROOT / "tests/demo.py", "--once"],
        capture_output=True, text=True, timeout=300,
        env={**os.environ, "DEMO_FOLDER": str(tmp_path / "demo")})
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    at = 0
    for sentence in STORY:
        at = told.stdout.find(sentence, at)
        assert at >= 0, f"missing or out of order: {sentence}\n{told.stdout}"
