#include "clocks_hasten.h"

#include <string.h>

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

enum outcome
clocks_hasten_kind(struct tx *tx, const struct case_row *c, const char *kind,
    int64_t at, const struct subject *by)
{
	const struct context *x = tx_context(tx);
	const struct procedure *p = x->procedure;
	struct moment m = {.event = "", .at = at, .t0_at = c->t0_at};
	struct opening o;
	enum outcome how = OK;

	for (size_t i = 0; i < procedure_n_steps(p) && how == OK; i++) {
		const struct step *s = procedure_nth_step(p, i);

		if (strcmp(step_kind(s), kind) != 0)
			continue;
		step_opening(s, x->calendar, &c->facts, &m, &o);
		how = clocks_hasten(tx,
		    &(struct item_clock){.c = c,
			.step = step_id(s),
			.item = "",
			.start_at = at,
			.due_at = o.due_at},
		    by);
	}
	return how;
}
