/* Events of cases: clocks open, end and are dropped. */
#include "clocks.h"

#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks_copy.h"
#include "context.h"

static enum outcome
audit_clock(struct tx *tx, const struct clock_row *k, const char *act,
    const struct subject *by, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = act,
				 .object_kind = "clock",
				 .object_id = k->id,
				 .case_id = clock_case_id(k),
				 .detail = detail,
			     });
}

/* It runs no more; why is the state and, for people, the audit's word. */
static enum outcome
end_clock(struct tx *tx, const struct clock_row *k, const char *state,
    const struct act *a, bool is_late_record)
{
	enum outcome how = tx_exec(tx, Q_CLOCK_END,
	    ARGS(V_TEXT(k->id), V_TEXT(state), V_INT(clock_now()),
		a != NULL && a->id[0] != '\0' ? V_TEXT(a->id) : V_NULL,
		V_INT(is_late_record)));

	return how == OK ? alerts_over(tx, k->id) : how;
}

/* It ran out before it was dropped, though nobody looked in between. */
static enum outcome
lapse_overdue(struct tx *tx, struct clock_row *k)
{
	struct case_row c;
	enum outcome how;

	if (k->news[0] != '\0' || clock_now() <= k->climb.due_at)
		return OK;
	how = clock_case(tx, k, &c);
	return how != OK
		   ? how
		   : clock_lapse(tx, k,
			 procedure_step(tx_context(tx)->procedure, k->step),
			 c.received_at);
}

static enum outcome
drop_clock(struct tx *tx, struct clock_row *k, const struct subject *by,
    const char *why)
{
	enum outcome how = lapse_overdue(tx, k);

	if (how == OK)
		how = end_clock(tx, k, "dropped", NULL, false);
	if (how != OK)
		return how;
	return audit_clock(tx, k, "clock.dropped", by,
	    json_pack("{s:s, s:s*, s:s}", "step", k->step, "item",
		clock_item(k), "why", why));
}

static enum outcome
open_clocks(
    struct tx *tx, const struct case_row *c, char (*list)[ID_SIZE], size_t *n)
{
	return ids_read(tx_query(tx, Q_CLOCKS_OF_CASE,
			    ARGS(V_TEXT(c->id), V_INT(CLOCKS_MAX))),
	    list, CLOCKS_MAX, n);
}

/* A condition that ended drops its clock; a new urgency is kept in the row. */
static enum outcome
review_clock(struct tx *tx, const struct case_row *c, const char *id)
{
	const struct procedure *p = tx_context(tx)->procedure;
	const struct step *s;
	struct clock_row k;
	bool is_urgent;
	enum outcome how = clock_get(tx, id, &k);

	if (how != OK)
		return how;
	s = procedure_step(p, k.step);
	if (s == NULL)
		return OK;
	if (!step_holds(s, &c->facts) &&
	    (c->doing == NULL || strcmp(c->doing, k.step) != 0))
		return drop_clock(tx, &k, &audit_system, "condition");
	is_urgent = ladder_is_urgent(step_ladder(p, s, &c->facts));
	if (is_urgent == k.is_urgent)
		return OK;
	k.is_urgent = is_urgent;
	return clock_save(tx, &k);
}

enum outcome
clocks_review(struct tx *tx, const struct case_row *c)
{
	char list[CLOCKS_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how = open_clocks(tx, c, list, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = review_clock(tx, c, list[i]);
	return how;
}

enum outcome
clock_find_open(struct tx *tx, const struct which *w, struct clock_row *k)
{
	static const enum query places[] = {Q_CLOCK_OF_STEP, Q_CLOCK_OF_FILE};
	char list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(places) && how == OK && n == 0; i++)
		how = ids_read(tx_query(tx, places[i],
				   ARGS(V_TEXT(w->c == NULL ? NULL : w->c->id),
				       V_TEXT(w->step), V_TEXT(w->item))),
		    list, NELEM(list), &n);
	if (how == OK && n == 0)
		return NOT_FOUND;
	return how == OK ? clock_get(tx, list[0], k) : how;
}

/* Whether the limit was kept is decided by when it was done, not recorded. */
static enum outcome
finish(struct tx *tx, struct clock_row *k, int64_t received_at,
    const struct act *a)
{
	bool is_timely = a->acted_at <= k->climb.due_at;
	bool is_late_record = is_timely && clock_now() > k->climb.due_at;
	const struct step *s =
	    procedure_step(tx_context(tx)->procedure, k->step);
	enum outcome how = OK;

	if (!is_timely)
		how = clock_lapse(tx, k, s, received_at);
	if (how == OK)
		how = end_clock(tx, k, "done", a, is_late_record);
	if (how != OK)
		return how;
	return audit_clock(tx, k, "clock.done", a->by,
	    json_pack("{s:s, s:s*, s:I, s:b, s:b}", "step", k->step, "item",
		clock_item(k), "acted_at", (json_int_t)a->acted_at, "is_timely",
		is_timely, "is_late_record", is_late_record));
}

/* A lapse is charged by when its own case was received. */
static enum outcome
finish_clock(struct tx *tx, const struct case_row *of, struct clock_row *k,
    const struct act *a)
{
	struct case_row c;
	enum outcome how;

	if (of != NULL && strcmp(k->case_id, of->id) == 0)
		return finish(tx, k, of->received_at, a);
	how = clock_case(tx, k, &c);
	return how == OK ? finish(tx, k, c.received_at, a) : how;
}

enum outcome
clocks_done_item(struct tx *tx, const struct case_row *c, const char *item,
    const struct act *a)
{
	const struct which w = {c, a->step, item};
	bool is_done = false;
	char event[STEP_ID_SIZE + 8];
	struct clock_row k;
	enum outcome how = clock_find_open(tx, &w, &k);

	/* One act ends it for all cases of the file. */
	for (; how == OK; how = clock_find_open(tx, &w, &k)) {
		how = finish_clock(tx, c, &k, a);
		if (how != OK)
			return how;
		snprintf(event, sizeof(event), "%s.done", k.step);
		is_done = true;
	}
	if (how != NOT_FOUND || !is_done)
		return how;
	return c == NULL ? OK : clocks_event(tx, c, event, a->acted_at);
}

enum outcome
clocks_done(struct tx *tx, const struct case_row *c, const char *step,
    const struct act *a)
{
	struct act named = *a;

	named.step = step;
	return clocks_done_item(tx, c, "", &named);
}

enum outcome
clocks_item_id(struct tx *tx, const struct item_clock *i, char id[ID_SIZE])
{
	struct clock_row k;
	enum outcome how =
	    clock_find_open(tx, &(struct which){i->c, i->step, i->item}, &k);

	if (how == OK)
		memcpy(id, k.id, ID_SIZE);
	return how;
}

enum outcome
clocks_drop_item(struct tx *tx, const struct item_clock *i,
    const struct subject *by, const char *why)
{
	const struct which w = {i->c, i->step, i->item};
	bool is_dropped = false;
	struct clock_row k;
	enum outcome how = clock_find_open(tx, &w, &k);

	for (; how == OK; how = clock_find_open(tx, &w, &k)) {
		how = drop_clock(tx, &k, by, why);
		if (how != OK)
			return how;
		is_dropped = true;
	}
	return how == NOT_FOUND && is_dropped ? OK : how;
}

static bool
is_kept(const char *const *kept, const char *step)
{
	for (; kept != NULL && *kept != NULL; kept++)
		if (strcmp(*kept, step) == 0)
			return true;
	return false;
}

enum outcome
clocks_end_all(struct tx *tx, const struct case_row *c, const struct act *a,
    const char *const *kept)
{
	char list[CLOCKS_MAX][ID_SIZE];
	struct clock_row k;
	size_t n = 0;
	enum outcome how = open_clocks(tx, c, list, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		how = clock_get(tx, list[i], &k);
		if (how == OK && !is_kept(kept, k.step))
			how = drop_clock(tx, &k, a->by, "closed");
	}
	return how;
}

int64_t
clocks_next(struct tx *tx)
{
	return tx_number(tx, Q_CLOCK_NEXT, INT64_MAX, NO_ARGS);
}
