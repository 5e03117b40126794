/* Activities of plans: rows, history, clocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks_hasten.h"
#include "context.h"
#include "keyring.h"
#include "plan_parts.h"

/* A number as it names a clock. */
#define NUMBER_SIZE 16

static void
name_item(char item[NUMBER_SIZE], int64_t number)
{
	snprintf(item, NUMBER_SIZE, "%lld", (long long)number);
}

static enum outcome
audit_activity(struct tx *tx, const char *id, const struct act *a,
    const char *what, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = a->by,
				 .act = what,
				 .object_kind = "activity",
				 .object_id = id,
				 .case_id = a->case_id,
				 .detail = detail,
			     });
}

/* What is nobody's name stands in the open, the rest is sealed. */
static enum outcome
seal_body(struct tx *tx, const char *case_id, const char *id,
    const json_t *body, struct value *out)
{
	static const char *const sealed[] = {
	    "what", "body", "person", "provider"};
	struct place at = {"activity", "body_sealed", id};
	json_t *part = json_object();
	char *text;
	enum outcome how;

	for (size_t i = 0; i < NELEM(sealed); i++)
		json_object_set(
		    part, sealed[i], json_object_get(body, sealed[i]));
	text = json_dumps(part, JSON_COMPACT);
	how = keyring_seal(tx, case_id, &at, text, out);
	seal_free(text);
	json_decref(part);
	return how;
}

static int64_t
day_start(struct tx *tx, const json_t *body, const char *name, int plus)
{
	const char *date = json_string_value(json_object_get(body, name));

	return calendar_day_start(
	    tx_context(tx)->calendar, day_of_date(date) + plus);
}

enum outcome
activity_add(struct tx *tx, const struct act *a, const struct activity *new,
    const json_t *body)
{
	struct value sealed = V_NULL;
	int64_t start = day_start(tx, body, "start", 0);
	int64_t end = day_start(tx, body, "end", 1);
	enum outcome how = seal_body(tx, a->case_id, new->id, body, &sealed);

	if (how == OK)
		how = tx_exec(tx, Q_ACTIVITY_ADD,
		    ARGS(V_TEXT(new->id), V_TEXT(tx_ward(tx)),
			V_TEXT(new->plan_id), V_TEXT(a->case_id),
			V_INT(new->number), V_INT(start), V_INT(end),
			V_INT(
			    json_integer_value(json_object_get(body, "cost"))),
			V_TEXT(
			    json_string_value(json_object_get(body, "fund"))),
			sealed));
	keyring_done(&sealed);
	if (how != OK)
		return how;
	return audit_activity(tx, new->id, a, "activity.added",
	    json_pack("{s:I, s:I, s:I}", "number", (json_int_t) new->number,
		"start_at", (json_int_t)start, "end_at", (json_int_t)end));
}

enum outcome
activity_get(struct tx *tx, const struct case_row *c, int64_t number,
    struct activity *out)
{
	struct rows *rows =
	    tx_query(tx, Q_ACTIVITY_GET, ARGS(V_TEXT(c->id), V_INT(number)));
	bool is_there = rows_next(rows);
	enum outcome how;

	*out = (struct activity){0};
	if (is_there) {
		memcpy(out->id, row_text(rows, 0), ID_SIZE);
		memcpy(out->plan_id, row_text(rows, 1), ID_SIZE);
		out->is_planned = strcmp(row_text(rows, 2), "planned") == 0;
		out->number = row_int(rows, 3);
		out->start_at = row_int(rows, 4);
		out->end_at = row_int(rows, 5);
		out->is_approved = strcmp(row_text(rows, 6), "approved") == 0;
		out->is_replaced = strcmp(row_text(rows, 6), "replaced") == 0;
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

/* The clock of an activity; its step is NULL if the procedure has none. */
static struct item_clock
clock_of(struct tx *tx, const struct case_row *c, const struct activity *v,
    const char *item)
{
	const struct step *s = clocks_step_of(tx, "activity");

	return (struct item_clock){.c = c,
	    .step = s == NULL ? NULL : step_id(s),
	    .item = item,
	    .start_at = v->start_at,
	    .due_at = v->end_at};
}

enum outcome
activity_start(struct tx *tx, const struct case_row *c, int64_t number)
{
	char item[NUMBER_SIZE];
	struct activity v;
	struct item_clock i;
	enum outcome how = activity_get(tx, c, number, &v);

	if (how != OK)
		return how;
	name_item(item, number);
	i = clock_of(tx, c, &v, item);
	return i.step == NULL ? OK : clocks_open_item(tx, &i);
}

enum outcome
activity_drop(struct tx *tx, const struct case_row *c, int64_t number,
    const struct act *a, const char *why)
{
	char item[NUMBER_SIZE];
	struct activity v = {0};
	struct item_clock i;

	name_item(item, number);
	i = clock_of(tx, c, &v, item);
	return i.step == NULL ? OK
			      : perhaps(clocks_drop_item(tx, &i, a->by, why));
}

enum outcome
activity_done(struct tx *tx, const struct case_row *c, int64_t number,
    const struct act *a)
{
	struct activity v;
	char item[NUMBER_SIZE];
	enum outcome how = activity_get(tx, c, number, &v);

	name_item(item, number);
	if (how == OK)
		how = clocks_done_item(tx, c, item, a);
	if (how == OK)
		how = tx_exec(
		    tx, Q_ACTIVITY_STATE, ARGS(V_TEXT(v.id), V_TEXT("done")));
	if (how != OK)
		return how;
	return audit_activity(tx, v.id, a, "activity.done",
	    json_pack("{s:I}", "number", (json_int_t)number));
}

static enum outcome
save(struct tx *tx, const struct activity *v, const struct act *a,
    const json_t *body)
{
	struct value sealed = V_NULL;
	enum outcome how;

	if (body == NULL)
		return tx_exec(tx, Q_ACTIVITY_STATE,
		    ARGS(V_TEXT(v->id), V_TEXT("cancelled")));
	how = seal_body(tx, a->case_id, v->id, body, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_ACTIVITY_SET,
		    ARGS(V_TEXT(v->id), V_INT(day_start(tx, body, "start", 0)),
			V_INT(day_start(tx, body, "end", 1)),
			V_INT(
			    json_integer_value(json_object_get(body, "cost"))),
			V_TEXT(
			    json_string_value(json_object_get(body, "fund"))),
			sealed));
	keyring_done(&sealed);
	return how;
}

/* Its clock follows, with a new opening; a lapse stays with the old one. */
static enum outcome
move_clock(struct tx *tx, const struct case_row *c, const struct activity *old,
    const struct act *a, bool goes_on)
{
	enum outcome how;

	if (!old->is_approved)
		return OK;
	how = activity_drop(tx, c, old->number, a, "plan_changed");
	return how == OK && goes_on ? activity_start(tx, c, old->number) : how;
}

enum outcome
activity_change(struct tx *tx, const struct case_row *c,
    const struct activity *old, const struct act *a, const json_t *body)
{
	char id[ID_SIZE];
	struct activity new;
	enum outcome how;

	id_new(id);
	how = tx_exec(tx, Q_ACTIVITY_KEEP,
	    ARGS(V_TEXT(id), V_TEXT(old->id), V_TEXT(a->id),
		V_INT(clock_now())));
	if (how == OK)
		how = save(tx, old, a, body);
	if (how == OK)
		how = activity_get(tx, c, old->number, &new);
	if (how == OK && (body == NULL || new.end_at != old->end_at ||
			     new.start_at != old->start_at))
		how = move_clock(tx, c, old, a, body != NULL);
	if (how != OK)
		return how;
	return audit_activity(tx, old->id, a,
	    body == NULL ? "activity.cancelled" : "activity.changed",
	    json_pack("{s:I, s:I, s:I}", "number", (json_int_t)old->number,
		"end_before_at", (json_int_t)old->end_at, "end_at",
		(json_int_t) new.end_at));
}
