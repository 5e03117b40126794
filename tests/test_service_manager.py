"""What the daemon and its courier tell systemd, and the sockets they take
from it; by hand here, under a real systemd in test_system.py."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from hotline import BUILD, Daemon, UnixConnection, conf_text
from notify_rig import Manager
from ward import body



@pytest.fixture
def manager(tmp_path):
    m = Manager(tmp_path)
    yield m
    m.socket.close()


@contextlib.contextmanager
def running(d, env, before=(), pass_fds=()):
    """The daemon's files served by a process that we start as systemd does;
    SIGKILL at the end is for those that are hung on purpose."""
    log = open(d.log_path, "ab")
    process = subprocess.Popen(
        [*before, BUILD / "hotlined", "-c", d.conf], env=env, stderr=log,
        pass_fds=pass_fds, process_group=0)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        d.check_log()


@pytest.fixture
def idle(tmp_path):
    return Daemon(tmp_path / "d", start=False)


# ---- Words ----

def test_start_reload_and_stop_are_told_in_this_order(idle, manager):
    with running(idle, manager.env()) as process:
        manager.hear("READY=1")
        process.send_signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in manager.hear("RELOADING=1")
        manager.hear("READY=1")
        process.send_signal(signal.SIGTERM)
        manager.hear("STOPPING=1")
        assert process.wait(10) == 0


def test_a_migration_asks_for_more_time(idle, manager):
    with running(idle, manager.env()):
        manager.hear("READY=1")
    asked = [m for m in manager.said if "EXTEND_TIMEOUT_USEC=60000000" in m]
    assert asked and asked[0] == manager.said[0]


def test_status_tells_cases_the_next_clock_and_the_oldest_alert(
        tmp_path, manager):
    with Daemon(tmp_path / "d", at=None) as d:
        key = d.agency("truong1")
        d.api("POST", "/v1/referrals", {
            "kind": "abused", "source": {
                "channel": "in_person",
                "received_at": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                             time.gmtime())},
            "narrative": "Nội dung thử nghiệm."}, key=key)
        d.stop()
        with running(d, manager.env()):
            said = manager.hear("open cases")
    assert re.search(r"STATUS=open cases 1, next due 20\d\d-\S+\+07:00, "
                     r"oldest unsent \d+ s$", said), said


# ---- The watchdog ----

def test_the_watchdog_is_petted(idle, manager):
    with running(idle, manager.env(watchdog_ms=400)):
        for _ in range(3):
            manager.hear("WATCHDOG=1", 2)


def test_nobody_is_petted_without_a_watchdog_of_ours(idle, manager):
    """WATCHDOG_PID names the process that is watched."""
    env = {**manager.env(watchdog_ms=400), "WATCHDOG_PID": "1"}
    with running(idle, env):
        manager.hear("WATCHDOG=1")  # with the status
        assert manager.is_silent("WATCHDOG=1", 1)


def test_a_hung_loop_is_not_petted(idle, manager):
    with running(idle, manager.env(watchdog_ms=400)) as process:
        manager.hear("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        manager.drain(0.3)
        assert manager.is_silent("WATCHDOG=1", 1)


needs_strace = pytest.mark.skipif(shutil.which("strace") is None,
                                  reason="strace is needed")


@needs_strace
@pytest.mark.plain
def test_a_hung_store_thread_is_not_petted(tmp_path, manager):
    """The disk takes 30 s for a sync: the loop turns, the store does not."""
    with Daemon(tmp_path / "d", at=None) as d:
        pass
    strace = ("strace", "-f", "-qq", "-e", "trace=fdatasync", "-e",
              "inject=fdatasync:delay_enter=30s:when=1+", "-o", "/dev/null")
    with running(d, manager.env(watchdog_ms=400), before=strace):
        manager.hear("READY=1")
        manager.drain(1)
        assert manager.is_silent("WATCHDOG=1", 1)


@needs_strace
@pytest.mark.plain
def test_a_full_disk_is_no_reason_for_a_restart(tmp_path, manager):
    with Daemon(tmp_path / "d", at=None) as d:
        pass
    strace = ("strace", "-f", "-qq", "-e", "trace=pwrite64", "-e",
              "inject=pwrite64:error=ENOSPC:when=1+", "-o", "/dev/null")
    with running(d, manager.env(watchdog_ms=400), before=strace):
        manager.hear("READY=1")
        for _ in range(4):
            manager.hear("WATCHDOG=1", 2)
        assert "full" in d.log()


def test_a_dead_courier_is_no_reason_for_a_restart(idle, manager):
    idle.write_settings(None, {"courier_program": "/nowhere/courier"})
    with running(idle, manager.env(watchdog_ms=400)):
        manager.hear("READY=1")
        for _ in range(3):
            manager.hear("WATCHDOG=1", 2)
        assert "courier not started" in idle.log()


def test_the_courier_has_a_watchdog_of_its_own(idle, manager):
    courier = subprocess.Popen(
        [BUILD / "hotline-courier", "-c", idle.folder / "channels.conf",
         "--socket", idle.folder / "nobody.sock"],
        env=manager.env(watchdog_ms=400), stderr=subprocess.DEVNULL)
    try:
        manager.hear("READY=1")
        for _ in range(3):
            assert "STATUS=1 channels" in manager.hear("WATCHDOG=1", 2)
        courier.send_signal(signal.SIGSTOP)
        manager.drain(0.3)
        assert manager.is_silent("WATCHDOG=1", 1)
    finally:
        courier.kill()
        courier.wait()


# ---- Sockets ----

def tcp(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.socket(family)
    s.bind((address, 0))
    s.listen(128)
    return s


def unix(path, kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind(str(path))
    s.listen(16)
    return s


def handed(**sockets):
    """before and pass_fds that hand sockets over as systemd does."""
    count = len(sockets)
    # Descriptors 3, 4 ... are made in the child; the shell knows its own pid.
    moves = " ".join(f"{3 + i}<&{s.fileno()}" for i, s in
                     enumerate(sockets.values()))
    shell = (f'exec {moves}; LISTEN_PID=$$ LISTEN_FDS={count} '
             f'LISTEN_FDNAMES={":".join(sockets)} exec "$@"')
    high = []
    for s in sockets.values():
        # Out of the way of 3, 4 ...
        fd = os.dup(s.fileno())
        while fd < 3 + count:
            high.append(fd)
            fd = os.dup(s.fileno())
        high.append(fd)
        shell = shell.replace(f"<&{s.fileno()}", f"<&{fd}", 1)
    return dict(before=("bash", "-c", shell, "bash"), pass_fds=high)


def refused_start(d, **sockets):
    how = handed(**sockets)
    done = subprocess.run([*how["before"], BUILD / "hotlined", "-c", d.conf],
                          pass_fds=how["pass_fds"], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_all_three_sockets_are_taken(idle, manager):
    api = tcp()
    sockets = dict(courier=unix(idle.folder / "lent.sock",
                                socket.SOCK_SEQPACKET),
                   control=unix(idle.folder / "ctl.sock"), api=api)
    with running(idle, manager.env(), **handed(**sockets)) as process:
        manager.hear("READY=1")
        idle.port = api.getsockname()[1]
        idle.socket = idle.folder / "ctl.sock"
        assert idle.api("GET", "/healthz").status == 200
        assert idle.ctl("status")["ward"] == "99999"
        # Nobody is started: the courier is awaited on the lent socket.
        courier = subprocess.Popen(
            [BUILD / "hotline-courier", "-c", idle.folder / "channels.conf",
             "--socket", idle.folder / "lent.sock"],
            stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while "courier is up" not in idle.log():
            assert time.monotonic() < until, idle.log()
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        courier.terminate()
        courier.wait()
    # What is not ours stays; what would have been ours was never made.
    assert (idle.folder / "lent.sock").exists()
    assert (idle.folder / "ctl.sock").exists()
    assert not (idle.folder / "control.sock").exists()


def test_the_api_may_be_a_unix_socket(idle, manager):
    path = idle.folder / "api.sock"
    with unix(path) as api, running(idle, manager.env(), **handed(api=api)):
        manager.hear("READY=1")
        answer = idle._talk(UnixConnection(path, 10), "GET", "/healthz", None,
                            {})
        assert answer.status == 200
        # It is not the control socket: nobody is an admin there.
        assert idle._talk(UnixConnection(path, 10), "GET", "/v1/admin/status",
                          None, {}).status == 404


@pytest.mark.parametrize("name,make,why", [
    ("api", lambda f: tcp("0.0.0.0"), "not on a loopback"),
    ("api", lambda f: tcp("::"), "not on a loopback"),
    ("api", lambda f: socket.socket(), "wrong kind"),
    ("control", lambda f: tcp(), "wrong kind"),
    ("courier", lambda f: unix(f / "s"), "wrong kind"),
    ("bogus", lambda f: tcp(), "no use"),
])
def test_a_wrong_socket_stops_the_start(idle, name, make, why):
    with make(idle.folder) as s:
        assert why in refused_start(idle, **{name: s})


@pytest.mark.parametrize("listen", [
    "0.0.0.0", "::", "192.0.2.1", "localhost", "::ffff:127.0.0.1", ""])
def test_only_loopback_is_listened_on(idle, listen):
    idle.write_settings(None, {"listen": listen})
    refused_at_its_line(idle, "listen", "must be 127.0.0.1 or another "
                        "loopback address")


@pytest.mark.parametrize("listen", [
    "0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "localhost",
    "::ffff:127.0.0.1", "127.0.0.1:8112"])
def test_only_loopback_is_watched_from(idle, listen):
    idle.write_settings(None, {"metrics_listen": listen})
    refused_at_its_line(idle, "metrics_listen", "must be 127.0.0.1, another "
                        "loopback address, or empty")


def refused_at_its_line(d, setting, why):
    """Neither --check nor the daemon itself goes on."""
    lines = d.conf.read_text().splitlines()
    line = [n for n, text in enumerate(lines, 1)
            if text.startswith(f"{setting} =")]
    for option in ([], ["--check"]):
        done = subprocess.run([BUILD / "hotlined", "-c", d.conf, *option],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert f"{d.conf}:{line[0]}: '{setting}' {why}\n" in done.stderr


def test_two_restarts_under_load_lose_nothing(idle, manager):
    """Notifications go on while the daemon restarts twice: each is taken, by
    the old process or the new one, and none twice."""
    idle.write_settings(None, {"agency_quota": 100000})
    api, control = tcp(), unix(idle.folder / "ctl.sock")
    idle.port, idle.socket = api.getsockname()[1], idle.folder / "ctl.sock"
    trouble, answers, stop = [], [], threading.Event()

    def client(key):
        while not stop.is_set():
            try:
                answers.append(idle.api("POST", "/v1/referrals", body(),
                                        key=key))
            except OSError as e:
                trouble.append(repr(e))

    threads = []
    for nth in range(3):
        with running(idle, manager.env(),
                     **handed(api=api, control=control)) as process:
            manager.hear("READY=1")
            if nth == 0:
                key = idle.agency("truong1")
                threads = [threading.Thread(target=client, args=(key,))
                           for _ in range(4)]
                for t in threads:
                    t.start()
            time.sleep(0.5)
            if nth == 2:
                stop.set()
                for t in threads:
                    t.join()
                told = {a.json["id"] for a in answers}
                open_cases = idle.ctl("status")["cases_open"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert trouble == []
    assert {a.status for a in answers} == {201}
    assert len(answers) > 5 and len(told) == len(answers) == open_cases
    api.close()
    control.close()


# ---- Credentials ----

def test_a_secret_may_be_a_credential(tmp_path):
    lent = tmp_path / "lent"
    lent.mkdir()
    channels = tmp_path / "channels.conf"
    channels.write_text("channels = " + conf_text([{
        "name": "ntfy", "kind": "http", "url": "https://ntfy.example.test/",
        "headers": ["Authorization: Bearer {secret}"],
        "body": '{"to": "{to}", "text": "{text}"}',
        "secret_file": "secrets/ntfy.secret"}]) + ";\n")
    check = [BUILD / "hotline-courier", "--check", "-c", channels]

    def said(**env):
        return subprocess.run(check, capture_output=True, text=True,
                              env={**os.environ, **env})

    assert said().returncode == 1
    env = {"CREDENTIALS_DIRECTORY": str(lent)}
    assert said(**env).returncode == 1
    (lent / "secrets_ntfy.secret").write_text("thu-nghiem\n")
    # systemd's access list shows as a mode of the group.
    (lent / "secrets_ntfy.secret").chmod(0o440)
    assert said(**env).returncode == 0, said(**env).stdout
    (lent / "secrets_ntfy.secret").chmod(0o444)
    assert "read by others" in said(**env).stdout


def test_the_master_key_may_be_a_credential(idle):
    lent = idle.folder / "lent"
    lent.mkdir()
    (idle.folder / "master.key").rename(lent / "master.key")
    (lent / "master.key").chmod(0o440)
    check = [BUILD / "hotlined", "--check", "-c", idle.conf]
    assert subprocess.run(check, capture_output=True).returncode == 1
    env = {**os.environ, "CREDENTIALS_DIRECTORY": str(lent)}
    assert subprocess.run(check, env=env).returncode == 0
