"""Twenty lives of a ward, one of them twice; see tests/simulation."""
import os
import sys

import hotline
import report

sys.path.insert(0, str(hotline.ROOT / "tests/simulation"))

import simulation  # noqa: E402

SEEDS = int(os.environ.get("SEEDS", 20))
# Half a year each, less where a sanitizer looks on.
YEARS = 0.2 if report.is_sanitized() else 0.5


def test_no_life_breaks_a_promise():
    counts, found = simulation.run("smoke", int(os.environ.get("SEED", 1)),
                                   SEEDS, YEARS)
    report.write("simulation", counts, found)
    assert found == []
    # They were lives: things broke, people were called and answered.
    assert counts["boots"] > SEEDS and counts["receipts"] >= SEEDS
    assert SEEDS < 20 or (counts["acked"] > SEEDS
                          and counts["distinct"] > 10 * SEEDS)


def test_long_work_says_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(report, "PACE", 0)
    assert list(report.passing("lives", iter("ab"), 2)) == ["a", "b"]
    assert capsys.readouterr().err == "lives: 1 of 2\nlives: 2 of 2\n"
