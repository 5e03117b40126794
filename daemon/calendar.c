/* Civil time and working days: arithmetic; see calendar_file.c for the data. */
#include "calendar_parts.h"
#include "clock.h"
#include "log.h"

bool
day_is_listed(const day_t *days, size_t n, day_t day)
{
	for (size_t i = 0; i < n; i++)
		if (days[i] == day)
			return true;
	return false;
}

bool
calendar_is_working_day(const struct calendar *c, day_t day)
{
	int weekday = (int)(((day + 4) % 7 + 7) % 7); /* 0: Sunday */

	if (day_is_listed(c->worked, c->n_worked, day))
		return true;
	return weekday != 0 && weekday != 6 &&
	       !day_is_listed(c->off, c->n_off, day);
}

day_t
calendar_day_of(const struct calendar *c, int64_t ms)
{
	int64_t local = ms + c->offset_min * MINUTE;

	return (day_t)((local - ((local % DAY) + DAY) % DAY) / DAY);
}

int64_t
calendar_day_start(const struct calendar *c, day_t day)
{
	return day * DAY - c->offset_min * MINUTE;
}

bool
calendar_has_year(const struct calendar *c, int year)
{
	for (size_t i = 0; i < c->n_years; i++)
		if (c->years[i] == year)
			return true;
	return false;
}

int
calendar_year_of(const struct calendar *c, int64_t ms)
{
	int year, month, mday;

	day_to_civil(calendar_day_of(c, ms), &year, &month, &mday);
	return year;
}

int
calendar_days_left(const struct calendar *c, int64_t now)
{
	int year = calendar_year_of(c, now);

	if (!calendar_has_year(c, year))
		return -1;
	while (calendar_has_year(c, year))
		year++;
	return day_from_civil(year, 1, 1) - 1 - calendar_day_of(c, now);
}

int64_t
calendar_span(const struct calendar *c, int64_t *until)
{
	int first = c->years[0], last = c->years[0];

	for (size_t i = 1; i < c->n_years; i++) {
		if (c->years[i] < first)
			first = c->years[i];
		if (c->years[i] > last)
			last = c->years[i];
	}
	*until = calendar_day_start(c, day_from_civil(last + 1, 1, 1));
	return calendar_day_start(c, day_from_civil(first, 1, 1));
}

int
calendar_offset_min(const struct calendar *c)
{
	return c->offset_min;
}

/*
 * A term in days starts on the day after and ends at 24:00 of its last day
 * (Civil Code 2015, 147.2).  It is not carried over a rest day (148.5): for a
 * child the earlier of two readings is the safe one.
 */
static int64_t
end_of(const struct calendar *c, day_t last)
{
	return calendar_day_start(c, last + 1);
}

static int64_t
add_working_days(const struct calendar *c, int64_t start, int n)
{
	day_t day = calendar_day_of(c, start);

	while (n > 0)
		n -= calendar_is_working_day(c, ++day);
	return calendar_day_start(c, day + 1);
}

static day_t
add_months(day_t day, int n)
{
	int year, month, mday, y, m, d, next;
	day_t end;

	day_to_civil(day, &year, &month, &mday);
	next = month - 1 + n;
	year += next / 12;
	month = next % 12 + 1;
	end = day_from_civil(year + month / 12, month % 12 + 1, 1) - 1;
	day_to_civil(end, &y, &m, &d);
	return mday < d ? end - (d - mday) : end;
}

/* The first 20 May (date 520) that is not before today. */
static day_t
next_date(day_t today, int date)
{
	int year, month, mday;

	day_to_civil(today, &year, &month, &mday);
	if (month * 100 + mday > date)
		year++;
	return day_from_civil(year, date / 100, date % 100);
}

/* Use up left ms of office hours of one day, from an instant on. */
static int64_t
use_day(const struct calendar *c, day_t day, int64_t from, int64_t *left)
{
	int64_t midnight = calendar_day_start(c, day);

	for (size_t i = 0; i < c->n_spans; i++) {
		int64_t a = midnight + c->spans[i].from * MINUTE;
		int64_t b = midnight + c->spans[i].until * MINUTE;

		if (a < from)
			a = from;
		if (a >= b)
			continue;
		if (*left <= b - a) {
			a += *left;
			*left = 0;
			return a;
		}
		*left -= b - a;
	}
	return calendar_day_start(c, day + 1);
}

static int64_t
add_working_hours(const struct calendar *c, int64_t start, int n)
{
	int64_t left = n * HOUR, at = start;

	for (day_t day = calendar_day_of(c, start); left > 0; day++)
		if (calendar_is_working_day(c, day))
			at = use_day(c, day, start, &left);
	return at;
}

int64_t
calendar_add(const struct calendar *c, int64_t start, const struct limit *l)
{
	day_t today = calendar_day_of(c, start);

	switch (l->unit) {
	case UNIT_NOW:
	case UNIT_GIVEN: /* nobody gave it: safer at once than never */
		return start;
	case UNIT_SECOND:
		return start + l->n * SECOND;
	case UNIT_MINUTE:
		return start + l->n * MINUTE;
	case UNIT_HOUR:
		return start + l->n * HOUR;
	case UNIT_WORKING_HOUR:
		return add_working_hours(c, start, l->n);
	case UNIT_WORKING_DAY:
		return add_working_days(c, start, l->n);
	case UNIT_DAY:
		return end_of(c, today + l->n);
	case UNIT_WEEK:
		return end_of(c, today + 7 * l->n);
	case UNIT_MONTH:
		return end_of(c, add_months(today, l->n));
	case UNIT_DATE:
		return end_of(c, next_date(today, l->n));
	}
	fatal("unknown unit of a limit unit=%d", (int)l->unit);
}
