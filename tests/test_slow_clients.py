"""Slow clients by slowhttptest while a good one works.

Slow headers, slow bodies, slow readers: SLOW=n connections of each.  The good
client's notifications are answered in time, all slow ones are cut within the
deadline, memory and descriptors come back.
"""
import os
import pathlib
import random
import shutil
import socket
import subprocess
import time

import pytest

import hotline
import report
import storm as storms

SLOW = int(os.environ.get("SLOW", 100))
DEADLINE_S = 3
MODES = {"headers": ["-H"], "bodies": ["-B", "-t", "POST", "-s", "60000"],
         "readers": ["-X", "-w", "1", "-y", "2", "-n", "1", "-z", "5",
                     "-k", "3"]}

# What a sanitizer holds back of freed memory, and puts around the rest.
SANITIZER_KIB = 32768 if b"asan" in \
    (hotline.BUILD / "hotlined").read_bytes() else 0


@pytest.fixture(scope="module")
def storm(tmp_path_factory):
    if shutil.which("slowhttptest") is None:
        pytest.skip("SLOW CLIENTS NOT TESTED: slowhttptest is missing")
    with pytest.MonkeyPatch.context() as environment:
        # A sanitizer keeps what was freed; not so much that it looks a leak.
        environment.setenv("ASAN_OPTIONS", "quarantine_size_mb=4")
        storm = storms.Storm(tmp_path_factory.mktemp("slow") / "d",
                             request_deadline=f"{DEADLINE_S}s")
    yield storm
    storm.end()


def descriptors(d):
    return len(os.listdir(f"/proc/{d.process.pid}/fd"))


def resident_kib(d):
    status = pathlib.Path(f"/proc/{d.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def notify(storm):
    """Seconds to its 201."""
    key = f"slow-{len(storm.books.sent)}"
    began = time.monotonic()
    storm.post(key, random.Random(storm.seed + len(storm.books.sent)))
    return time.monotonic() - began


@pytest.mark.parametrize("mode", MODES)
def test_slow_clients_hold_up_nobody(storm, mode):
    d = storm.d
    files, kib = descriptors(d), resident_kib(d)
    attack = subprocess.Popen(
        ["slowhttptest", *MODES[mode], "-c", str(SLOW), "-r", str(SLOW),
         "-i", "1", "-l", "5", "-p", "2", "-u",
         f"http://127.0.0.1:{d.port}/v1/openapi.json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took, most = [], 0
    while attack.poll() is None:
        took.append(notify(storm))
        most = max(most, descriptors(d))
        time.sleep(0.01)
    until = time.monotonic() + DEADLINE_S + 1
    while descriptors(d) > files:
        assert time.monotonic() < until, "slow ones are still there"
        time.sleep(0.05)
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    report.write(f"slow-{mode}", {
        "seed": storm.seed, "connections": SLOW, "seen": most - files,
        "notified": len(took), "p99_ms": round(1000 * p99), "resident_kib": resident_kib(d) - kib},
        [])
    assert most - files >= min(SLOW, 400) // 2, "too few were slow at once"
    assert p99 < 1, f"p99 {p99}"
    assert resident_kib(d) < 2 * kib + 16384 + SANITIZER_KIB


def test_crowds_of_connections_come_and_go(storm):
    d = storm.d
    files, kib = descriptors(d), resident_kib(d)
    for n in range(20 * SLOW):
        socket.create_connection(("127.0.0.1", d.port)).close()
        if n % 500 == 0:
            assert notify(storm) < 1
    # The sweep that finds them comes within an eighth of the idle limit, or
    # when the door is full.
    until = time.monotonic() + 10
    while descriptors(d) > files and time.monotonic() < until:
        time.sleep(0.05)
    assert descriptors(d) <= files
    assert resident_kib(d) < kib + 4096 + SANITIZER_KIB
    assert notify(storm) < 1


def test_and_all_that_was_told_is_there(storm):
    storm.pass_time()  # an alert that is due, and an anchor
    found = storm.audit()
    report.write("slow", storm.counts(), found)
    assert found == []
    assert len(storm.books.receipts) > 30 and storm.books.received
