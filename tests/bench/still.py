"""What the daemon costs while nothing happens: bytes and wake-ups."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import rig


def sizes(table):
    """Of the programs, stripped, without the pages that hotlined holds."""
    pages = rig.BUILD / "generated/console_files.c"
    total = -pages.read_text().count("0x")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("hotlined", "hotline-courier", "hotlinectl"):
            out = pathlib.Path(folder) / name
            rig.run("strip", "-o", out, rig.BUILD / name)
            total += out.stat().st_size
    mib = total / (1 << 20)
    table.row("three programs, stripped", f"{mib:.2f} MiB", "<= 1.5 MiB",
              mib <= 1.5)


def wake_ups(pid, seconds):
    """Returns of epoll_wait of all its threads."""
    with tempfile.NamedTemporaryFile() as out:
        trace = subprocess.Popen(
            ["strace", "-f", "-qq", "-e", "trace=epoll_wait,epoll_pwait",
             "-o", out.name, "-p", str(pid)], stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        trace.send_signal(signal.SIGINT)
        trace.wait()
        text = pathlib.Path(out.name).read_text()
    return len(re.findall(r"epoll_p?wait.*\) += \d", text))


def idle(table, form):
    """Both programs, with no connection open and nothing due."""
    ours = rig.Ours()
    try:
        time.sleep(3)
        pid = ours.process.pid
        for name, pid in (("core", pid), ("courier", *rig.children(pid))):
            n = wake_ups(pid, form.idle) * 60 / form.idle
            table.row(f"epoll_wait returns a minute, {name} idle",
                      f"{n:.0f}", "<= 12", n <= 12)
    finally:
        ours.stop()


def measure(table, form):
    sizes(table)
    if form.idle and rig.is_there("strace") and os.geteuid() == 0:
        idle(table, form)
    else:
        table.not_measured("epoll_wait returns a minute, idle", "a smoke"
                           if form.idle == 0 else "needs root and strace")
