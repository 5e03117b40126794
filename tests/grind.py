#!/usr/bin/python3
"""The unit programs under valgrind: `tests/lab.sh valgrind [long]`.

Memcheck over all of them, helgrind too in the long form.  UNITS="unit_when
unit_token" runs only those.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

import hotline
import report

BUILD = pathlib.Path(hotline.BUILD).resolve()
TOOLS = {"memcheck": ["--leak-check=full", "--errors-for-leak-kinds=definite"],
         "helgrind": []}
WRONG = 99


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


def main(form):
    tools = list(TOOLS) if form == "long" else ["memcheck"]
    jobs = [(tool, name) for tool in tools for name in units()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [line for line in pool.map(grind, jobs) if line]
    if not jobs:
        found.append("no unit programs in the build folder")
    report.write("valgrind", {"programs": len(jobs), "tools": " ".join(tools)},
                 found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "short"))
