#!/usr/bin/python3
"""Speed against the limit: each figure of the daemon beside its bar, in ratios
to bare programs that run in turn with it.

    tests/bench/speed.py [smoke|quick|short|long] [figure ...]
"""
import dataclasses
import sys
import time

import rig  # noqa: I001  (finds the tests' own modules)

import courier
import intake
import late
import many
import report
import still


@dataclasses.dataclass(frozen=True)
class Form:
    rounds: int
    requests: int     # a run at 64 connections
    single: int       # a run at one
    cases: tuple      # in the file
    due: int          # clocks overdue at once
    pushes: int
    idle: int         # seconds watched without a connection
    late: int         # alerts by the real clock,
    late_over: int    # in so many seconds


FORMS = {
    "quick": Form(3, 1500, 150, (), 5120, 2000, 0, 0, 0),
    "smoke": Form(1, 200, 20, (), 512, 200, 0, 0, 0),
    "short": Form(3, 2000, 200, (100_000,), 10_240, 3000, 60, 1000, 60),
    "long": Form(5, 10_000, 1000, (100_000, 1_000_000), 10_240, 20_000, 60,
                 1000, 60),
}
FIGURES = {"intake": intake.measure, "still": still.measure,
           "courier": courier.measure, "late": late.measure,
           "many": many.measure}


def main(form="short", *wanted):
    table = rig.Table()
    started = time.monotonic()
    table.say(f"{'figure':<46} {'measured':>26}  {'bar':>12}")
    for name, measure in FIGURES.items():
        if not wanted or name in wanted:
            measure(table, FORMS[form])
    report.write("speed", {
        "form": form, "seconds": round(time.monotonic() - started),
        "figures": len(table.names),
        "not measured": len(table.unmeasured)},
        [f"missed: {name}" for name in table.missed], table.lines)
    print(table.verdict())
    return table


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]).missed else 0)
