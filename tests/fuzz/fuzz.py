#!/usr/bin/python3
"""Build the fuzzers and let each run: `tests/lab.sh fuzz [long]`.

60 seconds each, an hour each in the long form.  SEED=n begins the same way
again.  A finding stays in <BUILD>-fuzz/found; the report goes where those of
the other storms go.
"""
import os
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import hotline  # noqa: E402
import report  # noqa: E402

# Those whose input is a body or a packet may be as long as one; the rest are lines and files.
BODIES = ("fuzz_referral", "fuzz_gate", "fuzz_answers", "fuzz_replies",
          "fuzz_frames")
SECONDS = {"short": 60, "long": 3600}


def targets():
    return sorted(f.stem for f in HERE.glob("fuzz_*.c"))


def build(folder):
    subprocess.run(["cmake", "-S", HERE.parent.parent, "-B", folder, "-G",
                    "Ninja", "-DCMAKE_C_COMPILER=clang-14", "-DASAN=ON",
                    "-DFUZZ=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, *targets()], check=True,
                   stdout=subprocess.DEVNULL)


def run(folder, name, seconds, seed):
    """The number of inputs tried, and what was found."""
    subject = name.removeprefix("fuzz_")
    kept, found = folder / "kept" / subject, folder / "found"
    for each in (kept, found):
        each.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [folder / name, f"-max_total_time={seconds}", f"-seed={seed}",
         f"-max_len={65536 if name in BODIES else 4096}", "-timeout=10", "-print_final_stats=1",
         f"-artifact_prefix={found}/{subject}-", kept,
         HERE / "corpus" / subject],
        capture_output=True, text=True, errors="replace", env={
            **os.environ, "LSAN_OPTIONS": f"suppressions={HERE}/lsan.supp"})
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    bad = [] if done.returncode == 0 else [f"{name}: {done.stderr[-3000:]}"]
    return int(tried[1]) if tried else 0, bad


def main(form):
    folder = pathlib.Path(f"{hotline.BUILD}-fuzz").resolve()
    seed = int(os.environ.get("SEED") or random.randrange(1, 1 << 31))
    counts, found = {"seed": seed, "seconds each": SECONDS[form]}, []
    build(folder)
    for name in targets():
        counts[name], bad = run(folder, name, SECONDS[form], seed)
        found += bad
        if counts[name] == 0 and not bad:
            found.append(f"{name}: tried nothing")
    report.write("fuzz", counts, found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "short"))
