"""What a storm did, printed and kept: a dated file in the build folder."""
import datetime
import os
import pathlib
import platform
import sqlite3
import subprocess
import sys
import time

import hotline

PACE = 10  # seconds between two signs of life


def version(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout + done.stderr).splitlines()[0]
    except (OSError, IndexError):
        return "?"


def versions():
    return {"hotlined": version(hotline.BUILD / "hotlined", "--version"),
            "kernel": platform.release(), "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version, "cpus": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1)}


def is_sanitized():
    program = (hotline.BUILD / "hotlined").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def slowness():
    """By how much a bar of time is to be stretched, at this moment: not at all
    for the plain build on a machine with processors to spare."""
    busy = os.getloadavg()[0] / os.cpu_count()
    return (5 if is_sanitized() else 1) * min(10, max(1, busy))


def say(text):
    print(text, file=sys.stderr, flush=True)


def passing(name, work, n):
    """What work gives, and now and then a word about how many of n are done."""
    said = time.monotonic()
    for done, one in enumerate(work, 1):
        yield one
        if time.monotonic() >= said + PACE:
            said = time.monotonic()
            say(f"{name}: {done} of {n}")


def write(name, counts, found, lines=()):
    """found: the violations; lines: a table, if there is one."""
    now = datetime.datetime.now(datetime.timezone.utc)
    text = [f"storm: {name}", f"at: {now:%Y-%m-%dT%H:%M:%SZ}"]
    text += [f"{k}: {v}" for k, v in versions().items()]
    text += [f"{k}: {v}" for k, v in counts.items()]
    text += [f"violations: {len(found)}", *found, *lines]
    folder = pathlib.Path(hotline.BUILD) / "reports"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{now:%Y%m%dT%H%M%SZ}.txt"
    path.write_text("\n".join(map(str, text)) + "\n")
    print(path.read_text())
    return path
