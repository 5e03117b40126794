#include "gate.h"

#include <string.h>

#include "context.h"
#include "procedure.h"
#include "procedure_gate.h"

static bool
is_open(struct tx *tx, const struct case_row *c, const char *step)
{
	return tx_number(
		   tx, Q_GATE_OPEN, 1, ARGS(V_TEXT(c->id), V_TEXT(step))) > 0;
}

/* When a step of the case was last done; INT64_MIN if never. */
static int64_t
last_done(struct tx *tx, const struct case_row *c, const char *step)
{
	return tx_number(
	    tx, Q_GATE_DONE, INT64_MIN, ARGS(V_TEXT(c->id), V_TEXT(step)));
}

static bool
is_unmet(struct tx *tx, const struct case_row *c, const struct gate *g)
{
	int64_t after;

	if (!when_holds(&g->when, &c->facts))
		return false;
	if (g->step == NULL || is_open(tx, c, g->step))
		return true;
	if (g->after == NULL)
		return false;
	after = last_done(tx, c, g->after);
	return after != INT64_MIN && last_done(tx, c, g->step) < after;
}

/* What of its step is open: activities, referrals; NULL: nothing by name. */
static json_t *
open_items(struct tx *tx, const struct case_row *c, const struct gate *g)
{
	struct rows *rows;
	json_t *list;

	if (g->step == NULL)
		return NULL;
	list = json_array();
	rows = tx_query(tx, Q_GATE_ITEMS, ARGS(V_TEXT(c->id), V_TEXT(g->step)));
	while (rows_next(rows))
		json_array_append_new(list, json_string(row_text(rows, 0)));
	(void)rows_end(rows);
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

static void
add_urgent(struct tx *tx, const struct case_row *c, json_t *list)
{
	const struct context *x = tx_context(tx);
	struct rows *rows = tx_query(tx, Q_GATE_URGENT, ARGS(V_TEXT(c->id)));

	while (rows_next(rows)) {
		const char *id = row_text(rows, 0);
		const struct step *s = procedure_step(x->procedure, id);

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s}", "id", "urgent", "name",
			s == NULL ? id : step_name(s, x->conf->language),
			"source", s == NULL ? "" : step_source(s), "step", id));
	}
	(void)rows_end(rows);
}

json_t *
gate_unmet(struct tx *tx, const struct case_row *c)
{
	const struct context *x = tx_context(tx);
	bool is_english = strcmp(x->conf->language, "en") == 0;
	json_t *list = json_array();

	for (size_t i = 0; i < procedure_n_gates(x->procedure); i++) {
		const struct gate *g = procedure_nth_gate(x->procedure, i);

		if (is_unmet(tx, c, g))
			json_array_append_new(
			    list, json_pack("{s:s, s:s, s:s, s:s*, s:o*}", "id",
				      g->id, "name", is_english ? g->en : g->vi,
				      "source", g->source, "step", g->step,
				      "items", open_items(tx, c, g)));
	}
	add_urgent(tx, c, list);
	return list;
}
