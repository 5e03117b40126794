"""A service manager that hangs: its socket is full after ten messages (or what
net.unix.max_dgram_qlen says), and the daemon and its courier work on."""
import contextlib
import re
import signal
import socket
import subprocess
import time

from hotline import BUILD
from test_service_manager import idle, manager, running

__all__ = ["idle", "manager"]


def hang(manager):
    """Nothing more finds room there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                s.sendto(b"X=1", str(manager.path))


def wait_for(log, words, seconds=20):
    until = time.monotonic() + seconds
    while words not in log():
        assert time.monotonic() < until, log()
        time.sleep(0.02)


def catches_hangup(pid):
    with open(f"/proc/{pid}/status") as f:
        caught = re.search(r"SigCgt:\s*(\w+)", f.read())[1]
    return int(caught, 16) >> (signal.SIGHUP - 1) & 1


def test_the_daemon_starts_works_reloads_and_stops(idle, manager):
    """READY=1 that was lost comes again, or the start would run into its
    limit."""
    hang(manager)
    with running(idle, manager.env(watchdog_ms=400)) as process:
        wait_for(idle.log, "listening port=")
        time.sleep(0.3)
        for _ in range(3):
            assert idle.admin("GET", "/v1/admin/status",
                              timeout=5).status == 200
        process.send_signal(signal.SIGHUP)
        wait_for(idle.log, "reload done")
        assert "READY=1" in manager.hear("WATCHDOG=1")
        hang(manager)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_courier_starts_reloads_and_stops(idle, manager):
    hang(manager)
    path = idle.folder / "courier.log"
    with open(path, "wb") as log:
        courier = subprocess.Popen(
            [BUILD / "hotline-courier", "-c", idle.folder / "channels.conf",
             "--socket", idle.folder / "nobody.sock"],
            env=manager.env(watchdog_ms=400), stderr=log)
    try:
        wait_for(lambda: "yes" * catches_hangup(courier.pid), "yes")
        courier.send_signal(signal.SIGHUP)
        wait_for(path.read_text, "channels loaded n=1")
        assert "READY=1" in manager.hear("WATCHDOG=1")
        hang(manager)
        courier.send_signal(signal.SIGTERM)
        assert courier.wait(10) == 0
    finally:
        courier.kill()
        courier.wait()
