#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_open.h"
#include "clock_rows.h"
#include "clocks_hasten.h"
#include "context.h"
#include "plan_parts.h"

static const char *const funds[] = {
    "budget", "fund", "insurance", "family", "donor", "other", NULL};

#define COST_MAX 1000000000000

static const struct field activity_fields[] = {
    {.name = "what",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 2000},
    {.name = "start", .kind = FIELD_DATE, .required = true},
    {.name = "end", .kind = FIELD_DATE, .required = true},
    {.name = "body",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "person",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "provider",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "cost",
	.kind = FIELD_INT,
	.required = true,
	.low = 0,
	.high = COST_MAX},
    {.name = "fund", .kind = FIELD_WORD, .required = true, .words = funds},
};
const struct schema plan_activity = {activity_fields, NELEM(activity_fields)};

void
plan_activity_check(
    const json_t *activity, const char *pointer, struct faults *faults)
{
	const char *start =
	    json_string_value(json_object_get(activity, "start"));
	const char *end = json_string_value(json_object_get(activity, "end"));
	char *at = xasprintf("%s/end", pointer);

	if (day_of_date(end) < day_of_date(start))
		faults_add(faults, at, "không được trước ngày bắt đầu");
	free(at);
}

static enum outcome
audit_plan(struct tx *tx, const char *id, const struct act *a, const char *what)
{
	return audit_add(tx, &(struct happening){
				 .actor = a->by,
				 .act = what,
				 .object_kind = "plan",
				 .object_id = id,
				 .case_id = a->case_id,
				 .detail = json_pack("{s:s}", "act", a->id),
			     });
}

static enum outcome
add_activities(
    struct tx *tx, const char *plan, const struct act *a, const json_t *list)
{
	struct activity new = {.number = tx_number(tx, Q_ACTIVITY_LAST, 0,
				   ARGS(V_TEXT(a->case_id)))};
	const json_t *one;
	enum outcome how = OK;
	size_t i;

	memcpy(new.plan_id, plan, ID_SIZE);
	json_array_foreach(list, i, one)
	{
		if (how != OK)
			break;
		id_new(new.id);
		new.number++;
		how = activity_add(tx, a, &new, one);
	}
	return how;
}

enum outcome
plan_submit(struct tx *tx, const struct case_row *c, const struct act *a,
    const json_t *body)
{
	char id[ID_SIZE];
	enum outcome how = perhaps(tx_exec(
	    tx, Q_PLAN_REPLACED, ARGS(V_TEXT(c->id), V_TEXT("submitted"))));

	id_new(id);
	if (how == OK)
		how = tx_exec(tx, Q_PLAN_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
			V_TEXT(a->id), V_INT(a->acted_at)));
	if (how == OK)
		how = audit_plan(tx, id, a, "plan.submitted");
	if (how != OK)
		return how;
	return add_activities(tx, id, a, json_object_get(body, "activities"));
}

/* Numbers of the activities that a plan in this state has still to do. */
static size_t
open_numbers(struct tx *tx, const struct case_row *c, const char *state,
    int64_t list[ACTIVITIES_MAX])
{
	struct rows *rows =
	    tx_query(tx, Q_ACTIVITIES_OPEN, ARGS(V_TEXT(c->id), V_TEXT(state)));
	size_t n = 0;

	while (n < ACTIVITIES_MAX && rows_next(rows))
		list[n++] = row_int(rows, 0);
	(void)rows_end(rows);
	return n;
}

/* An older plan makes room: what it left open no longer rings. */
static enum outcome
replace_old(struct tx *tx, const struct case_row *c, const struct act *a)
{
	int64_t numbers[ACTIVITIES_MAX];
	size_t n = open_numbers(tx, c, "approved", numbers);
	enum outcome how = OK;

	for (size_t i = 0; i < n && how == OK; i++)
		how = activity_drop(tx, c, numbers[i], a, "plan_replaced");
	if (how != OK)
		return how;
	return perhaps(tx_exec(
	    tx, Q_PLAN_REPLACED, ARGS(V_TEXT(c->id), V_TEXT("approved"))));
}

static enum outcome
start_all(struct tx *tx, const struct case_row *c)
{
	int64_t numbers[ACTIVITIES_MAX];
	size_t n = open_numbers(tx, c, "approved", numbers);
	enum outcome how = OK;

	for (size_t i = 0; i < n && how == OK; i++)
		how = activity_start(tx, c, numbers[i]);
	return how;
}

/* The review comes at the plan's end, if that is sooner than its limit. */
static enum outcome
hasten_review(struct tx *tx, const struct case_row *c, const char *plan,
    const struct act *a)
{
	const struct step *s = clocks_step_of(tx, "review");
	int64_t end = tx_number(tx, Q_PLAN_END, INT64_MAX, ARGS(V_TEXT(plan)));

	if (s == NULL || end <= a->acted_at)
		return OK;
	return clocks_hasten(tx,
	    &(struct item_clock){.c = c,
		.step = step_id(s),
		.item = "",
		.start_at = a->acted_at,
		.due_at = end},
	    a->by);
}

static enum outcome
find_submitted(struct tx *tx, const struct case_row *c, char id[ID_SIZE])
{
	struct rows *rows = tx_query(tx, Q_PLAN_SUBMITTED, ARGS(V_TEXT(c->id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	if (is_there)
		memcpy(id, row_text(rows, 0), ID_SIZE);
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
plan_approve(struct tx *tx, const struct case_row *c, const struct act *a)
{
	char id[ID_SIZE];
	enum outcome how = find_submitted(tx, c, id);

	if (how != OK)
		return perhaps(how);
	how = replace_old(tx, c, a);
	if (how == OK)
		how = tx_exec(
		    tx, Q_PLAN_APPROVED, ARGS(V_TEXT(id), V_INT(a->acted_at)));
	if (how == OK)
		how = audit_plan(tx, id, a, "plan.approved");
	if (how == OK)
		how = start_all(tx, c);
	return how == OK ? hasten_review(tx, c, id, a) : how;
}

/* ---- As JSON ---- */

/* Adds the sealed part of a row; table and place are the activity's own. */
static void
add_sealed(struct tx *tx, const struct case_row *c, json_t *o, enum query q,
    const char *activity)
{
	const char *id = json_string_value(json_object_get(o, "id"));
	struct opening_of what = {c->id, "activity", "body_sealed", activity};
	struct rows *rows = tx_query(tx, q, ARGS(V_TEXT(id)));

	if (rows_next(rows))
		json_object_update_new(o, json_open(tx, &what, rows, 0));
	(void)rows_end(rows);
}

static json_t *
history_json(
    struct tx *tx, const struct case_row *c, const char *activity, bool sealed)
{
	json_t *list =
	    tx_list(tx, Q_VIEW_ACTIVITY_CHANGES, ARGS(V_TEXT(activity)));
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (sealed)
			add_sealed(
			    tx, c, one, Q_VIEW_ACTIVITY_CHANGE_BODY, activity);
		json_object_del(one, "id");
	}
	return list;
}

json_t *
plan_json(struct tx *tx, const struct case_row *c, bool sealed)
{
	json_t *plan = tx_object(tx, Q_VIEW_PLAN, ARGS(V_TEXT(c->id)));
	json_t *list, *one;
	size_t i;

	if (plan == NULL)
		return NULL;
	list = tx_list(tx, Q_VIEW_ACTIVITIES,
	    ARGS(V_TEXT(json_string_value(json_object_get(plan, "id")))));
	json_array_foreach(list, i, one)
	{
		char *id =
		    xstrdup(json_string_value(json_object_get(one, "id")));

		if (sealed)
			add_sealed(tx, c, one, Q_VIEW_ACTIVITY_BODY, id);
		json_object_set_new(
		    one, "history", history_json(tx, c, id, sealed));
		json_object_del(one, "id");
		free(id);
	}
	json_object_set_new(plan, "activities", list);
	return plan;
}
