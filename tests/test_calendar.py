"""Limits against an independent slow reference, day by day and minute by
minute, over ten years of calendars that chance made up.
"""
import random
import subprocess
from datetime import date, datetime, timedelta, timezone

import pytest

from hotline import BUILD, ROOT

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
YEARS = range(2026, 2036)


class Calendar:
    """What the files say, as plain sets."""

    def __init__(self, offset_min):
        self.zone = timezone(timedelta(minutes=offset_min))
        self.off, self.worked, self.hours = set(), set(), []

    def is_working(self, day):
        return day in self.worked or (
            day.weekday() < 5 and day not in self.off)

    def end_of(self, day):
        """24:00 of a day."""
        return datetime(day.year, day.month, day.day,
                        tzinfo=self.zone) + DAY

    def is_office(self, at):
        minute = at.hour * 60 + at.minute
        return self.is_working(at.date()) and any(
            a <= minute < b for a, b in self.hours)

    # ---- The slow way ----

    def due(self, start, limit):
        n = int("".join(c for c in limit if c.isdigit()) or 0)
        unit = limit.lstrip("0123456789")
        return {"s": self.elapsed, "m": self.elapsed, "h": self.elapsed,
                "wd": self.working_days, "wh": self.working_hours,
                "d": self.days, "w": self.days, "mo": self.months,
                "now": lambda s, n, u: s, "given": lambda s, n, u: s}.get(
                    unit, lambda s, n, u: self.date(s, limit))(start, n, unit)

    def elapsed(self, start, n, unit):
        return start + n * {"s": timedelta(seconds=1), "m": MINUTE,
                            "h": 60 * MINUTE}[unit]

    def working_days(self, start, n, _):
        day = start.date()
        while n > 0:
            day += DAY
            n -= self.is_working(day)
        return self.end_of(day)

    def working_hours(self, start, n, _):
        # Starts are on whole minutes.
        at, left = start, 60 * n
        while left > 0:
            left -= self.is_office(at)
            at += MINUTE
        return at

    def days(self, start, n, unit):
        day = start.date()
        for _ in range(n * (7 if unit == "w" else 1)):
            day += DAY
        return self.end_of(day)

    def months(self, start, n, _):
        day = start.date()
        wanted = day.day
        for _ in range(n):  # into the next month, then as far as it goes
            month = day.month
            while day.month == month:
                day += DAY
        while day.day < wanted and (day + DAY).month == day.month:
            day += DAY
        return self.end_of(day)

    def date(self, start, limit):
        day = start.date()
        while f"{day.month:02}-{day.day:02}" != limit:
            day += DAY
        return self.end_of(day)


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def made_up(folder, seed):
    """Ten files, and the same as sets."""
    r = random.Random(seed)
    c = Calendar(r.choice((420, 0, -210, 345)))
    points = sorted(r.sample(range(0, 1440), 2 * r.randint(1, 4)))
    c.hours = list(zip(points[::2], points[1::2]))
    hours = ", ".join(f'"{clock(a)}-{clock(b)}"' for a, b in c.hours)
    folder.mkdir()
    for year in YEARS:
        days = [date(year, 1, 1) + i * DAY
                for i in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
        off = r.sample([d for d in days if d.weekday() < 5], r.randint(0, 40))
        worked = r.sample([d for d in days if d.weekday() >= 5],
                          r.randint(0, 8))
        c.off |= set(off)
        c.worked |= set(worked)
        (folder / f"{year}.conf").write_text(
            f"year = {year};\n"
            f"holidays = ( {', '.join(f'{chr(34)}{d}{chr(34)}' for d in off)}"
            f" );\nworked = ( "
            f"{', '.join(f'{chr(34)}{d}{chr(34)}' for d in worked)} );\n"
            f"hours = ( {hours} );\n")
    return c


def questions(seed, n):
    """Starts on whole minutes, in and a little outside the ten years."""
    r = random.Random(seed)
    begin = datetime(2025, 10, 1, tzinfo=timezone.utc)
    for _ in range(n):
        start = begin + r.randrange(10 * 366 * 1440) * MINUTE
        limit = r.choice((
            f"{r.randint(1, 90)}s", f"{r.randint(1, 300)}m",
            f"{r.randint(1, 72)}h", f"{r.randint(1, 12)}wh",
            f"{r.randint(1, 60)}wd", f"{r.randint(1, 40)}d",
            f"{r.randint(1, 9)}w", f"{r.randint(1, 25)}mo", "now", "given",
            f"{r.randint(1, 12):02}-{r.randint(1, 28):02}", "12-31"))
        yield start, limit


def answers(folder, offset, asked):
    lines = "".join(f"{round(s.timestamp() * 1000)} {limit}\n"
                    for s, limit in asked)
    done = subprocess.run([BUILD / "calendar_due", folder, str(offset)],
                          input=lines, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(x) for x in done.stdout.split()]


@pytest.mark.parametrize("seed", range(6))
def test_every_limit_ends_where_the_slow_reference_ends_it(tmp_path, seed):
    c = made_up(tmp_path / "c", seed)
    asked = list(questions(1000 + seed, 700))
    got = answers(tmp_path / "c", c.zone.utcoffset(None) // MINUTE, asked)
    assert len(got) == len(asked)
    for (start, limit), end in zip(asked, got):
        due = c.due(start.astimezone(c.zone), limit)
        assert end == round(due.timestamp() * 1000), (start, limit, due)


def test_the_reference_agrees_with_the_shipped_years_by_hand():
    """Tet 2026 and a worked Saturday, so that the reference is tried, too."""
    c = Calendar(420)
    c.off = {date(2026, 2, d) for d in (16, 17, 18, 19, 20)}
    c.worked = {date(2026, 8, 22)}
    c.hours = [(450, 690), (810, 1050)]
    for start, limit, end in (
            ("2026-02-13T09:00", "2wd", "2026-02-25T00:00"),
            ("2026-08-21T09:00", "1wd", "2026-08-23T00:00"),
            ("2026-02-12T16:00", "10wh", "2026-02-23T08:00"),
            ("2026-01-31T10:00", "1mo", "2026-03-01T00:00"),
            ("2026-05-20T10:00", "05-20", "2026-05-21T00:00"),
            ("2026-05-21T10:00", "05-20", "2027-05-21T00:00")):
        asked = datetime.fromisoformat(start).replace(tzinfo=c.zone)
        due = datetime.fromisoformat(end).replace(tzinfo=c.zone)
        assert c.due(asked, limit) == due, (start, limit)
        assert answers(ROOT / "conf/calendar", 420, [(asked, limit)]) == [
            round(due.timestamp() * 1000)]
