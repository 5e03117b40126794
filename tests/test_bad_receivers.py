"""Receivers that fail in every way, a courier that is killed: alerts arrive.

Everybody's first address is on a channel that answers 500, 429, a redirect,
half an answer, byte after byte, nothing, or resets; or whose certificate is
expired, of another host or of nobody we know; or whose name does not exist, or
is asked of a DNS that is dead.  The second is good, and one officer has that
alone: urgent alerts to them are as quick as ever.  Then the courier is killed
while it waits for an answer.  All of it is in a network of its own.
RECEIVERS=seconds of it (SEED=n).
"""
import os
import pathlib
import random
import re
import signal
import statistics
import threading
import time

import pytest

import namespace
import receivers
import report
import storm as storms

SECONDS = int(os.environ.get("RECEIVERS", 6))
BAD = [500, 503, (429, {"Retry-After": "1"}, b""), "hang", "half", "rst",
       "drip", (302, {"Location": "http://127.0.0.1:9/"}, b""), 404]
# The channels that nothing can be sent on, and what an attempt is called.
DEAD = {"expired": "permanent", "elsewhere": "permanent",
        "unknown": "permanent", "nobody": "transient", "mute": "transient"}
JITTER_S = 0.25
# An errand that hangs gives its place back after this.  Were all places taken,
# an alert waits for that, and at most for one more of those that came before.
TIMEOUT_S = 1
PLACES = 2
NEVER_S = 6  # it is not waited for any longer


class BadStorm(storms.Storm):
    """On the bad channels nothing is sure; on the good one all is."""

    def __init__(self, folder, timeout=TIMEOUT_S, **settings):
        self.dns = namespace.Dns()
        super().__init__(folder / "d", **settings)
        self.bad = self.web
        self.good = receivers.HttpReceiver(self.bad.ledger, "good")
        self.channels[0]["timeout"] = f"{timeout}s"
        self.add_channel("good", self.good.url)
        self.slow = receivers.HttpReceiver(self.bad.ledger, "slow")
        self.slow.always = "hang"
        self.add_channel("slow", self.slow.url)
        self.servers = [self.good, self.slow]
        for kind in ("expired", "elsewhere", "unknown"):
            self.add_stranger(folder, kind)
        self.add_channel("nobody", "https://nobody.invalid")
        self.add_channel("mute", "https://mute.test")
        self.d.write_channels(self.channels)
        self.d.ctl("reload")
        self.add_people()
        self.stretch = report.slowness()
        self.waits, self.took, self.alerts = [], [], []
        self.watches = [threading.Thread(target=self.guard, args=(f, n))
                        for n, f in enumerate((self.ask, self.probe,
                                               self.shout))]
        self.couriers_killed = 0
        self.may_be_slow = False

    def add_channel(self, name, url, **more):
        self.channels.append({**self.channels[0], "name": name,
                              "url": url + "/", **more})

    def add_stranger(self, folder, kind):
        certificate = receivers.Certificate(
            folder / kind, expired=kind == "expired",
            host="elsewhere.test" if kind == "elsewhere" else "localhost")
        server = receivers.HttpReceiver(self.bad.ledger, kind, certificate)
        self.servers.append(server)
        trusted = {} if kind == "unknown" else {"ca_file": certificate.cert}
        self.add_channel(kind, server.url, **trusted)

    def add_people(self):
        """Everybody has a second address that is good; and there is a lead
        for each dead channel."""
        for n, kind in enumerate(DEAD):
            self.d.member(f"truong-{kind}", "lead", **{kind: str(20 + n)})
        for n, login in enumerate(["canbo", "truongnhom", "chutich",
                                   *(f"truong-{kind}" for kind in DEAD)]):
            self.d.ctl("member", "address", login, "good", str(30 + n),
                       "--verified")
        self.d.member("canbo-tot", good="50")

    def alert(self, key):
        """Seconds until the urgent alert of a case that is given to the
        officer of the good channel is out."""
        code = self.send(key, storms.notification(key))["cases"][0]
        self.d.ask(f"/v1/admin/cases/{code}/assign",
                   {"member": "canbo-tot", "by": "chutich",
                    "reason": "Trực thay."})
        began = time.monotonic()
        while not any(code in r["json"]["text"] and r["json"]["to"] == "50"
                      for r in list(self.good.requests)):
            time.sleep(0.005)
            if time.monotonic() > began + NEVER_S:
                break
        return time.monotonic() - began

    def shout(self, turn, _):
        if not self.may_be_slow:
            took = self.alert(f"alert-{turn}")
            if not self.couriers_killed:
                self.alerts.append(took)
        time.sleep(0.1)

    def disturbed(self):
        """Half of the urgent alerts waited for a bad channel.  What the load
        takes of these processors they took before, too."""
        usual = statistics.median(self.quick)
        now = statistics.median(self.alerts)
        if now > PLACES * TIMEOUT_S + 3 * usual:
            yield f"urgent alerts took {now:.2f} s on the good channel, " \
                f"{usual:.2f} s while no other was bad"

    def ask(self, *_):
        """How long does the loop take to answer anybody?"""
        began = time.monotonic()
        self.d.api("GET", "/healthz", timeout=30)
        self.waits.append(time.monotonic() - began)
        time.sleep(0.02)

    def probe(self, turn, _):
        """How long until something new is out on the good channel?"""
        where = f"9{turn.replace('-', '')}"
        self.d.ask("/v1/admin/members/canbo/addresses",
                   {"channel": "good", "address": where})
        if self.may_be_slow:
            return
        began = time.monotonic()
        while not any(r["json"]["to"] == where for r in self.good.requests):
            time.sleep(0.01)
            if self.may_be_slow or self.over.is_set():
                break  # it took as long as that, at least
        self.took.append(time.monotonic() - began)
        time.sleep(0.1)

    def kill_courier(self):
        pid = self.d.process.pid
        for child in pathlib.Path(
                f"/proc/{pid}/task/{pid}/children").read_text().split():
            if "hotline-courier" in pathlib.Path(
                    f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGKILL)
                self.couriers_killed += 1

    def kill_waiting(self, n, until):
        """It is given an errand that hangs, and dies of that."""
        self.d.ask("/v1/admin/members/canbo/addresses",
                   {"channel": "slow", "address": f"8{n}"})
        while not self.slow.hanging and time.monotonic() < until:
            time.sleep(0.005)
        if self.slow.hanging:
            self.kill_courier()

    def blow(self, seconds):
        """Some alerts while nothing is bad; then all is but the good one."""
        self.begin()
        self.quick = [self.alert(f"before-{n}") for n in range(7)]
        dice = random.Random(self.seed)
        self.bad.behave(*(dice.choice(BAD) for _ in range(int(40 * seconds))))
        for watch in self.watches:
            watch.start()
        time.sleep(seconds)
        while len(self.alerts) < 5:
            assert self.watches[-1].is_alive(), "no urgent alert any more"
            time.sleep(0.1)
        # A courier that is away, for growing pauses, sends nothing.
        self.may_be_slow = True

    def kill_couriers(self, seconds):
        dice = random.Random(self.seed)
        until = time.monotonic() + seconds
        n = 0
        while time.monotonic() < until:
            self.kill_waiting(n, until + 10)
            n += 1
            time.sleep(dice.uniform(0.2, 0.5))
        self.calm()
        for watch in self.watches:
            watch.join()
        self.slow.always = None  # from now on they are good, too
        while self.bad.next_behaviour() is not None:
            pass
        until = time.monotonic() + 60  # it comes back after growing pauses
        while self.d.ctl("status")["courier"] != "up":
            assert time.monotonic() < until, "no courier any more"
            time.sleep(0.1)

    def tried(self):
        """Attempts by (channel, result)."""
        return {(c, r): int(n) for c, r, n in re.findall(
            r'hotline_deliveries_total{channel="(.*?)",result="(.*?)"} (\d+)',
            self.d.watch("/metrics").text)}

    def end(self):
        super().end()
        for server in self.servers:
            server.stop()
        self.dns.stop()


@pytest.fixture
def storm(tmp_path):
    with namespace.own_network():
        storm = BadStorm(tmp_path)
        yield storm
        storm.end()


def part(list_, share):
    return sorted(list_)[int(len(list_) * share)]


def thousandths(list_):
    return [round(1000 * one) for one in list_]


def test_bad_receivers_and_a_dying_courier_lose_no_alert(storm):
    storm.blow(SECONDS / 2)
    storm.kill_couriers(SECONDS / 2)
    refused, tried = len(storm.bad.refused), storm.tried()
    found = [*storm.disturbed(), *storm.audit()]
    counts = {**storm.counts(), "couriers_killed": storm.couriers_killed,
              "refused": refused,
              "no_such_name": storm.dns.refused,
              "unheard": storm.dns.unheard,
              **{f"{kind}_{how}": tried.get((kind, how), 0)
                 for kind, how in DEAD.items()},
              "healthz_p99_ms": round(1000 * part(storm.waits, 0.99)),
              "healthz_max_ms": round(1000 * max(storm.waits)),
              "good_probes": len(storm.took),
              "good_max_ms": round(1000 * max(storm.took, default=0)),
              "urgent_before_ms": thousandths(storm.quick),
              "urgent_ms": thousandths(storm.alerts),
              "stretch": round(storm.stretch, 1)}
    report.write("receivers", counts, found)
    assert found == []
    assert refused >= 6  # then the breaker is open most of the time
    assert storm.couriers_killed >= 1
    assert storm.dns.refused > 0 and storm.dns.unheard > 0, counts
    assert all(tried.get(one, 0) > 0 for one in DEAD.items()), tried
    assert not any(tried.get((kind, "accepted")) for kind in DEAD), tried
    assert part(storm.waits, 0.99) < JITTER_S * storm.stretch, counts
    # What thousands waited for the courier is recorded in one transaction.
    assert max(storm.waits) < 8 * JITTER_S * storm.stretch, counts


def test_urgent_alerts_wait_where_a_bad_channel_has_the_only_place(tmp_path):
    """So the bar can fail: the place is held for four seconds."""
    with namespace.own_network():
        storm = BadStorm(tmp_path, timeout=4, courier_parallel=1)
        try:
            storm.bad.always = "hang"
            until = time.monotonic() + 30
            storm.send("held", storms.notification("held"))
            while not storm.bad.hanging:
                assert time.monotonic() < until, "nothing hangs"
                time.sleep(0.005)
            storm.quick, storm.alerts = [0.02], [storm.alert("behind")]
            assert list(storm.disturbed()), storm.alerts
        finally:
            storm.end()
