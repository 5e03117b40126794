/* Clocks open: by an event of a case, or for one thing of it. */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "clocks_copy.h"
#include "context.h"

static enum outcome
add_clock(struct tx *tx, const struct clock_row *k, const struct opening *o)
{
	const struct climb *m = &k->climb;
	char term[LIMIT_SIZE];

	limit_format(term, &o->term);
	return tx_exec(tx, Q_CLOCK_ADD,
	    ARGS(V_TEXT(k->id), V_TEXT(tx_ward(tx)), V_TEXT(clock_case_id(k)),
		V_TEXT(k->step), V_TEXT(k->item),
		V_TEXT(procedure_name(tx_context(tx)->procedure)), V_TEXT(term),
		V_INT(m->start_at), V_INT(m->due_at), V_INT(k->opened_at),
		V_INT(k->is_urgent), V_INT(m->triggers), V_INT(m->rung),
		V_INT(m->repeats), V_INT(m->round), V_INT0(m->climb_at),
		V_INT0(m->next_at), V_INT(o->from_t0)));
}

/* The row of a clock that opens now. */
static void
fill_clock(struct tx *tx, const struct which *w, const struct opening *o,
    struct clock_row *k)
{
	static const struct facts none = {0};
	const struct ladder *l = step_ladder(tx_context(tx)->procedure, o->step,
	    w->c == NULL ? &none : &w->c->facts);

	*k = (struct clock_row){.opened_at = clock_now()};
	id_new(k->id);
	if (w->c != NULL)
		text_copy(k->case_id, sizeof(k->case_id), w->c->id);
	text_copy(k->step, sizeof(k->step), w->step);
	text_copy(k->item, sizeof(k->item), w->item);
	k->is_urgent = ladder_is_urgent(l);
	k->climb.start_at = o->start_at;
	k->climb.due_at = o->due_at;
	ladder_start(o->step, &k->climb);
}

/* One of a merged case is enough, unless this one is due sooner. */
static bool
is_enough(const struct which *w, const struct clock_row *k, int64_t due_at)
{
	return strcmp(k->step, w->step) == 0 && strcmp(k->item, w->item) == 0 &&
	       (w->c == NULL || strcmp(k->case_id, w->c->id) == 0 ||
		   k->climb.due_at <= due_at);
}

static bool
runs_already(
    const struct which *w, const struct clock_list *running, int64_t due_at)
{
	for (size_t i = 0; i < running->n; i++)
		if (is_enough(w, &running->rows[i], due_at))
			return true;
	return false;
}

/* Its line of the audit's list. */
static json_t *
opened_json(const struct clock_row *k)
{
	return json_pack("{s:s, s:s, s:s*, s:I, s:I}", "clock", k->id, "step",
	    k->step, "item", clock_item(k), "start_at",
	    (json_int_t)k->climb.start_at, "due_at",
	    (json_int_t)k->climb.due_at);
}

/* One event for all that opened at once; opened is given away. */
static enum outcome
audit_opened(struct tx *tx, const struct case_row *c, json_t *opened)
{
	const json_t *first = json_array_get(opened, 0);
	char id[ID_SIZE];

	if (first == NULL) {
		json_decref(opened);
		return OK;
	}
	text_copy(
	    id, sizeof(id), json_string_value(json_object_get(first, "clock")));
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = "clock.opened",
		    .object_kind = "clock",
		    .object_id = id,
		    .case_id = c == NULL ? NULL : c->id,
		    .detail = json_pack("{s:o, s:s}", "clocks", opened,
			"procedure", procedure_name(tx_context(tx)->procedure)),
		});
}

/* It does not run already: it is added to the list of opened. */
static enum outcome
add_opening(struct tx *tx, const struct which *w, const struct opening *o,
    json_t *opened)
{
	struct clock_row k;
	enum outcome how;

	fill_clock(tx, w, o, &k);
	how = add_clock(tx, &k, o);
	if (how == OK)
		json_array_append_new(opened, opened_json(&k));
	return how;
}

enum outcome
clock_open(struct tx *tx, const struct which *w, const struct opening *o)
{
	json_t *opened = json_array();
	struct clock_list running;
	enum outcome how = perhaps(clocks_find_open(tx, w, &running)), told;

	if (how == OK)
		how = runs_already(w, &running, o->due_at)
			  ? CONFLICT
			  : add_opening(tx, w, o, opened);
	clock_list_done(&running);
	told = audit_opened(tx, w->c, opened);
	return how == OK ? told : how;
}

enum outcome
clocks_open_item(struct tx *tx, const struct item_clock *i)
{
	const struct context *x = tx_context(tx);
	const struct step *s = procedure_step(x->procedure, i->step);
	const struct which w = {i->c, i->step, i->item};
	struct moment m = {
	    .event = "item", .at = i->start_at, .t0_at = i->start_at};
	struct facts none = {0};
	struct opening o;

	if (s == NULL)
		return INVALID;
	step_opening(
	    s, x->calendar, i->c == NULL ? &none : &i->c->facts, &m, &o);
	o.start_at = i->start_at;
	o.from_t0 = false;
	if (i->due_at != 0) {
		o.term = (struct limit){.unit = UNIT_GIVEN};
		o.due_at = i->due_at;
	}
	return clock_open(tx, &w, &o);
}

enum outcome
clocks_event(
    struct tx *tx, const struct case_row *c, const char *event, int64_t at)
{
	const struct context *x = tx_context(tx);
	struct opening list[OPENINGS_MAX];
	struct moment m = {.event = event,
	    .at = at,
	    .t0_at = procedure_t0(x->procedure, c->t0_at, c->received_at)};
	struct clock_list running;
	enum outcome how, told;
	json_t *opened;
	size_t n;

	if (!c->is_open)
		return OK;
	n = procedure_openings(x->procedure, x->calendar, &c->facts, &m, list);
	if (n == 0)
		return OK;
	how = clocks_running(tx, c, &running);
	opened = json_array();
	for (size_t i = 0; i < n && how == OK; i++) {
		const struct which w = {c, step_id(list[i].step), ""};

		if (!runs_already(&w, &running, list[i].due_at))
			how = add_opening(tx, &w, &list[i], opened);
	}
	clock_list_done(&running);
	told = audit_opened(tx, c, opened);
	return how == OK ? told : how;
}
