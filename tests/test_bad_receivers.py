"""Receivers that fail in every way, a courier that is killed: alerts arrive.

Everybody's first address is on a channel that answers 500, 429, a redirect,
half an answer, nothing, or resets; the second is good.  Meanwhile the courier
is killed again and again.  RECEIVERS=seconds of it (SEED=n).
"""
import os
import pathlib
import random
import signal
import threading
import time

import pytest

import receivers
import report
import storm as storms

SECONDS = int(os.environ.get("RECEIVERS", 6))
BAD = [500, 503, (429, {"Retry-After": "1"}, b""), "hang", "half", "rst",
       (302, {"Location": "http://127.0.0.1:9/"}, b""), 404]


class BadStorm(storms.Storm):
    """Two channels; on the bad one nothing is sure."""

    def __init__(self, folder):
        super().__init__(folder)
        self.bad = self.web
        self.good = receivers.HttpReceiver(storms.Sink(self.books), "good")
        self.channels[0]["timeout"] = "1s"
        self.channels.append({**self.channels[0], "name": "good",
                              "url": self.good.url + "/"})
        self.d.write_channels(self.channels)
        self.d.ctl("reload")
        for login, where in (("canbo", "11"), ("truongnhom", "12"),
                             ("chutich", "13")):
            self.d.ctl("member", "address", login, "good", where,
                       "--verified")
        self.waits = []
        self.watch = threading.Thread(target=self.ask)
        self.couriers_killed = 0

    def ask(self):
        """How long does the loop take to answer anybody?"""
        while not self.over.is_set():
            began = time.monotonic()
            self.d.api("GET", "/healthz", timeout=30)
            self.waits.append(time.monotonic() - began)
            time.sleep(0.02)

    def kill_courier(self):
        pid = self.d.process.pid
        for child in pathlib.Path(
                f"/proc/{pid}/task/{pid}/children").read_text().split():
            if "hotline-courier" in pathlib.Path(
                    f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGKILL)
                self.couriers_killed += 1

    def blow(self, seconds):
        dice = random.Random(self.seed)
        self.bad.behave(*(dice.choice(BAD) for _ in range(20 * seconds)))
        self.begin()
        self.watch.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            # It comes back after growing pauses, and must do something then.
            time.sleep(dice.uniform(0.5, 1.5) * (1 + self.couriers_killed))
            self.kill_courier()
        self.calm()
        self.watch.join()
        while self.bad.next_behaviour() is not None:
            pass  # from now on it is good, too
        until = time.monotonic() + 60  # it comes back after growing pauses
        while self.d.ctl("status")["courier"] != "up":
            assert time.monotonic() < until, "no courier any more"
            time.sleep(0.1)

    def end(self):
        super().end()
        self.good.stop()


@pytest.fixture
def storm(tmp_path):
    storm = BadStorm(tmp_path)
    yield storm
    storm.end()


def test_bad_receivers_and_a_dying_courier_lose_no_alert(storm):
    storm.blow(SECONDS)
    refused = len(storm.bad.refused)
    found = storm.audit()
    waits = sorted(storm.waits)
    p95 = waits[int(len(waits) * 0.95)]
    counts = {**storm.counts(), "couriers_killed": storm.couriers_killed,
              "refused": refused, "healthz_p95_ms": round(1000 * p95),
              "healthz_max_ms": round(1000 * waits[-1])}
    report.write("receivers", counts, found)
    assert found == []
    assert refused >= min(SECONDS, 12) and storm.couriers_killed >= 2
    assert p95 < 0.25, counts
