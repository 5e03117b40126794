"""hotline-courier as a program: its socket, signals, reload and --check."""
import os
import signal
import socket
import subprocess
import time

import pytest

from courier_fixtures import ledger, stops, webhook  # noqa: F401
from courier_rig import (PROGRAM, SECRET, Core, Courier, channels_conf, check,
                         mail_conf, spool_conf)
from receivers import SmtpReceiver


def test_it_says_hello_with_its_channels(tmp_path, stops):
    courier = Courier(tmp_path, mail_conf(1), spool_conf(tmp_path))
    stops.append(courier)
    assert courier.hello == {"is": "hello", "channels": ["email", "sms"]}


def test_errands_it_cannot_do(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    assert courier.try_("fax", "1") == ("permanent", 0)
    courier.sock.send(b"not json")
    courier.sock.send(b"[]")
    courier.say(do="send", id="x")
    courier.say(do="dance")
    courier.sock.send(b'{"do":"' + b"x" * 70000 + b'"}')
    assert courier.try_("sms", "0900000001")[0] == "accepted"


def test_reload_takes_all_or_nothing(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    courier.conf.write_text(channels_conf({"name": "x", "kind": "fax"}))
    courier.process.send_signal(signal.SIGHUP)
    courier.say(do="reload")
    assert courier.await_("hello")["channels"] == ["sms"]
    assert "the old ones stay" in courier.log
    courier.conf.write_text(channels_conf(spool_conf(tmp_path, name="sms2")))
    courier.say(do="reload")
    assert courier.await_("hello")["channels"] == ["sms2"]


def test_a_reload_disturbs_no_transfer(tmp_path, ledger, stops):
    server, courier = webhook(tmp_path, stops, ledger)
    server.behave("hang")
    id = courier.send("webhook", server.url + "/hook/1")
    while not server.requests:
        time.sleep(0.02)
    courier.say(do="reload")
    courier.await_("hello")
    assert courier.result(id)["class"] == "ambiguous"


def test_it_ends_with_its_core(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server, timeout="20s"))
    server.behave("hang")
    courier.send("email", "an@phuong.test")
    while not server.refused:
        time.sleep(0.02)
    courier.sock.shutdown(socket.SHUT_RDWR)
    assert courier.process.wait(5) == 0
    courier.stop()


@pytest.mark.parametrize("behaviour", ["slow", "hang"])
def test_sigterm_finishes_what_can_be_finished(behaviour, tmp_path, ledger,
                                               stops):
    server, courier = webhook(tmp_path, stops, ledger, timeout="20s")
    server.behave("hang")
    server.delay = 1 if behaviour == "slow" else 60
    id = courier.send("webhook", server.url + "/hook/1")
    while not server.requests:
        time.sleep(0.02)
    start = time.monotonic()
    sigterm_twice(courier)
    if behaviour == "slow":
        assert courier.result(id)["class"] == "ambiguous"
    assert courier.process.wait(10) == 0
    assert time.monotonic() - start < 5


def sigterm_twice(courier):
    """Stay no longer, whoever is there."""
    for _ in range(2):
        courier.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)


def test_sigterm_at_once_with_the_core_loses_no_last_words(tmp_path, stops):
    """It once left at SIGTERM before the core could tell duty goodbye."""
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    start = time.monotonic()
    courier.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert courier.try_("sms", "0900000001")[0] == "accepted"
    # A core that stays, too, is not waited for.
    assert courier.process.wait(10) == 0
    assert 4.5 < time.monotonic() - start < 7


def test_it_connects_again_and_again(tmp_path, stops):
    path = tmp_path / "core.sock"
    conf = tmp_path / "channels.conf"
    conf.write_text(channels_conf(spool_conf(tmp_path)))
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen([PROGRAM, "--socket", path, "-c", conf],
                                   stderr=log)
    try:
        for _ in range(2):
            with socket.socket(socket.AF_UNIX,
                               socket.SOCK_SEQPACKET) as listener:
                path.unlink(missing_ok=True)
                listener.bind(str(path))
                listener.listen(1)
                listener.settimeout(10)
                sock, _ = listener.accept()
                core = Core(sock)
                assert core.await_("hello")["channels"] == ["sms"]
                assert core.try_("sms", "0900000001")[0] == "accepted"
                (tmp_path / "in" / "r").write_text("From: 1\n\nOK")
                assert core.await_("reply")["reply"] == "sms/r"
                sock.close()
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_it_is_small(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server), spool_conf(tmp_path))
    stops.append(courier)
    ledger.expect(times=20)
    for id in [courier.send("email", "an@phuong.test") for _ in range(20)]:
        assert courier.result(id)["class"] == "accepted"
    ledger.settle()
    status = (f"/proc/{courier.process.pid}/status")
    rss = next(int(line.split()[1]) for line in open(status)
               if line.startswith("VmRSS"))
    if "asan" not in PROGRAM.read_bytes().decode("latin-1"):
        assert rss <= 16 * 1024, f"{rss} KiB"


def test_check_names_every_mistake(tmp_path):
    open_secret = tmp_path / "open"
    open_secret.write_text(SECRET)
    path = tmp_path / "c.conf"
    path.write_text(channels_conf(
        {"name": "a", "kind": "fax"},
        {"name": "b", "kind": "webhook", "secret_file": open_secret,
         "allow": ["http://x.test/"], "tymeout": "1s"},
        {"name": "c", "kind": "http", "url": "https://{to}/", "timeout": "1h",
         "body": '{"a":{to},"b":"{txt}"}', "accept_json": "ok",
         "accept_status": "2xx"},
        {"name": "d", "kind": "email", "server": "smtp://x", "tls": "off",
         "from": "x", "user": "u", "replies": True},
        {"name": "e", "kind": "email", "server": "x.test"}))
    status, lines = check(path)
    assert status == 1
    for line, word in [(2, "'fax'"), (3, "tymeout"), (3, "chmod 600"),
                       (3, "https://host/"), (4, "'timeout'"), (4, "{txt}"),
                       (4, "host without"), (4, "JSON"), (4, "accept_json"),
                       (4, "accept_status"), (5, "'server'"), (5, "'from'"),
                       (5, "go together"), (5, "inbox"), (6, "tls"),
                       (6, "from")]:
        assert any(x.startswith(f"{path}:{line}: ") and word in x
                   for x in lines), (line, word, lines)


def test_check_likes_what_is_right(tmp_path):
    path = tmp_path / "c.conf"
    path.write_text(channels_conf(spool_conf(tmp_path), mail_conf(25)))
    assert check(path) == (0, [])


def test_usage_is_told(tmp_path):
    for args in ([], ["--fd", "x"], ["--fd", "3", "--socket", "x"], ["x"]):
        done = subprocess.run([PROGRAM, *args], capture_output=True)
        assert done.returncode == 2 and b"usage" in done.stderr
    assert subprocess.run([PROGRAM, "--fd", "999", "-c", os.devnull],
                          capture_output=True).returncode == 1
    done = subprocess.run([PROGRAM, "--help"], text=True, capture_output=True)
    assert done.returncode == 0 and "--check" in done.stdout
