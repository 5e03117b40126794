"""A dead courier and a full disk are alarms as long as they last, and no more:
the core is never restarted for them."""
import os
import pathlib
import signal
import sqlite3
import time

from hotline import BUILD, copy_of
from test_disk import disk, ward as small  # noqa: F401
from ward import ward  # noqa: F401

DOWN, FULL = "alarm_courier_down", "alarm_disk_full"


def rows(d, kind):
    """How each alarm of the kind stands, oldest first."""
    path = copy_of(d)
    db = sqlite3.connect(path)
    found = [state for state, in db.execute(
        "SELECT state FROM clock WHERE step = ? ORDER BY opened_at, id",
        [kind])]
    db.close()
    path.unlink()
    return found


def becomes(d, kind, wanted, seconds=20):
    until = time.monotonic() + seconds
    while (found := rows(d, kind)) != wanted:
        assert time.monotonic() < until, (kind, found, wanted)
        time.sleep(0.3)


def kill_courier(d):
    pid = d.process.pid
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)


def test_a_dead_courier_is_one_alarm_until_it_is_back(
        ward, tmp_path):  # noqa: F811
    gone = tmp_path / "gone"
    program = tmp_path / "courier"
    program.write_text(f'#!/bin/sh\n[ -e {gone} ] && exit 1\n'
                       f'exec {BUILD}/hotline-courier "$@"\n')
    program.chmod(0o755)
    w = ward(settings={"courier_alarm": "1s",
                       "courier_program": str(program)}).staff()
    pid = w.d.process.pid
    gone.touch()
    kill_courier(w.d)
    becomes(w.d, DOWN, ["open"])
    time.sleep(2.5)  # it looks every second
    assert rows(w.d, DOWN) == ["open"]
    assert DOWN in w.d.ctl_raw("alert", "list", check=True).stdout
    gone.unlink()
    becomes(w.d, DOWN, ["dropped"])
    assert w.d.process.pid == pid and w.d.process.poll() is None


def test_a_restart_of_the_courier_is_no_alarm(ward):  # noqa: F811
    w = ward().staff()  # a minute is allowed
    kill_courier(w.d)
    time.sleep(2.5)
    assert rows(w.d, DOWN) == []
    assert w.d.ctl("status")["courier"] == "up"


def test_a_full_disk_is_one_alarm_until_there_is_room(small):  # noqa: F811
    pid = small.d.process.pid
    assert small.post("before").status == 201
    assert rows(small.d, FULL) == []
    small.refused(small.fill_until_refused("during"))
    # Not to be seen in a copy: there is no room for one.
    until = time.monotonic() + 20
    while FULL not in small.d.ctl_raw("alert", "list").stdout:
        assert time.monotonic() < until, "a full disk is no alarm"
        time.sleep(0.3)
    assert small.d.process.pid == pid and small.d.process.poll() is None
    small.give_room()
    becomes(small.d, FULL, ["dropped"])
    small.end()
