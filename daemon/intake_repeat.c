/*
 * A child whom several people report within months: the procedure's "repeated"
 * opens a joint review.
 */
#include <string.h>

#include "alert_rows.h"
#include "calendar.h"
#include "clock.h"
#include "clocks.h"
#include "context.h"
#include "intake_case.h"

/* More of them change nothing. */
#define REPEATS_MAX 32

struct repeats {
	char sources[REPEATS_MAX][ID_SIZE];
	size_t n_sources, n;
};

static void
count(struct repeats *r, const struct rows *rows)
{
	r->n++;
	for (size_t i = 0; i < r->n_sources; i++)
		if (strcmp(r->sources[i], row_text(rows, 0)) == 0)
			return;
	if (r->n_sources < REPEATS_MAX)
		row_copy(r->sources[r->n_sources++], ID_SIZE, rows, 0);
}

/* Of the months before now; newest first. */
static enum outcome
count_recent(struct tx *tx, const struct case_row *c, struct repeats *r)
{
	const struct context *x = tx_context(tx);
	const struct limit within = {UNIT_MONTH, (int)x->conf->repeat_months};
	struct rows *rows = tx_query(tx, Q_REPEATS, ARGS(V_TEXT(c->id)));

	while (rows_next(rows) && calendar_add(x->calendar, row_int(rows, 1),
				      &within) > clock_now())
		count(r, rows);
	return rows_end(rows);
}

enum outcome
intake_repeats(struct tx *tx, const struct case_row *c)
{
	const struct conf *conf = tx_context(tx)->conf;
	struct repeats r = {0};
	enum outcome how = count_recent(tx, c, &r);

	if (how != OK || ((int64_t)r.n < conf->repeat_reports &&
			     (int64_t)r.n_sources < conf->repeat_sources))
		return how;
	return clocks_event(tx, c, "repeated", clock_now());
}
