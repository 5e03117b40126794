"""Slow clients by slowhttptest while a good one works.

Slow headers, slow bodies, slow readers: SLOW=n connections of each, that
would stay for many request deadlines.  The good client's notifications are
answered in time, all slow ones are cut by the daemon, memory and descriptors
come back.
"""
import os
import pathlib
import random
import re
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
STAY_S = 20  # the slow ones go no sooner of themselves
REPEATS = 3  # readers ask so often on one connection
MODES = {"headers": ["-H"], "bodies": ["-B", "-t", "POST", "-s", "60000"],
         "readers": ["-X", "-w", "1", "-y", "2", "-n", "1", "-z", "5",
                     "-k", str(REPEATS)]}
# Until all are seen to be gone: each request has its own deadline.
CUT_S = {mode: DEADLINE_S * (REPEATS if mode == "readers" else 1) + 5
         for mode in MODES}

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


def attack(storm, mode):
    """SLOW connections at once, and no end of them before STAY_S."""
    return subprocess.Popen(
        ["slowhttptest", *MODES[mode], "-c", str(SLOW), "-r", str(SLOW),
         "-i", "1", "-l", str(STAY_S), "-p", "2", "-u",
         f"http://127.0.0.1:{storm.d.port}/v1/openapi.json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def work_meanwhile(storm, files):
    """Notify until the slow ones have come and are gone again: how long each
    took, the most of them at once, the seconds that they were there."""
    took, most, began, came = [], 0, time.monotonic(), None
    while True:
        now, here = time.monotonic(), descriptors(storm.d) - files
        most = max(most, here)
        if came is None and most >= 0.9 * SLOW:
            came = now
        if came is not None and here <= 0:
            return took, most, now - came
        if now - began > STAY_S - 1:
            return took, most, None
        took.append(notify(storm))


@pytest.mark.parametrize("mode", MODES)
def test_slow_clients_are_cut_and_hold_up_nobody(storm, mode):
    d = storm.d
    files, kib = descriptors(d), resident_kib(d)
    slow = attack(storm, mode)
    try:
        took, most, stayed = work_meanwhile(storm, files)
        assert slow.poll() in (None, 0)  # it fell over nothing
    finally:
        slow.kill()
        slow.wait()
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    report.write(f"slow-{mode}", {
        "seed": storm.seed, "connections": SLOW, "seen": most,
        "stayed_s": stayed and round(stayed, 1), "notified": len(took),
        "p99_ms": round(1000 * p99),
        "resident_kib": resident_kib(d) - kib}, [])
    assert most >= 0.9 * SLOW, "too few were slow at once"
    assert stayed is not None, "slow ones are still there"
    assert stayed < CUT_S[mode]
    assert p99 < report.slowness(), f"p99 {p99}"
    assert resident_kib(d) < 2 * kib + 16384 + SANITIZER_KIB


def ask_for_much(storm):
    """Asked, and not a byte read."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.settimeout(10)
    s.connect(("127.0.0.1", storm.d.port))
    s.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
    return s


def test_an_answer_that_the_kernel_holds_is_cut_at_the_deadline(storm):
    """It had left the daemon, which took the connection for an idle one; that
    one stays, if it has read its answer."""
    files = descriptors(storm.d)
    with ask_for_much(storm) as idle, ask_for_much(storm) as slow:
        head, _, body = idle.recv(1 << 16).partition(b"\r\n\r\n")
        left = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(body) < left:
            body += idle.recv(1 << 16)
        time.sleep(DEADLINE_S - 1)
        assert descriptors(storm.d) == files + 2
        until = time.monotonic() + 5
        while descriptors(storm.d) > files + 1:
            assert time.monotonic() < until, "the slow one is still there"
            time.sleep(0.05)
        time.sleep(1)
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(1 << 16).startswith(b"HTTP/1.1 200")


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
