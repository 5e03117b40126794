#include "calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf_tree.h"
#include "log.h"

#define SPANS_MAX 4

/* One file: a year with its days off on weekdays and worked weekend days. */
struct year {
	int64_t year;
	const struct node *holidays, *worked, *hours;
	day_t first, last;
};
/* Minutes of the day, [from, until). */
struct span {
	int from, until;
};
struct calendar {
	int offset_min;
	day_t *off, *worked;
	size_t n_off, n_worked;
	day_t first, last; /* of the years described */
	struct span spans[SPANS_MAX];
	size_t n_spans;
};

static const struct span office[] = {{450, 690}, {810, 1050}};
static const struct conf_key keys[] = {
    {.name = "year",
	.kind = KEY_INT,
	.required = true,
	.offset = offsetof(struct year, year),
	.low = 2000,
	.high = 2200},
    {.name = "holidays",
	.kind = KEY_TEXTS,
	.required = true,
	.offset = offsetof(struct year, holidays)},
    {.name = "worked",
	.kind = KEY_TEXTS,
	.offset = offsetof(struct year, worked)},
    {.name = "hours",
	.kind = KEY_TEXTS,
	.offset = offsetof(struct year, hours)},
};

/* "2026-09-02" within the file's year. */
static bool
parse_day(const struct node *n, const struct year *y, day_t *out,
    struct faults *faults)
{
	char at[INSTANT_SIZE];
	int64_t ms;

	snprintf(at, sizeof(at), "%.10sT00:00:00Z", n->text);
	if (strlen(n->text) != 10 || !instant_parse(at, &ms)) {
		node_fault(n, faults, "a day is written YYYY-MM-DD");
		return false;
	}
	*out = (day_t)(ms / DAY);
	if (*out >= y->first && *out <= y->last)
		return true;
	node_fault(n, faults, "the day is not in the year of this file");
	return false;
}

static void
add_days(const struct node *list, const struct year *y, day_t **days, size_t *n,
    struct faults *faults)
{
	if (list == NULL)
		return;
	*days = xrealloc(*days, *n + node_count(list) + 1, sizeof(**days));
	for (const struct node *d = list->child; d != NULL; d = d->next)
		if (parse_day(d, y, &(*days)[*n], faults))
			(*n)++;
}

/* "07:30" as minutes; -1 if it is none. */
static int
parse_minute(const char *s)
{
	char at[INSTANT_SIZE];
	int64_t ms;

	snprintf(at, sizeof(at), "2000-01-01T%.5s:00Z", s);
	if (!instant_parse(at, &ms))
		return -1;
	return (int)(ms % DAY / MINUTE);
}

static void
read_hours(struct calendar *c, const struct node *list, struct faults *faults)
{
	int last = 0;

	if (list == NULL)
		return;
	c->n_spans = 0;
	for (const struct node *h = list->child; h != NULL; h = h->next) {
		struct span s = {-1, -1};

		if (strlen(h->text) == 11 && h->text[5] == '-') {
			s.from = parse_minute(h->text);
			s.until = parse_minute(h->text + 6);
		}
		if (s.from < last || s.until <= s.from ||
		    c->n_spans == SPANS_MAX)
			node_fault(h, faults,
			    "hours are written 07:30-11:30, one after the "
			    "other, at most %d spans",
			    SPANS_MAX);
		else
			c->spans[c->n_spans++] = s;
		last = s.until;
	}
	if (c->n_spans == 0)
		node_fault(list, faults, "a working day needs hours");
}

static bool
is_listed(const day_t *days, size_t n, day_t day)
{
	for (size_t i = 0; i < n; i++)
		if (days[i] == day)
			return true;
	return false;
}

/* A day in both lists, or a second file of a year, is a slip of the pen. */
static void
check_days(const struct calendar *c, const struct year *y, const char *path,
    struct faults *faults)
{
	for (size_t i = 0; i < c->n_worked; i++)
		if (is_listed(c->off, c->n_off, c->worked[i]) &&
		    c->worked[i] >= y->first && c->worked[i] <= y->last)
			node_fault(y->worked, faults,
			    "a day is among the holidays too");
	if (c->last == y->last)
		faults_add(faults, path, "another file describes %lld too",
		    (long long)y->year);
}

static void
read_year(struct calendar *c, const char *path, struct faults *faults)
{
	struct conf_tree *tree = conf_tree_load(path, faults);
	struct year y = {0};

	if (tree == NULL)
		return;
	if (node_read(conf_tree_root(tree), keys, NELEM(keys), &y, faults)) {
		y.first = day_from_civil((int)y.year, 1, 1);
		y.last = day_from_civil((int)y.year, 12, 31);
		add_days(y.holidays, &y, &c->off, &c->n_off, faults);
		add_days(y.worked, &y, &c->worked, &c->n_worked, faults);
		read_hours(c, y.hours, faults);
		check_days(c, &y, path, faults);
		if (y.first < c->first)
			c->first = y.first;
		if (y.last > c->last)
			c->last = y.last;
	}
	conf_tree_free(tree);
}

struct calendar *
calendar_load(const char *dir, int offset_min, struct faults *faults)
{
	struct calendar *c = xcalloc(1, sizeof(*c));
	size_t n = 0, before = faults->n;
	char **paths = conf_glob(dir, &n);

	c->offset_min = offset_min;
	c->first = INT32_MAX;
	c->last = INT32_MIN;
	c->n_spans = NELEM(office);
	memcpy(c->spans, office, sizeof(office));
	for (size_t i = 0; i < n; i++)
		read_year(c, paths[i], faults);
	if (n == 0)
		faults_add(faults, dir, "no calendar (*.conf) here");
	conf_glob_free(paths);
	if (faults->n == before)
		return c;
	calendar_free(c);
	return NULL;
}

void
calendar_free(struct calendar *c)
{
	if (c == NULL)
		return;
	free(c->off);
	free(c->worked);
	free(c);
}

bool
calendar_is_working_day(const struct calendar *c, day_t day)
{
	int weekday = (int)(((day + 4) % 7 + 7) % 7); /* 0: Sunday */

	if (is_listed(c->worked, c->n_worked, day))
		return true;
	return weekday != 0 && weekday != 6 &&
	       !is_listed(c->off, c->n_off, day);
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

int
calendar_days_left(const struct calendar *c, int64_t now)
{
	if (c->last == INT32_MIN)
		return -1;
	return c->last - calendar_day_of(c, now);
}

int64_t
calendar_span(const struct calendar *c, int64_t *until)
{
	*until = calendar_day_start(c, c->last + 1);
	return calendar_day_start(c, c->first);
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
