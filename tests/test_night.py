"""The night guard: inhibitor, farewell, the evening sheet, the tunnel."""
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.request

import pytest

import hotline
from hotline import Daemon
from receivers import free_port
from ward import AN, BINH, LINK, ward

__all__ = ["ward"]


def until(what, timeout=10):
    end = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


# ---- The inhibitor ----

def has_dbusmock():
    return shutil.which("dbus-daemon") and subprocess.run(
        ["/usr/bin/python3", "-c", "import dbusmock"],
        capture_output=True).returncode == 0


CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus
 Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen>
<auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/>{deny}</policy></busconfig>"""
DENY = '<deny send_interface="org.freedesktop.login1.Manager"/>'


class Bus:
    """A system bus of our own with a logind that is none."""

    def __init__(self, folder, with_logind=True, deny=""):
        self.address = f"unix:path={folder}/bus"
        self.env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        conf = folder / "bus.conf"
        conf.write_text(CONFIG.format(path=folder / "bus", deny=deny))
        self.processes = [subprocess.Popen(
            ["dbus-daemon", "--nofork", f"--config-file={conf}"])]
        until((folder / "bus").exists)
        if with_logind:
            self.processes.append(subprocess.Popen(
                ["/usr/bin/python3", "-m", "dbusmock", "--system",
                 "--template", "logind"], env=self.env,
                stdout=subprocess.DEVNULL))
            until(lambda: self.inhibitors() is not None)

    def inhibitors(self):
        """[(what, who, mode)] or None when nobody answers."""
        done = subprocess.run(
            ["busctl", "--system", "call", "org.freedesktop.login1",
             "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
             "ListInhibitors"], env=self.env, text=True, capture_output=True)
        if done.returncode != 0:
            return None
        words = re.findall(r'"([^"]*)"', done.stdout)
        return [(words[i], words[i + 1], words[i + 3])
                for i in range(0, len(words), 4)]

    def stop(self):
        for p in reversed(self.processes):
            p.terminate()
            p.wait(10)


@pytest.fixture
def bus(tmp_path, monkeypatch):
    made = []

    def make(**more):
        made.append(Bus(tmp_path, **more))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made[0].address)
        return made[0]
    yield make
    for b in made:
        b.stop()


@pytest.mark.skipif(not has_dbusmock(),
                    reason="no dbus-daemon or python3-dbusmock")
def test_it_is_held_while_an_urgent_clock_runs(bus, ward):
    b = bus()
    w = ward().staff()
    time.sleep(1.5)
    assert b.inhibitors() == []
    w.expect(AN)
    code = w.refer()["cases"][0]
    until(lambda: b.inhibitors() == [("shutdown", "hotlined", "block")])
    w.quiet()
    # The step is done: nothing urgent runs, the machine may go to sleep.
    etag = w.d.api("GET", f"/v1/cases/{code}", key=w.people["cuong"]).headers
    done = w.d.api("POST", f"/v1/cases/{code}/steps/N08/done",
                   {"emergency": "yes",
                    "acted_at": hotline.START}, key=w.people["cuong"],
                   headers={"If-Match": etag.get("etag", "*")})
    assert done.status < 300, done
    assert not [c for c in w.d.ctl("case", "show", code)["clocks"]
                if c["state"] == "open" and c["is_urgent"]]
    until(lambda: b.inhibitors() == [])


@pytest.mark.skipif(not has_dbusmock(),
                    reason="no dbus-daemon or python3-dbusmock")
def test_it_ends_with_the_daemon(bus, ward):
    b = bus()
    w = ward().staff()
    w.expect(AN)
    w.refer()
    until(lambda: b.inhibitors())
    w.quiet()
    w.d.kill9()
    until(lambda: b.inhibitors() == [])
    w.d.start()
    until(lambda: len(b.inhibitors()) == 1)
    w.d.stop()
    until(lambda: b.inhibitors() == [])


@pytest.mark.parametrize("more", [None, {"with_logind": False},
                                  {"with_logind": False, "deny": DENY}],
                         ids=["no bus", "no logind", "denied"])
def test_without_logind_it_is_told_once(bus, ward, tmp_path, monkeypatch,
                                        more):
    if more is None:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS",
                           f"unix:path={tmp_path}/none")
    elif not shutil.which("dbus-daemon"):
        pytest.skip("no dbus-daemon")
    else:
        bus(**more)
    w = ward().staff()
    w.expect(AN)
    w.refer()
    until(lambda: "no shutdown inhibitor" in w.d.log())
    w.quiet()
    w.expect(AN)
    w.refer()
    w.quiet()
    time.sleep(1.5)
    assert w.d.log().count("no shutdown inhibitor") == 1
    assert w.d.api("GET", "/readyz").status == 200


# ---- The farewell ----

TOLD = {"settings": {"tell_stop": True}}


def test_at_a_stop_duty_hears_what_falls_due(ward):
    w = ward(**TOLD).staff()
    w.expect(AN)
    code = w.refer()["cases"][0]
    w.quiet()
    told = [w.expect(who, text=re.compile("đang được tắt"))
            for who in (AN, BINH)]
    start = time.monotonic()
    w.d.stop()
    assert time.monotonic() - start < 5
    w.quiet()
    for t in told:
        assert f"{code} N08 19:00" in t.message.text
    # Back again: nobody has to answer for it any more.
    w.d.start()
    kinds = [a["kind"] for a in w.d.ctl("alert", "list")["items"]]
    assert "alarm_stopping" not in kinds
    w.quiet()


def test_the_farewell_leaves_when_systemd_stops_both_at_once(ward):
    """The courier went first, and nobody heard what fell due."""
    w = ward(settings={"tell_stop": True, "courier": "socket"})
    courier = subprocess.Popen(
        [hotline.BUILD / "hotline-courier", "-c", w.folder / "channels.conf",
         "--socket", w.folder / "courier.sock"])
    w.staff()
    w.expect(AN)
    code = w.refer()["cases"][0]
    w.quiet()
    told = [w.expect(who, text=re.compile("đang được tắt"))
            for who in (AN, BINH)]
    courier.terminate()
    time.sleep(0.3)
    start = time.monotonic()
    w.d.stop()
    assert time.monotonic() - start < 5
    assert courier.wait(1) == 0
    w.quiet()
    assert all(f"{code} N08 19:00" in t.message.text for t in told)


def test_nothing_due_nobody_told(ward):
    w = ward(**TOLD).staff()
    w.d.stop()
    w.quiet()


def test_a_courier_that_cannot_send_does_not_hold_the_stop(ward):
    w = ward(settings={"tell_stop": True, "courier_program": "/bin/false"})
    w.staff()
    w.refer()
    start = time.monotonic()
    w.d.stop()
    assert time.monotonic() - start < 5


def test_a_mute_provider_does_not_hold_the_stop(ward):
    mute = socket.socket()
    mute.bind(("127.0.0.1", 0))
    mute.listen()
    w = ward(channels={"email": {"port": mute.getsockname()[1],
                                 "timeout": "20s"}}, **TOLD)
    w.staff(**{login: {"email": f"{login}@phuong.test"}
               for login in ("an", "binh", "cuong")})
    w.refer()
    start = time.monotonic()
    w.d.stop()
    assert time.monotonic() - start < 8
    mute.close()


# ---- The sheet ----

def test_the_sheet_tells_duty_what_is_due_and_whom_to_call(ward):
    w = ward().staff()
    w.expect(AN)
    code = w.refer()["cases"][0]
    w.quiet()
    w.d.agency("congan", "police")
    sheet = w.d.ctl("duty", "sheet")
    assert sheet["until"] == "2026-11-25T12:00:00+07:00"
    assert [p["login"] for p in sheet["duty"]] == ["an"]
    assert sheet["duty"][0]["addresses"] == [
        {"channel": "sms", "address": AN}]
    assert [(p["login"], p["role"]) for p in sheet["tree"]] == [
        ("binh", "lead"), ("cuong", "chairman")]
    assert [d["due_at"] for d in sheet["due"] if d["case"] == code][0] \
        == "2026-11-24T19:00:00+07:00"
    text = w.d.ctl_raw("duty", "sheet", check=True).stdout
    assert code in text and AN in text and "19:00 24/11" in text
    assert "Trẻ Thử Nghiệm" not in text
    assert acts(w.d)[-2:] == ["duty.sheet", "duty.sheet"]


def acts(d):
    path = hotline.copy_of(d)
    with sqlite3.connect(path) as db:
        found = [a for a, in db.execute(
            "SELECT act FROM event WHERE act <> 'audit.copy' ORDER BY seq")]
    path.unlink()
    return found


def test_a_barred_case_has_no_code_on_the_sheet(ward):
    w = ward().staff()
    w.expect(AN)
    code = w.refer()["cases"][0]
    w.quiet()
    w.d.ctl("case", "bar", code, "--member", "binh")
    sheet = w.d.ctl("duty", "sheet")
    assert code not in str(sheet) and sheet["others"] >= 1


def test_the_sheet_of_a_ward_without_anybody_says_so():
    with Daemon() as d:
        text = d.ctl_raw("duty", "sheet", check=True).stdout
        assert "KHÔNG CÓ AI" in text and "111" in text


# ---- The tunnel of the README, on loopback ----

@pytest.mark.skipif(not os.path.exists("/usr/sbin/sshd"),
                    reason="no sshd (package openssh-server)")
def test_a_phone_reaches_the_daemon_through_the_tunnel(ward, tmp_path):
    """hotline-tunnel.service's command against a sshd of our own: the relay
    carries the link, and nothing but it may be done with the key."""
    w = ward(settings={"public_url": "https://hotline.example.test"}).staff()
    relay, outside = free_port(), free_port()
    for key in ("host", "ward"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-f", tmp_path / key], check=True)
    allowed = tmp_path / "authorized_keys"
    allowed.write_text('restrict,command="/bin/false",port-forwarding,'
                       f'permitlisten="127.0.0.1:{outside}" ' + (tmp_path / "ward.pub").read_text())
    os.makedirs("/run/sshd", exist_ok=True)
    sshd = subprocess.Popen(
        ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-p", str(relay),
         "-h", tmp_path / "host", "-o", "ListenAddress=127.0.0.1",
         "-o", f"AuthorizedKeysFile={allowed}", "-o", "StrictModes=no",
         "-o", "UsePAM=no", "-o", f"PidFile={tmp_path}/pid"],
        stderr=open(tmp_path / "sshd.log", "wb"))
    unit = (hotline.ROOT / "systemd/hotline-tunnel.service").read_text()
    command = re.search(r"^ExecStart=(.*?[^\\])$", unit, re.M | re.S)[1]
    words = command.replace("\\\n", " ").split()
    words = [x.replace("%d/tunnel.key",
                       str(tmp_path / "ward"))
             .replace("/etc/hotlined/tunnel.known_hosts",
                      str(tmp_path / "known"))
             .replace("127.0.0.1:8111:127.0.0.1:8111",
                      f"127.0.0.1:{outside}:127.0.0.1:{w.d.port}")
             .replace("${TUNNEL_TO}", f"{os.environ.get('USER', 'root')}"
                      "@127.0.0.1")
             .replace("${TUNNEL_PORT}", str(relay)) for x in words]
    host = (tmp_path / "host.pub").read_text().split()[:2]
    (tmp_path / "known").write_text(
        f"[127.0.0.1]:{relay} {' '.join(host)}\n")
    until(lambda: is_open(relay))
    tunnel = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        until(lambda: is_open(outside))
        told = w.expect(AN)
        w.refer()
        w.quiet()
        path = LINK.search(told.message.text)[1]
        url = f"http://127.0.0.1:{outside}{path}"
        with urllib.request.urlopen(url, timeout=5) as page:
            assert "Tôi nhận xử lý" in page.read().decode()
        post = urllib.request.Request(url, b"", {
            "Content-Type": "application/x-www-form-urlencoded"})
        with urllib.request.urlopen(post, timeout=5) as page:
            assert page.status == 200
        assert [a for a in w.d.ctl("alert", "list", "--all")["items"]
                if a.get("acked_how") == "link"]
        # The key opens no shell and no other port.
        shell = subprocess.run([*words[:1], *words[2:-1], "-o",
                                "ClearAllForwardings=yes", words[-1], "id"],
                               capture_output=True, timeout=20)
        assert b"uid=" not in shell.stdout
    finally:
        tunnel.terminate()
        tunnel.wait(10)
        sshd.terminate()
        sshd.wait(10)


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0

