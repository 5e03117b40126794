#include "clocks_hasten.h"

#include <string.h>

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

/* Is it due later than an event would have it?  Then o is how it opens anew. */
static bool
is_hastened(struct tx *tx, const struct case_row *c, const struct moment *m,
    const struct clock_row *k, struct opening *o)
{
	const struct context *x = tx_context(tx);

	*o = (struct opening){.step = procedure_step(x->procedure, k->step)};
	return k->is_open && k->news[0] == '\0' && o->step != NULL &&
	       procedure_hastens(x->procedure, x->calendar, &c->facts, m, o) &&
	       k->climb.due_at > o->due_at;
}

/* It and its likes of merged cases, of which the list says that they ended. */
static enum outcome
hasten_clock(struct tx *tx, const struct which *w, const struct opening *o,
    struct clock_list *running, const struct subject *by)
{
	const struct item_clock i = {
	    .c = w->c, .step = w->step, .item = w->item};
	enum outcome how = clocks_drop_item(tx, &i, by, "sooner");

	for (size_t n = 0; n < running->n; n++)
		if (strcmp(running->rows[n].step, w->step) == 0 &&
		    strcmp(running->rows[n].item, w->item) == 0)
			running->rows[n].is_open = false;
	return how == OK ? clock_open(tx, w, o) : how;
}

enum outcome
clocks_hasten_on(struct tx *tx, const struct case_row *c, const char *event,
    int64_t at, const struct subject *by)
{
	const struct procedure *p = tx_context(tx)->procedure;
	const struct moment m = {.event = event,
	    .at = at,
	    .t0_at = procedure_t0(p, c->t0_at, c->received_at)};
	struct clock_list running;
	struct opening o;
	enum outcome how;

	if (!procedure_hastens_any(p, event))
		return OK;
	how = clocks_running(tx, c, &running);
	for (size_t i = 0; i < running.n && how == OK; i++) {
		const struct clock_row *k = &running.rows[i];

		if (is_hastened(tx, c, &m, k, &o))
			how = hasten_clock(tx,
			    &(struct which){c, k->step, k->item}, &o, &running,
			    by);
	}
	clock_list_done(&running);
	return how;
}
