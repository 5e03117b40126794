"""The bench runs: each figure is taken and has its bar (a smoke: the figures
themselves are `tests/lab.sh speed`, on a machine that does nothing else)."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "bench"))

import rig  # noqa: E402
import speed  # noqa: E402
import still  # noqa: E402


@pytest.fixture(scope="module")
def table():
    return speed.main("smoke", "intake", "still", "courier", "many")


@pytest.mark.parametrize("figure", [
    "intake / (b) same rows and bytes", "intake p99 / (b)",
    "intake / (b5) five rows", "intake / (a) empty answer",
    "intakes per commit, 64 connections", "one connection p50 / (d) bare loop",
    "GET beside 64 posters, p99 / POST p99", "three programs, stripped",
    "courier, 16 parallel / (c) curl multi",
    "resident memory of the courier", "clocks fired, 512 due, 256 at once"])
def test_the_figure_is_taken(figure, table):
    assert figure in table.names


@pytest.mark.plain
def test_the_programs_stay_small():
    t = rig.Table()
    still.sizes(t)
    assert t.missed == [], t.lines


def test_a_missed_bar_is_said():
    t = rig.Table()
    t.row("too slow", "0.1 x", ">= 1 x", False)
    assert t.missed == ["too slow"]
    assert t.lines[0].endswith("MISSED")
    t.not_measured("a peer", "it is not there")
    assert t.lines[1] == "NOT MEASURED: a peer: it is not there"
    assert t.verdict() == ("bars missed: 1 of 1 figures (too slow); "
                           "not measured: a peer")
