"""20 intakes a second, and a fault again and again: the process stays flat.

SOAK=s seconds with a fault every FAULT seconds: the courier is killed, the
receiver refuses, hangs up or breaks off, the settings are read again.
"""
import os
import pathlib
import random
import signal
import statistics
import time

import pytest

import report
import storm as storms

SOAK = int(os.environ.get("SOAK", 12))
FAULT = int(os.environ.get("FAULT", 3))
RATE = 20


@pytest.fixture
def storm(tmp_path, monkeypatch):
    # A sanitizer keeps what was freed; not so much that it looks a leak.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=4")
    storm = storms.Storm(tmp_path)
    yield storm
    storm.end()


def kill_courier(storm):
    pid = storm.d.process.pid
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    for child in path.read_text().split():
        os.kill(int(child), signal.SIGKILL)


def refuse(storm):
    storm.web.behave(*[503] * 5)


def break_off(storm):
    storm.web.behave("rst", "half", "rst")


def read_again(storm):
    storm.d.process.send_signal(signal.SIGHUP)


FAULTS = [kill_courier, refuse, break_off, read_again]


def blow(storm):
    """How many intakes there were; each is answered."""
    dice = random.Random(storm.seed)
    began = time.monotonic()
    n = faults = 0
    while (now := time.monotonic() - began) < SOAK:
        if now > (faults + 1) * FAULT:
            FAULTS[faults % len(FAULTS)](storm)
            faults += 1
        if n < now * RATE:
            storm.post(f"lau-{n}", dice)
            n += 1
            if n % RATE == 0:
                storm.books.sample(storm.d.process.pid)
        else:
            time.sleep(0.005)
    return n, faults


def test_a_long_load_with_faults_leaves_the_process_flat(storm):
    n, faults = blow(storm)
    found = storm.audit()
    samples = storm.books.samples
    half = len(samples) // 2
    early, late = (round(statistics.median(s[2] for s in part))
                   for part in (samples[:half], samples[half:]))
    report.write("soak", {"seconds": SOAK, "intakes": n, "faults": faults,
                          "early_kib": early, "late_kib": late,
                          "descriptors": max(s[0] for s in samples),
                          **storm.counts()}, found)
    assert found == []
    assert faults >= SOAK // FAULT - 1 and n >= SOAK * RATE // 4
    assert late < 1.5 * early + 8192
