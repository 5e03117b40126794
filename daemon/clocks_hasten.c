#include "clocks_hasten.h"

#include <string.h>

#include "alert_rows.h"
#include "clock_rows.h"
#include "clocks_copy.h"
#include "context.h"
#include "procedure.h"

int64_t
clocks_due(struct tx *tx, const struct case_row *c, const char *step)
{
	return tx_number(tx, Q_CLOCK_DUE_OF_STEP, INT64_MIN,
	    ARGS(V_TEXT(c->id), V_TEXT(step)));
}

const struct step *
clocks_step_of(struct tx *tx, const char *kind)
{
	const struct procedure *p = tx_context(tx)->procedure;

	for (size_t i = 0; i < procedure_n_steps(p); i++)
		if (strcmp(step_kind(procedure_nth_step(p, i)), kind) == 0)
			return procedure_nth_step(p, i);
	return NULL;
}

enum outcome
clocks_hasten(
    struct tx *tx, const struct item_clock *i, const struct subject *by)
{
	enum outcome how;

	if (clocks_due(tx, i->c, i->step) <= i->due_at)
		return OK;
	how = clocks_drop_item(tx, i, by, "sooner");
	return how == OK ? clocks_open_item(tx, i) : how;
}

/* One clock of the case's file, by its id. */
static enum outcome
hasten_clock(struct tx *tx, const struct case_row *c, const struct moment *m,
    const char *id, const struct subject *by)
{
	const struct context *x = tx_context(tx);
	struct opening o = {0};
	struct clock_row k;
	enum outcome how = clock_get(tx, id, &k);

	if (how != OK || k.news[0] != '\0' || !k.is_open)
		return how;
	o.step = procedure_step(x->procedure, k.step);
	if (o.step == NULL ||
	    !procedure_hastens(x->procedure, x->calendar, &c->facts, m, &o) ||
	    k.climb.due_at <= o.due_at)
		return OK;
	how = clocks_drop_item(tx,
	    &(struct item_clock){.c = c, .step = k.step, .item = k.item}, by,
	    "sooner");
	return how == OK
		   ? clock_open(tx, &(struct which){c, k.step, k.item}, &o)
		   : how;
}

enum outcome
clocks_hasten_on(struct tx *tx, const struct case_row *c, const char *event,
    int64_t at, const struct subject *by)
{
	const struct moment m = {.event = event,
	    .at = at,
	    .t0_at = procedure_t0(
		tx_context(tx)->procedure, c->t0_at, c->received_at)};
	char list[CLOCKS_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how = ids_read(tx_query(tx, Q_CLOCKS_OF_CASE,
					ARGS(V_TEXT(c->id), V_INT(CLOCKS_MAX))),
	    list, CLOCKS_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = hasten_clock(tx, c, &m, list[i], by);
	return how;
}
