/* What runs for one case begins to run for another. */
#include "clocks_copy.h"

#include "alert_rows.h"
#include "clock_rows.h"
#include "context.h"

/* Steps of a case that run at once. */
#define COPIES_MAX 256

/* As it runs for the one: the same start, limit and end. */
static enum outcome
copy_clock(
    struct tx *tx, const struct case_row *to, const char *id, struct opening *o)
{
	const struct procedure *p = tx_context(tx)->procedure;
	struct clock_row k;
	enum outcome how = clock_get(tx, id, &k);

	if (how != OK)
		return how;
	o->step = procedure_step(p, k.step);
	o->start_at = k.climb.start_at;
	o->due_at = k.climb.due_at;
	if (o->step == NULL || tx_number(tx, Q_CLOCK_RUNS_OF, 0,
				   ARGS(V_TEXT(to->id), V_TEXT(k.step))) > 0)
		return OK;
	return clock_open(tx, &(struct which){to, step_id(o->step), ""}, o);
}

enum outcome
clocks_copy(
    struct tx *tx, const struct case_row *from, const struct case_row *to)
{
	char list[COPIES_MAX][ID_SIZE];
	struct opening terms[COPIES_MAX];
	struct rows *rows =
	    tx_query(tx, Q_CLOCKS_TO_COPY, ARGS(V_TEXT(from->id)));
	size_t n = 0;
	enum outcome how;

	while (n < COPIES_MAX && rows_next(rows)) {
		row_copy(list[n], ID_SIZE, rows, 0);
		terms[n] = (struct opening){.from_t0 = row_int(rows, 2) != 0};
		if (limit_parse(row_text(rows, 1), &terms[n].term))
			n++;
	}
	how = rows_end(rows);
	for (size_t i = 0; i < n && how == OK; i++)
		how = copy_clock(tx, to, list[i], &terms[i]);
	return how;
}
