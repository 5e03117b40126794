#!/usr/bin/python3
"""Years of a ward in one process: `tests/lab.sh simulation [long]`.

SEEDS=n lives of YEARS=n years, from SEED=n on.  Each is audited as every
storm is; some are lived twice, and must end in the same ledger and the same
file.  One seed alone: SEED=n SEEDS=1.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import auditor  # noqa: E402
import canary  # noqa: E402
import hotline  # noqa: E402
import report  # noqa: E402

BUILD = pathlib.Path(hotline.BUILD).resolve()
FORMS = {"smoke": (20, 0.5), "short": (200, 10), "long": (10000, 10)}
REPLAYS = {"smoke": 2, "short": 10, "long": 100}
SLACK_MS = 15 * 60000  # a wall clock that is wrong by minutes, a full disk


def scratch():
    memory = pathlib.Path("/dev/shm")
    return pathlib.Path(tempfile.mkdtemp(
        prefix="simulation-", dir=memory if memory.is_dir() else None))


def live(seed, years, folder):
    """What the program says of one life, as a dict; or what broke it."""
    limit = 120 + 300 * years
    try:
        done = subprocess.run(
            [BUILD / "simulation", str(seed), str(round(365 * years)), folder,
             canary.NAME], capture_output=True, text=True, errors="replace",
            timeout=limit,  # what died with the daemon is never freed
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    except subprocess.TimeoutExpired:
        return None, f"seed {seed}: not done after {limit} s"
    if done.returncode != 0:
        return None, (f"seed {seed}: exit {done.returncode}: "
                      f"{done.stderr[-1500:]}")
    return dict(f.split("=") for f in done.stdout.split()), None


def books_of(folder):
    """The program's books as the auditor wants them."""
    said = json.loads((folder / "books.json").read_text())
    books = auditor.Books.told(said)
    books.late_ms += SLACK_MS
    (folder / "books.json").unlink()  # it knows the name
    return books, said["end"]


def try_seed(job):
    """(seed, what it said, violations)."""
    seed, years, again = job
    folder = scratch()
    try:
        said, broken = live(seed, years, folder)
        if broken:
            return seed, {}, [broken]
        books, end = books_of(folder)
        found = auditor.audit(folder / "hotlined.db", books, BUILD,
                              end - auditor.DAY_MS, {folder})
        if again:
            found += replay(seed, years, said, folder / "hotlined.db")
        return seed, said, [f"seed {seed}: {f}" for f in found]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def replay(seed, years, said, database):
    """The same seed is the same life."""
    folder = scratch()
    try:
        told, broken = live(seed, years, folder)
        if broken:
            return [broken]
        found = [] if told == said else ["a replay has another ledger"]
        if digest(folder / "hotlined.db") != digest(database):
            found.append("a replay has another file")
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(form, first, n, years):
    """(counts, violations); the counts are sums over all lives."""
    cpus = len(os.sched_getaffinity(0))
    jobs = [(first + i, years, i < REPLAYS[form]) for i in range(n)]
    sums, found, began = {}, [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(cpus) as pool:
        for _, said, bad in report.passing(
                "simulation", pool.map(try_seed, jobs), n):
            found += bad
            for k, v in said.items():
                if k != "ledger":
                    sums[k] = sums.get(k, 0) + int(v)
    return {"seed": first, "seeds": n, "years": years,
            "replays": min(n, REPLAYS[form]),
            "seconds": round(time.monotonic() - began), **sums}, found


def main(form):
    n, years = FORMS[form]
    first = int(os.environ.get("SEED") or random.randrange(1, 1 << 31))
    counts, found = run(form, first, int(os.environ.get("SEEDS") or n),
                        float(os.environ.get("YEARS") or years))
    report.write("simulation", counts, found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "short"))
