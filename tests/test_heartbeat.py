"""The dead man's switch: a sign of life leaves, whatever else does not."""
import contextlib
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import threading
import time
import urllib.request
import uuid

import pytest

import receivers
from courier_rig import Courier
from hotline import ROOT, Daemon, spool
from notify_rig import Manager
from ward import body

BODY = '{"seq":"{seq}","oldest":"{oldest}","events":"{events}",' \
    '"head":"{head}","ward":"{ward}","at":"{at}","until":"{until}"}'


class Outside(receivers.HttpReceiver):
    """Somebody outside; no ledger, for each is another one."""

    def __init__(self):
        super().__init__(self)

    def add(self, message):
        pass

    def await_n(self, n, timeout=15):
        until = time.monotonic() + timeout
        while len(self.requests) < n:
            assert time.monotonic() < until, self.requests
            time.sleep(0.02)
        return [r["json"] for r in self.requests]


@pytest.fixture
def outside():
    o = Outside()
    yield o
    o.stop()


def channel(url, **more):
    return {"name": "heartbeat", "kind": "http", "url": url + "/beat",
            "body": BODY, "allow_private": True, "interval": "now", **more}


def daemon(folder, url, settings=None, **more):
    return Daemon(folder=folder, channels=[
        spool(folder / "spool", interval="now"), channel(url)],
        settings={"heartbeat_channel": "heartbeat", "heartbeat_every": "200ms",
                  **(settings or {})}, **more)


def metric(d, name):
    return float(re.search(rf"^{name} (\S+)$", d.watch("/metrics").text,
                           re.M)[1])


def test_it_says_sequence_oldest_and_head(tmp_path, outside):
    with daemon(tmp_path / "d", outside.url) as d:
        first, second = outside.await_n(2)[:2]
        assert (first["seq"], second["seq"]) == ("1", "2")
        assert first["ward"] == "99999" and first["oldest"] == "0"
        assert first["at"] == "2026-11-24T00:00:00Z"
        assert first["until"] == "2026-11-24T00:00:00.600Z"
        d.agency("truong1")
        head = d.ctl("audit", "head")
        n = len(outside.requests)
        last = outside.await_n(n + 2)[-1]
        assert (int(last["events"]), last["head"]) == (head["seq"],
                                                       head["hash"])
        assert metric(d, "hotline_heartbeat_time_seconds") == 1795478400
        said = int(last["seq"])
        assert metric(d, "hotline_heartbeat_sequence") >= said
        d.restart()
        n = len(outside.requests)
        assert int(outside.await_n(n + 1)[-1]["seq"]) > said  # never again


def test_it_goes_on_while_alerts_do_not_leave(tmp_path, outside):
    """The spool folder is gone: an attempt fails, and the beats go on."""
    with daemon(tmp_path / "d", outside.url) as d:
        d.member("an", "officer", duty=True, sms="0900000001")
        # A courier that starts without the folder has no such channel.
        until = time.monotonic() + 30
        while "hotline_courier_up 1" not in d.watch("/metrics").text:
            assert time.monotonic() < until
        shutil.rmtree(d.folder / "spool")
        key = d.agency("truong1")
        d.api("POST", "/v1/referrals", body(), key=key)
        failed = 'hotline_deliveries_total{channel="sms",result="permanent"}'
        until = time.monotonic() + 30
        while f"{failed} 1" not in d.watch("/metrics").text:
            assert time.monotonic() < until
        n = len(outside.requests)
        beats = [int(b["seq"]) for b in outside.await_n(n + 2)]
        assert beats == list(range(beats[0], beats[0] + len(beats)))


class Listening(Manager):
    """Hears all the time: who is not heard waits, with all its work."""

    def __init__(self, folder):
        super().__init__(folder)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                self.said.append(self.socket.recv(4096).decode())

    def next(self, word):
        """The second from now: what is told in it was looked at since."""
        n, until = len(self.said), time.monotonic() + 20
        while len(found := [s for s in self.said[n:] if word in s]) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        return found[1]


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Where the daemon tells its STATUS, every 100 ms."""
    m = Listening(tmp_path)
    for name, value in m.env(watchdog_ms=400).items():
        monkeypatch.setenv(name, value)
    yield m
    m.socket.close()


def test_the_oldest_grows_by_the_clock_until_it_leaves(tmp_path, outside,
                                                       told):
    """A modem that takes one message in ten minutes: of two alerts made at
    07:00 the second waits.  All who are told how long say the same."""
    with Daemon(folder=tmp_path / "d", channels=[
            spool(tmp_path / "d/spool", interval="10m"),
            channel(outside.url)], settings={
                "heartbeat_channel": "heartbeat", "heartbeat_every": "200ms",
                "digest_above": 100}) as d:
        def oldest():
            n = len(outside.requests)
            beat = outside.await_n(n + 2)[-1]["oldest"]
            said = told.next("open cases")
            status = re.search(r"STATUS=open cases (\d+), next due (\S+), "
                               r"oldest unsent (\d+) s$", said)
            counts = d.ctl("status")
            assert int(status[1]) == counts["cases_open"]
            assert status[2] == counts.get("next_clock_at", "never")
            ready = d.api("GET", "/readyz?verbose")
            since = counts.get("oldest_unsent_at")
            return (int(beat), int(status[3]), ready.json["oldest_unsent_s"],
                    metric(d, "hotline_outbox_oldest_seconds"), since,
                    ready.status)

        d.member("an", "officer", duty=True, sms="0900000001")
        assert oldest() == (0, 0, 0, 0, None, 200)
        key = d.agency("truong1")
        for _ in range(2):
            assert d.api("POST", "/v1/referrals", body(),
                         key=key).status == 201
        d.step("0s")  # the first has left
        made = "2026-11-24T07:00:00+07:00"
        for minute in (1, 5, 9):
            d.step(f"2026-11-24T07:0{minute}:00+07:00")
            assert oldest() == (*[60 * minute] * 4, made, 200)
        d.step("2026-11-24T07:10:00+07:00")
        # It left; those who are called again at 07:10 wait for 07:20.
        assert oldest() == (0, 0, 0, 0, "2026-11-24T07:10:00+07:00", 200)


def test_a_receiver_that_refuses_is_told_once(tmp_path, outside):
    outside.always = 503
    with daemon(tmp_path / "d", outside.url) as d:
        outside.await_n(3)
        assert metric(d, "hotline_heartbeat_time_seconds") == 0
        assert d.log().count("heartbeat not taken") == 1
        outside.always = None
        n = len(outside.requests)
        outside.await_n(n + 2)
        assert d.log().count("heartbeat taken again") == 1
        assert metric(d, "hotline_heartbeat_time_seconds") > 0


def test_none_leaves_without_a_channel_and_a_wrong_one_is_refused(tmp_path,
                                                                  outside):
    with daemon(tmp_path / "d", outside.url,
                settings={"heartbeat_channel": ""}) as d:
        time.sleep(0.6)
        assert outside.requests == []
        d.write_settings(None, {"heartbeat_channel": "pigeon"})
        assert "no channel 'pigeon'" in d.check().stderr
        d.write_settings(None, {"heartbeat_channel": "heartbeat",
                                "heartbeat_every": "200ms"})
        d.ctl("reload")
        outside.await_n(1)


def test_no_alert_stands_before_it(tmp_path, outside):
    """All 64 transfers of the courier hang: the heartbeat has its own way."""
    slow = Outside()
    slow.always, slow.delay = "hang", 3
    c = Courier(tmp_path, {
        "name": "web", "kind": "http", "url": slow.url + "/x",
        "body": '{"to":"{to}"}', "allow_private": True, "timeout": "20s"},
        channel(outside.url))
    for i in range(80):
        c.send("web", f"x{i}")
    until = time.monotonic() + 30
    while len(slow.requests) < 64:
        assert time.monotonic() < until
        time.sleep(0.02)
    start = time.monotonic()
    c.say(do="beat", id=str(uuid.uuid4()), epoch=0, channel="heartbeat",
          to="99999", subject="s", text="t", words={"seq": "7"})
    assert c.await_("beat")["class"] == "accepted"
    assert time.monotonic() - start < 3
    assert outside.requests[0]["json"]["seq"] == "7"
    c.process.kill()
    c.stop()
    slow.stop()


# ---- The other side ----

def await_beat(p):
    """The province has heard its ward at this instant of its clock."""
    until = time.monotonic() + 30
    now = p.ctl("clock", "get")["now"]
    while (key := p.ctl("key", "list", "phuong1")["items"][0]).get(
            "used_at") != now:
        assert time.monotonic() < until, (key, now)
        time.sleep(0.05)


@pytest.fixture
def pair(tmp_path):
    """A province's hotlined, and a ward that beats there every minute."""
    with Daemon(folder=tmp_path / "province") as p:
        p.member("truc", "lead", sms="0900000009")
        key = p.agency("phuong1", "ward")
        p.ctl("agency", "heartbeat", "phuong1", "--within", "3m")
        folder = tmp_path / "ward"
        folder.mkdir()
        (folder / "heartbeat.secret").write_text(key + "\n")
        (folder / "heartbeat.secret").chmod(0o600)
        ward = Daemon(folder=folder, channels=[
            spool(folder / "spool"),
            {"name": "heartbeat", "kind": "http", "body": "{}",
             "url": f"http://127.0.0.1:{p.port}/v1/heartbeat",
             "headers": ["Authorization: Bearer {secret}",
                         "Idempotency-Key: {id}"],
             "secret_file": "heartbeat.secret", "allow_private": True}],
            settings={"heartbeat_channel": "heartbeat",
                      "heartbeat_every": "200ms"})
        yield p, ward
        if ward.process:
            ward.stop(check=False)


def silent(p):
    return [a for a in p.ctl("alert", "list")["items"]
            if a["kind"] == "alarm_agency_silent"]


def test_three_missing_beats_are_another_hotlineds_alarm(pair):
    p, ward = pair
    await_beat(p)
    for _ in range(5):
        p.step("59s")  # a beat that is a little early counts, too
        await_beat(p)
    ward.stop()
    p.step("179s")
    assert silent(p) == []
    p.step("1s")
    assert len(silent(p)) == 1
    ward.start()  # it is back: over, nobody needs to answer
    await_beat(p)
    assert silent(p) == []


@pytest.mark.parametrize("within", ["3", "3x", "500ms", "366d"])
def test_a_silence_that_is_no_time_is_refused(tmp_path, within):
    with Daemon(folder=tmp_path / "province") as p:
        p.agency("phuong1", "ward")
        r = p.admin("POST", "/v1/admin/agencies/phuong1/heartbeat",
                    {"within": within})
        assert (r.status, r.json["errors"][0]["pointer"]) == (422, "/within")


def fetch(url, data=None):
    request = urllib.request.Request(
        url, data and json.dumps(data).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@pytest.mark.skipif(shutil.which("prometheus-alertmanager") is None,
                    reason="no alertmanager (package prometheus-alertmanager)")
def test_alertmanager_with_the_shipped_settings(tmp_path):
    """HotlinedAlive holds HotlinedSilent back until three are missing."""
    port = receivers.free_port()
    config = ROOT / "conf/prometheus/alertmanager-heartbeat.yml"
    manager = subprocess.Popen(
        ["prometheus-alertmanager", f"--config.file={config}",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
         f"--storage.path={tmp_path}/am"], stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/api/v2/alerts"
    until = time.monotonic() + 20
    while True:
        try:
            fetch(url)
            break
        except OSError:
            assert time.monotonic() < until and manager.poll() is None
            time.sleep(0.1)
    sample = (ROOT / "conf/channels.conf").read_text()
    text = re.search(r'api/v2/alerts";\n((?:  # .*\n)+)', sample)[1]
    body_text = "".join(json.loads(t) for t in
                        re.findall(r'("\S.*")', text))
    d = Daemon(folder=tmp_path / "d", at=None, channels=[
        spool(tmp_path / "d" / "spool"),
        {"name": "alive", "kind": "http", "url": url, "body": body_text,
         "allow_private": True}],
        settings={"heartbeat_channel": "alive", "heartbeat_every": "1s"})

    def state():
        """Held back, firing, or not there: of HotlinedSilent."""
        fetch(url, [{"labels": {"alertname": "HotlinedSilent",
                                "ward": "99999"}}])
        found = [a for a in fetch(url + "?active=true&inhibited=true")
                 if a["labels"]["alertname"] == "HotlinedSilent"]
        return found[0]["status"]["state"] if found else None

    def await_state(wanted, timeout):
        end = time.monotonic() + timeout
        while state() != wanted:
            assert time.monotonic() < end, (wanted, fetch(url))
            time.sleep(0.2)
    try:
        await_state("suppressed", 15)
        time.sleep(2)
        assert state() == "suppressed"
        d.kill9()
        (alive,) = [a for a in fetch(url)
                    if a["labels"]["alertname"] == "HotlinedAlive"]
        begun, end = (datetime.datetime.fromisoformat(alive[name])
                      for name in ("updatedAt", "endsAt"))
        # Three beats after the last one, and not sooner.
        assert 2 < (end - begun).total_seconds() <= 3
        await_state("active", 15)
        assert datetime.datetime.now(datetime.UTC) >= end
    finally:
        if d.process:
            d.stop(check=False)
        manager.terminate()
        manager.wait(10)


@pytest.mark.skipif(shutil.which("amtool") is None,
                    reason="no amtool (package prometheus-alertmanager)")
def test_the_alertmanager_settings_are_well_made():
    done = subprocess.run(
        ["amtool", "check-config",
         pathlib.Path(ROOT / "conf/prometheus/alertmanager-heartbeat.yml")],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
