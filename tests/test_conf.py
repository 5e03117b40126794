"""hotlined's options and configuration, by the real program."""
import re
import signal
import socket
import subprocess
import time

import pytest

from hotline import BUILD, ROOT, Daemon, spool


def hotlined(*args):
    return subprocess.run([BUILD / "hotlined", *args], capture_output=True,
                          text=True, timeout=30)


@pytest.fixture
def idle(tmp_path):
    """Files of a daemon that was not started."""
    return Daemon(tmp_path, start=False)


@pytest.fixture
def daemon(tmp_path):
    with Daemon(tmp_path) as d:
        yield d


def wait_for(what, seconds=10):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "did not happen"
        time.sleep(0.02)


# ---- Options ----

def test_sample_is_what_the_daemon_prints():
    done = hotlined("--settings")
    assert done.returncode == 0
    assert done.stdout == (ROOT / "conf/hotlined.conf").read_text()


def test_sample_is_a_valid_configuration():
    assert hotlined("--dump", "-c", ROOT / "conf/hotlined.conf") \
        .returncode == 0


def test_version_and_help():
    assert hotlined("--version").stdout.startswith("hotlined ")
    text = hotlined("--help").stdout
    for option in ("--check", "--dump", "--settings", "--test-clock",
                   "--version", "-c FILE"):
        assert option in text


@pytest.mark.parametrize("args", [
    ["--bogus"], ["extra"], ["-c"], ["--test-clock=yesterday"],
    ["--test-clock=2026-11-24T07:00:00"]])
def test_wrong_options_are_refused(args):
    done = hotlined(*args)
    assert done.returncode == 2
    assert "--help" in done.stderr


def test_dump_is_read_again(idle, tmp_path):
    one = hotlined("--dump", "-c", idle.conf)
    assert one.returncode == 0, one.stderr
    assert 'ward = "99999"' in one.stdout
    again = tmp_path / "again.conf"
    again.write_text(one.stdout)
    assert hotlined("--dump", "-c", again).stdout == one.stdout


def test_relative_paths_start_at_the_file(idle):
    dump = hotlined("--dump", "-c", idle.conf).stdout
    assert f'database = "{idle.folder}/hotlined.db"' in dump


# ---- --check ----

def test_check_is_silent_when_all_is_well(idle):
    done = idle.check()
    assert (done.returncode, done.stderr) == (0, "")


MISTAKES = [
    ('prot = 1;', "port"),
    ('port = 99999;', "65535"),
    ('port = "8111";', "port"),
    ('port = 99999999999999999999;', "from -2147483648 to 2147483647"),
    ('port = 2147483648;', "from -2147483648 to 2147483647"),
    ('ward = "1"; ward = "2";', "twice"),
    ('request_deadline = "15";', "request_deadline"),
    ('request_deadline = "1s"; idle_timeout = "9d";', "idle_timeout"),
    ('log_level = "loud";', "error warn info debug"),
    ('port = 8112;', "'port' and 'metrics_port' must not be the same"),
    ('metrics_port = 8111;', "'port' and 'metrics_port' must not be"),
    ('ward = "a\\x00b";', ""),
    ('ward = ;', ""),
]


@pytest.mark.parametrize("line,word", MISTAKES)
def test_a_mistake_is_told_by_line(tmp_path, line, word):
    conf = tmp_path / "x.conf"
    conf.write_text(f"# one\n# two\n{line}\n")
    done = hotlined("--dump", "-c", conf)
    assert done.returncode == 1
    assert f"{conf}:3: " in done.stderr
    assert word in done.stderr


@pytest.mark.parametrize("lines", [
    'port = 8112; metrics_port = 8111;',
    'port = 8112; metrics_listen = "";',
    'port = 8112; metrics_listen = "127.0.0.2";',
    'port = 0; metrics_port = 0;'])
def test_two_listeners_may_share_what_is_no_address(tmp_path, lines):
    conf = tmp_path / "x.conf"
    conf.write_text(lines + "\n")
    assert hotlined("--dump", "-c", conf).returncode == 0


def test_every_mistake_is_told_at_once(tmp_path):
    conf = tmp_path / "x.conf"
    conf.write_text('prot = 1;\nport = 99999;\nlog_level = "loud";\n')
    done = hotlined("--dump", "-c", conf)
    for line in (1, 2, 3):
        assert f"{conf}:{line}: " in done.stderr


def test_a_bom_is_told(tmp_path):
    conf = tmp_path / "x.conf"
    conf.write_bytes(b'\xef\xbb\xbfward = "1";\n')
    assert hotlined("--dump", "-c", conf).returncode == 1


def test_check_reads_all_files(idle):
    (idle.folder / "master.key").unlink()
    (idle.folder / "channels.conf").write_text("channels = ( { } );\n")
    idle.write_settings(None, {"messages": "nowhere", "calendar": "nowhere",
                               "procedure": "nowhere"})
    done = idle.check()
    assert done.returncode == 1
    for word in ("master.key", "channels.conf:1", "nowhere"):
        assert word in done.stderr
    assert done.stderr.count("nowhere") >= 3


def test_a_key_that_others_may_read_is_refused(idle):
    (idle.folder / "master.key").chmod(0o644)
    done = idle.check()
    assert done.returncode == 1
    assert "0600" in done.stderr


# ---- Can those who are called answer? ----

def mute(idle):
    return [{**spool(idle.folder / "spool"), "replies": False}]


def test_an_urgent_ladder_that_nobody_can_answer_is_refused(idle):
    idle.write_channels(mute(idle))
    idle.write_settings(None, {"public_url": ""})
    done = idle.check()
    assert done.returncode == 1
    assert "ladder urgent, rung 1" in done.stderr
    assert "ladder urgent, rung 3" in done.stderr
    assert "ladder news, rung 1" in done.stderr
    assert "public_url: it is empty" in done.stderr
    assert "ladder days" not in done.stderr  # not urgent
    idle.write_channels([spool(idle.folder / "spool")])
    assert idle.check().returncode == 0


def test_one_rung_that_can_answer_does_not_answer_for_the_others(idle):
    """It did, and ladders for other facts than two were not looked at."""
    text = (ROOT / "tests/data/procedure-small.conf").read_text()
    text = text.replace('{ after = "15m"; who = ["lead"]; }',
                        '{ after = "15m"; who = ["lead"];'
                        ' channels = ["mute"]; }')
    text = text.replace('warn = ["16h"]; ladder = "days"',
                        'warn = ["16h"]; ladder = ('
                        '{ when = "crime = yes"; use = "other"; },'
                        '{ use = "days"; } )')
    text = text.replace('    { id = "days"', """
    { id = "other"; urgent = true; ack_holds = "1d"; rungs = (
      { after = "0m"; who = ["lead"]; channels = ["mute"]; repeat = "1d"; }
    ); },
    { id = "days" """)
    some = idle.folder / "some.conf"
    some.write_text(text)
    idle.write_settings(some, {"public_url": ""})
    idle.write_channels([spool(idle.folder / "spool"),
                         {**mute(idle)[0], "name": "mute"}])
    done = idle.check()
    wrong = re.findall(r"ladder (\w+), rung (\d)", done.stderr)
    assert sorted(wrong) == [("other", "1"), ("urgent", "2")]


URLS = {
    "http://hotline.example.org": "not https",
    "https://127.0.0.1:8111": "this network alone",
    "https://10.1.2.3": "this network alone",
    "https://[::1]:8": "this network alone",
    "https://localhost": "this network alone",
    "https://hotline": "this network alone",
    "https://may-chu.local/a": "this network alone",
}


def test_a_link_that_opens_nowhere_else_is_no_answer(idle):
    idle.write_channels(mute(idle))
    for url, word in URLS.items():
        idle.write_settings(None, {"public_url": url})
        done = idle.check()
        assert done.returncode == 1 and word in done.stderr, url


def test_check_tries_whether_public_url_answers(idle):
    """Only its form was looked at."""
    idle.write_channels(mute(idle))
    inside = {"public_url_inside": True}
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        url = f"http://localhost:{s.getsockname()[1]}"
        idle.write_settings(None, {"public_url": url, **inside})
        done = idle.check()
        assert done.returncode == 1 and "nobody listens there" in done.stderr
        s.listen()
        done = idle.check()
        assert (done.returncode, done.stderr) == (0, "")
    idle.write_settings(None, {"public_url": "https://khong-co.invalid"})
    done = idle.check()
    assert done.returncode == 1 and "name is not known" in done.stderr


def test_a_rung_on_an_unknown_channel_is_refused(idle):
    text = (ROOT / "tests/data/procedure-small.conf").read_text()
    wrong = idle.folder / "wrong.conf"
    wrong.write_text(text.replace('who = ["lead"];',
                                  'who = ["lead"]; channels = ["pigeon"];'))
    idle.write_settings(wrong, {})
    done = idle.check()
    assert done.returncode == 1 and "pigeon" in done.stderr


def test_a_daemon_with_mistakes_does_not_start(idle):
    idle.conf.write_text("prot = 1;\n")
    done = hotlined("-c", idle.conf)
    assert done.returncode == 1
    assert f"{idle.conf}:1: " in done.stderr


# ---- Reload ----

def hup(d, word):
    seen = d.log().count(word)
    d.process.send_signal(signal.SIGHUP)
    wait_for(lambda: d.log().count(word) > seen)


def test_sighup_takes_all(daemon):
    daemon.write_settings(None, {"log_level": "info", "ward_name": "khác"})
    hup(daemon, "reload done")
    assert daemon.ctl("status")["ward_name"] == "khác"
    tail = daemon.log().split("reload done")[-1]
    assert "debug" not in tail


def test_sighup_takes_nothing_when_anything_is_wrong(daemon):
    daemon.write_settings(None, {"ward_name": "khác", "max_body_kib": 1})
    hup(daemon, "reload refused")
    assert "hotlined.conf:" in daemon.log()
    assert daemon.ctl("status")["ward_name"] == "phường Thử Nghiệm"


def test_reload_tells_what_needs_a_restart(daemon):
    daemon.write_settings(None, {"reserve_mib": 9, "ward_name": "khác"})
    told = daemon.ctl("reload")
    assert told == {"reloaded": True, "restart_needed_for": "reserve_mib"}
    # It stays needed until the restart, not only at the reload that brought it.
    assert daemon.ctl("reload")["restart_needed_for"] == "reserve_mib"
    daemon.write_settings(None, {"ward_name": "khác"})
    assert daemon.ctl("reload")["restart_needed_for"] == ""


def test_reload_refuses_another_ward(daemon):
    daemon.write_settings(None, {"ward": "11111"})
    answer = daemon.admin("POST", "/v1/admin/reload")
    assert answer.status == 422
    assert answer.json["code"] == "invalid_conf"
    assert "ward" in answer.json["errors"][0]["detail"]
    assert daemon.ctl("status")["ward"] == "99999"


def test_reload_refuses_another_key(daemon):
    (daemon.folder / "master.key").unlink()
    daemon.ctl_raw("secret", "init", daemon.folder / "master.key", check=True)
    assert daemon.ctl_raw("reload").returncode == 1
    assert "reload refused" in daemon.log()


# ---- Start and stop ----

def test_a_second_daemon_on_the_same_file_is_refused(daemon):
    done = hotlined("-c", daemon.conf)
    assert done.returncode == 1
    assert "stopped" in done.stderr
    assert daemon.ctl("status")["version"]


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_in_time(tmp_path, sig):
    d = Daemon(tmp_path)
    idle_client = socket.create_connection(("127.0.0.1", d.port))
    half = socket.create_connection(("127.0.0.1", d.port))
    half.sendall(b"GET /healthz HTT")
    start = time.monotonic()
    d.process.send_signal(sig)
    assert d.process.wait(10) == 0
    assert time.monotonic() - start < 6
    d.process = None
    d.check_log()
    assert d.log().rstrip().endswith("stopped")
    for s in (idle_client, half):
        s.close()


def test_memory_cannot_be_dumped(daemon):
    if b"__asan_init" in (BUILD / "hotlined").read_bytes():
        pytest.skip("LeakSanitizer has to look at the process")
    status = open(f"/proc/{daemon.process.pid}/status").read()
    environ = subprocess.run(
        ["stat", "-c", "%u", f"/proc/{daemon.process.pid}/environ"],
        capture_output=True, text=True)
    assert "Name:" in status
    assert environ.stdout.strip() == "0"


@pytest.mark.parametrize("listen,family", [("127.8.9.1", socket.AF_INET),
                                           ("::1", socket.AF_INET6)])
def test_other_loopback_addresses_are_fine(tmp_path, listen, family):
    with Daemon(tmp_path / "d", settings={"metrics_listen": listen}) as d, \
            socket.socket(family) as s:
        s.connect((listen, d.metrics_port))
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200 ")
