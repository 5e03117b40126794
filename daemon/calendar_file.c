/* Calendar files: a year with its days off and its worked weekend days. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"
#include "clock.h"
#include "conf_tree.h"

/* One file. */
struct year {
	int64_t year;
	const struct node *holidays, *worked, *hours;
	day_t first, last;
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

/* A day in both lists, or a second file of a year, is a slip of the pen. */
static void
check_days(const struct calendar *c, const struct year *y, const char *path,
    struct faults *faults)
{
	for (size_t i = 0; i < c->n_worked; i++)
		if (day_is_listed(c->off, c->n_off, c->worked[i]) &&
		    c->worked[i] >= y->first && c->worked[i] <= y->last)
			node_fault(y->worked, faults,
			    "a day is among the holidays too");
	if (calendar_has_year(c, (int)y->year))
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
		c->years =
		    xrealloc(c->years, c->n_years + 1, sizeof(*c->years));
		c->years[c->n_years++] = (int)y.year;
	}
	conf_tree_free(tree);
}

static int
rising(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

struct calendar *
calendar_load(const char *dir, int offset_min, struct faults *faults)
{
	struct calendar *c = xcalloc(1, sizeof(*c));
	size_t n = 0, before = faults->n;
	char **paths = conf_glob(dir, &n);

	c->offset_min = offset_min;
	c->n_spans = NELEM(office);
	memcpy(c->spans, office, sizeof(office));
	for (size_t i = 0; i < n; i++)
		read_year(c, paths[i], faults);
	if (n == 0)
		faults_add(faults, dir, "no calendar (*.conf) here");
	if (c->n_years > 0)
		qsort(c->years, c->n_years, sizeof(*c->years), rising);
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
	free(c->years);
	free(c);
}
