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

	/* One that never fired has no alert. */
	return how == OK && k->climb.round > 0 ? alerts_over(tx, k->id) : how;
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

enum outcome
clocks_running(
    struct tx *tx, const struct case_row *c, struct clock_list *running)
{
	return clock_list_read(
	    tx_query(tx, Q_CLOCKS_OF_CASE, ARGS(V_TEXT(c->id))), running);
}

/* A condition that ended drops its clock; a new urgency is kept in the row. */
static enum outcome
review_clock(struct tx *tx, const struct case_row *c, struct clock_row *k)
{
	const struct procedure *p = tx_context(tx)->procedure;
	const struct step *s = procedure_step(p, k->step);
	bool is_urgent;

	if (s == NULL)
		return OK;
	if (!step_holds(s, &c->facts) &&
	    (c->doing == NULL || strcmp(c->doing, k->step) != 0))
		return drop_clock(tx, k, &audit_system, "condition");
	is_urgent = ladder_is_urgent(step_ladder(p, s, &c->facts));
	if (is_urgent == k->is_urgent)
		return OK;
	k->is_urgent = is_urgent;
	return clock_save(tx, k);
}

enum outcome
clocks_review(struct tx *tx, const struct case_row *c)
{
	struct clock_list running;
	enum outcome how = clocks_running(tx, c, &running);

	for (size_t i = 0; i < running.n && how == OK; i++)
		how = review_clock(tx, c, &running.rows[i]);
	clock_list_done(&running);
	return how;
}

enum outcome
clocks_find_open(struct tx *tx, const struct which *w, struct clock_list *found)
{
	enum outcome how =
	    clock_list_read(tx_query(tx, Q_CLOCKS_OF_STEP,
				ARGS(V_TEXT(w->c == NULL ? NULL : w->c->id),
				    V_TEXT(w->step), V_TEXT(w->item))),
		found);

	return how == OK && found->n == 0 ? NOT_FOUND : how;
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

/* One act ends it for all cases of the file. */
static enum outcome
finish_all(struct tx *tx, const struct case_row *c, struct clock_list *found,
    const struct act *a)
{
	char event[STEP_ID_SIZE + 8];
	enum outcome how = OK;

	for (size_t i = 0; i < found->n && how == OK; i++)
		how = finish_clock(tx, c, &found->rows[i], a);
	if (how != OK || c == NULL)
		return how;
	snprintf(event, sizeof(event), "%s.done", a->step);
	return clocks_event(tx, c, event, a->acted_at);
}

enum outcome
clocks_done_item(struct tx *tx, const struct case_row *c, const char *item,
    const struct act *a)
{
	struct clock_list found;
	enum outcome how =
	    clocks_find_open(tx, &(struct which){c, a->step, item}, &found);

	if (how == OK)
		how = finish_all(tx, c, &found, a);
	clock_list_done(&found);
	return how;
}

enum outcome
clocks_did(struct tx *tx, const struct case_row *c, struct act *a)
{
	struct clock_list found;
	enum outcome how =
	    clocks_find_open(tx, &(struct which){c, a->step, ""}, &found);

	if (how == OK)
		how = act_add(tx, a);
	if (how == OK)
		how = finish_all(tx, c, &found, a);
	clock_list_done(&found);
	return perhaps(how);
}

enum outcome
clocks_done(struct tx *tx, const struct case_row *c, const char *step,
    const struct act *a)
{
	struct act named = *a;

	named.step = step;
	return clocks_done_item(tx, c, "", &named);
}

/* Its own first, then what runs on of merged cases, the soonest due first. */
static const struct clock_row *
first_of(const struct case_row *c, const struct clock_list *found)
{
	const struct clock_row *first = &found->rows[0];

	for (size_t i = 0; i < found->n; i++) {
		const struct clock_row *k = &found->rows[i];

		if (c == NULL || strcmp(k->case_id, c->id) == 0)
			return k;
		if (k->climb.due_at < first->climb.due_at)
			first = k;
	}
	return first;
}

enum outcome
clocks_item_id(struct tx *tx, const struct item_clock *i, char id[ID_SIZE])
{
	const struct which w = {i->c, i->step, i->item};
	struct clock_list found;
	enum outcome how = clocks_find_open(tx, &w, &found);

	if (how == OK)
		memcpy(id, first_of(i->c, &found)->id, ID_SIZE);
	clock_list_done(&found);
	return how;
}

enum outcome
clocks_drop_item(struct tx *tx, const struct item_clock *i,
    const struct subject *by, const char *why)
{
	const struct which w = {i->c, i->step, i->item};
	struct clock_list found;
	enum outcome how = clocks_find_open(tx, &w, &found);

	for (size_t k = 0; k < found.n && how == OK; k++)
		how = drop_clock(tx, &found.rows[k], by, why);
	clock_list_done(&found);
	return how;
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
	struct clock_list running;
	enum outcome how = clocks_running(tx, c, &running);

	for (size_t i = 0; i < running.n && how == OK; i++)
		if (!is_kept(kept, running.rows[i].step))
			how = drop_clock(tx, &running.rows[i], a->by, "closed");
	clock_list_done(&running);
	return how;
}

int64_t
clocks_next(struct tx *tx)
{
	return tx_number(tx, Q_CLOCK_NEXT, INT64_MAX, NO_ARGS);
}
