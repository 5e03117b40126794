#!/usr/bin/python3
"""Programs under valgrind: `tests/lab.sh NAME [long]`, NAME one of

valgrind  the unit programs: memcheck over all, long: helgrind, too
threads   helgrind over the units that have a thread beside the loop
api       memcheck, then helgrind, over the daemon and its courier while a core
          of the black-box suite runs

UNITS="unit_when unit_token" runs only those.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

import hotline
import report

BUILD = pathlib.Path(hotline.BUILD).resolve()
HERE = pathlib.Path(__file__).resolve().parent
TOOLS = {"memcheck": ["--leak-check=full", "--errors-for-leak-kinds=definite"],
         "helgrind": [f"--suppressions={HERE}/helgrind.supp"]}
WRONG = 99
THREADS = re.compile("unit_(store|memory|schedule|clock|http|login|outbox|"
                     "audit|keyring|channel_email|courier_link)")
CORE = ("test_referral.py", "test_case.py", "test_keys.py")


def units():
    named = os.environ.get("UNITS", "").split()
    return named or sorted(f.name for f in BUILD.glob("unit_*")
                           if f.is_file() and os.access(f, os.X_OK))


def grind(job):
    """What valgrind, or the program under it, complains of; "" if nothing."""
    tool, name = job
    try:
        done = subprocess.run(
            ["valgrind", "-q", f"--tool={tool}", f"--error-exitcode={WRONG}",
             *TOOLS[tool], BUILD / name], capture_output=True, text=True,
            errors="replace", timeout=900)
    except subprocess.TimeoutExpired:
        return f"{tool} {name}: not done after 15 minutes"
    if done.returncode == 0:
        return ""
    return f"{tool} {name}: exit {done.returncode}\n{done.stderr[-3000:]}"


def write_wrappers(tool, folder):
    """A build folder like the true one whose programs run under the tool."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.log"):
        old.unlink()
    ctl = folder / "hotlinectl"
    ctl.unlink(missing_ok=True)
    ctl.symlink_to(BUILD / "hotlinectl")
    for name in ("hotlined", "hotline-courier"):
        (folder / name).write_text(
            f"#!/bin/sh\nexec valgrind -q --tool={tool} {' '.join(TOOLS[tool])}"
            f" --log-file={folder}/{name}-%p.log {BUILD}/{name} \"$@\"\n")
        (folder / name).chmod(0o755)


def grind_api(tool):
    """What a core of the black-box suite makes the daemon do wrong."""
    folder = BUILD / "grind" / tool
    write_wrappers(tool, folder)
    done = subprocess.run(
        ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
         *(str(HERE / t) for t in CORE)],
        env={**os.environ, "BUILD": str(folder)}, capture_output=True,
        text=True, errors="replace")
    logs = sorted(folder.glob("*.log"))
    found = [f"{tool} {log.name}: {text[-3000:]}" for log in logs
             if (text := log.read_text(errors="replace").strip())]
    if not logs or done.returncode != 0:
        found.append(f"{tool}: {done.stdout[-3000:]}")
    return len(logs), found


def main_api():
    counts, found = {}, []
    for tool in TOOLS:
        counts[tool], bad = grind_api(tool)
        found += bad
    report.write("valgrind-api", counts, found)
    return 1 if found else 0


def main(form):
    if form == "api":
        return main_api()
    tools = {"long": list(TOOLS), "threads": ["helgrind"]}.get(
        form, ["memcheck"])
    jobs = [(tool, name) for tool in tools for name in units()
            if form != "threads" or THREADS.match(name)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [line for line in report.passing(
            "grind", pool.map(grind, jobs), len(jobs)) if line]
    if not jobs:
        found.append("no unit programs in the build folder")
    report.write("valgrind", {"programs": len(jobs), "tools": " ".join(tools)},
                 found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "short"))
