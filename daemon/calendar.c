/* Civil time and working days: arithmetic; see calendar_file.c for the data. */
#include "calendar_parts.h"
#include "clock.h"

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
	int last = c->years[c->n_years - 1];

	*until = calendar_day_start(c, day_from_civil(last + 1, 1, 1));
	return calendar_day_start(c, day_from_civil(c->years[0], 1, 1));
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

/* The last day of a term of n units that begins with the day after today. */
typedef day_t last_day(const struct calendar *c, day_t today, int n);

static day_t
last_of_days(const struct calendar *c, day_t today, int n)
{
	(void)c;
	return today + n;
}

static day_t
last_of_weeks(const struct calendar *c, day_t today, int n)
{
	(void)c;
	return today + 7 * n;
}

static day_t
last_of_working_days(const struct calendar *c, day_t today, int n)
{
	while (n > 0)
		n -= calendar_is_working_day(c, ++today);
	return today;
}

static day_t
last_of_months(const struct calendar *c, day_t today, int n)
{
	int year, month, mday, y, m, d, next;
	day_t end;

	(void)c;
	day_to_civil(today, &year, &month, &mday);
	next = month - 1 + n;
	year += next / 12;
	month = next % 12 + 1;
	end = day_from_civil(year + month / 12, month % 12 + 1, 1) - 1;
	day_to_civil(end, &y, &m, &d);
	return mday < d ? end - (d - mday) : end;
}

/* The first 20 May (520) that is not before today. */
static day_t
next_date(const struct calendar *c, day_t today, int date)
{
	int year, month, mday;

	(void)c;
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

/*
 * Elapsed time, or days.  What nobody gave an end to (UNIT_GIVEN) is due at
 * once: safer than never.
 */
static const struct {
	int64_t ms;
	last_day *last;
} units[] = {
    [UNIT_NOW] = {0, NULL},
    [UNIT_SECOND] = {SECOND, NULL},
    [UNIT_MINUTE] = {MINUTE, NULL},
    [UNIT_HOUR] = {HOUR, NULL},
    [UNIT_WORKING_DAY] = {0, last_of_working_days},
    [UNIT_DAY] = {0, last_of_days},
    [UNIT_WEEK] = {0, last_of_weeks},
    [UNIT_MONTH] = {0, last_of_months},
    [UNIT_DATE] = {0, next_date},
    [UNIT_GIVEN] = {0, NULL},
};

int64_t
calendar_add(const struct calendar *c, int64_t start, const struct limit *l)
{
	last_day *last = units[l->unit].last;

	if (l->unit == UNIT_WORKING_HOUR)
		return add_working_hours(c, start, l->n);
	if (last == NULL)
		return start + l->n * units[l->unit].ms;
	return end_of(c, last(c, calendar_day_of(c, start), l->n));
}
