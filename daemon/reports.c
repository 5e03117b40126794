#include "reports.h"

#include <stdio.h>

#include "clock.h"
#include "clocks.h"
#include "context.h"
#include "procedure.h"

/* A year's report of a step. */
struct period {
	const struct step *step;
	int year;
};

/* First instant of the day on which a period begins. */
static int64_t
begin_of(const struct calendar *c, const struct period *p)
{
	int date = step_date(p->step);

	return calendar_day_start(
	    c, day_from_civil(p->year, date / 100, date % 100));
}

static int64_t
due_of(const struct calendar *c, const struct period *p)
{
	static const struct facts none = {0};
	struct moment m = {.event = "item", .at = begin_of(c, p)};
	struct opening o;

	step_opening(p->step, c, &none, &m, &o);
	return o.due_at;
}

/* The year of the last period that has begun. */
static int
last_begun(const struct calendar *c, const struct step *s, int64_t now)
{
	struct period p = {s, calendar_year_of(c, now)};

	if (begin_of(c, &p) > now)
		p.year--;
	return p.year;
}

static enum outcome
open_period(struct tx *tx, const struct period *p)
{
	char item[16];
	enum outcome how;

	snprintf(item, sizeof(item), "%d", p->year);
	how = clocks_open_item(
	    tx, &(struct item_clock){
		    .step = step_id(p->step),
		    .item = item,
		    .start_at = begin_of(tx_context(tx)->calendar, p),
		});
	return how == CONFLICT ? OK : how;
}

static enum outcome
open_step(struct tx *tx, const struct step *s)
{
	const struct calendar *c = tx_context(tx)->calendar;
	int64_t now = clock_now();
	struct period p = {s, last_begun(c, s, now)};
	int last = p.year;
	int64_t known = tx_number(tx, Q_REPORT_LAST, 0,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(step_id(s))));
	enum outcome how = OK;

	if (known == 0 && due_of(c, &p) <= now)
		return OK;
	if (known != 0)
		p.year = (int)known + 1;
	for (; p.year <= last && how == OK; p.year++)
		how = open_period(tx, &p);
	return how;
}

enum outcome
reports_open(struct tx *tx)
{
	const struct procedure *p = tx_context(tx)->procedure;
	enum outcome how = OK;

	for (size_t i = 0; i < procedure_n_steps(p) && how == OK; i++) {
		const struct step *s = procedure_nth_step(p, i);

		if (step_date(s) != 0)
			how = open_step(tx, s);
	}
	return how;
}
