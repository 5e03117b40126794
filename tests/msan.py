#!/usr/bin/python3
"""The pure modules under MemorySanitizer: `tests/lab.sh msan`.

It only knows what clang compiled, so that each library that fills memory is
taken for one that does not: those units are run whose code touches none of
jansson, libconfig, libsodium, SQLite.  Valgrind looks at the others.
"""
import pathlib
import subprocess
import sys

import hotline
import report

HERE = pathlib.Path(__file__).resolve().parent
UNITS = ("allow", "clock", "core", "delivery", "gate", "ladder",
         "ladder_random", "quiet", "rota", "schedule", "when")
FUZZERS = ("gate", "when")  # their corpora, once


def build(folder):
    subprocess.run(["cmake", "-S", HERE.parent, "-B", folder, "-G", "Ninja",
                    "-DCMAKE_C_COMPILER=clang-14", "-DMSAN=ON"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, *(f"unit_{u}" for u in UNITS),
                    *(f"fuzz_{f}" for f in FUZZERS)],
                   check=True, stdout=subprocess.DEVNULL)


def complaint(command):
    done = subprocess.run(command, capture_output=True, text=True,
                          errors="replace")
    if done.returncode == 0:
        return []
    return [f"{command[0].name}: {(done.stdout + done.stderr)[-3000:]}"]


def main():
    folder = pathlib.Path(f"{hotline.BUILD}-msan").resolve()
    build(folder)
    found = []
    for unit in UNITS:
        found += complaint([folder / f"unit_{unit}"])
    for name in FUZZERS:
        found += complaint([folder / f"fuzz_{name}",
                            *sorted((HERE / "fuzz/corpus" / name).iterdir())])
    report.write("msan", {"programs": len(UNITS) + len(FUZZERS)}, found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
