#include "alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "log.h"
#include "seal.h"

/* Raised later than this after it was due, it says so. */
#define LATE_AFTER MINUTE

static char *
join(const char *const *words, size_t n)
{
	struct buf b = BUF_MAX(sizeof(((struct delivery *)0)->order) - 1);

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "", words[i]);
	return buf_take(&b);
}

static enum outcome
add_row(struct tx *tx, struct alert *a, const char *order)
{
	int64_t now = clock_now();

	/* The clock was set back since it fell due. */
	if (a->due_at > now)
		a->due_at = now;

	return tx_exec(tx, Q_ALERT_ADD,
	    ARGS(V_TEXT(a->id), V_TEXT(tx_ward(tx)), V_TEXT(a->clock_id),
		V_TEXT(a->case_id), V_TEXT(a->kind), V_INT(a->rung),
		V_INT(a->round), V_INT(a->is_urgent), V_INT(a->due_at),
		V_INT(now), V_INT(now - a->due_at > LATE_AFTER),
		V_TEXT(a->subject), order[0] != '\0' ? V_TEXT(order) : V_NULL,
		V_INT(a->needs_all), V_INT(a->is_drill)));
}

static enum queue
queue_of(const struct alert *a)
{
	bool is_again = a->rung > 0 || a->round > 1;

	if (a->is_drill)
		return QUEUE_DRILL;
	if (a->is_urgent)
		return is_again ? QUEUE_URGENT_AGAIN : QUEUE_URGENT;
	return is_again ? QUEUE_AGAIN : QUEUE_FIRST;
}

/* A delivery for each person who can be reached; told lists their ids. */
static enum outcome
call_all(struct tx *tx, struct alert *a, const struct people *people,
    const char *order, json_t *told)
{
	struct delivery d = {.is_urgent = a->is_urgent, .queue = queue_of(a)};
	enum outcome how = OK;

	snprintf(d.alert_id, sizeof(d.alert_id), "%s", a->id);
	snprintf(d.clock_id, sizeof(d.clock_id), "%s", a->clock_id);
	snprintf(d.order, sizeof(d.order), "%s", order);
	a->told = 0;
	for (size_t i = 0; i < people->n && how == OK; i++) {
		d.person = people->list[i];
		how = delivery_call(tx, &d);
		if (how == OK) {
			a->told++;
			json_array_append_new(
			    told, json_string(person_id(&d.person)));
		}
		how = perhaps(how);
	}
	return how;
}

static enum outcome
audit_raised(
    struct tx *tx, const struct alert *a, json_t *told, json_t *skipped)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = a->told > 0 ? "alert.raised" : "alert.nobody",
		    .object_kind = "alert",
		    .object_id = a->id,
		    .case_id = a->case_id,
		    .detail = json_pack("{s:s, s:s, s:i, s:i, s:I, s:O, s:O*}",
			"clock", a->clock_id, "kind", a->kind, "rung", a->rung,
			"round", a->round, "due_at", (json_int_t)a->due_at,
			"told", told, "skipped", skipped),
		});
}

/*
 * What a clock raises is named after (clock, rung, round), what it is and since
 * when it is due: should it have to leave before it can be recorded, its row
 * will have the same name.  Should the daemon end before, another may take its
 * place, but not its name: a receiver that knows that would drop it.
 */
static void
name_alert(struct alert *a)
{
	const int64_t place[3] = {a->rung, a->round, a->due_at};
	unsigned char digest[HASH_SIZE];
	struct hash h;

	hash_init(&h);
	hash_add(&h, a->clock_id, strlen(a->clock_id));
	hash_add(&h, place, sizeof(place));
	hash_add(&h, a->kind, strlen(a->kind));
	hash_end(&h, digest);
	id_derive(a->id, a->clock_id, (uint64_t)a->round, digest);
}

enum outcome
alert_raise(struct tx *tx, struct alert *a, const struct people *people,
    const char *const *channels, size_t n)
{
	char *order = join(channels, n);
	json_t *told = json_array();
	enum outcome how;

	name_alert(a);
	how = add_row(tx, a, order);
	if (how == OK)
		how = call_all(tx, a, people, order, told);
	if (how == OK)
		how = audit_raised(tx, a, told, people->skipped);
	json_decref(told);
	free(order);
	return how;
}

enum outcome
alert_raise_at(struct tx *tx, struct alert *a, const struct person *p,
    const struct address *to)
{
	struct delivery d = {
	    .person = *p, .is_urgent = a->is_urgent, .queue = queue_of(a)};
	json_t *told = json_pack("[s]", person_id(p));
	enum outcome how;

	id_new(a->id);
	a->told = 1;
	snprintf(d.alert_id, sizeof(d.alert_id), "%s", a->id);
	how = add_row(tx, a, "");
	if (how == OK)
		how = delivery_call_at(tx, &d, to);
	if (how == OK)
		how = audit_raised(tx, a, told, NULL);
	json_decref(told);
	return how;
}

enum outcome
alert_digests_left(struct tx *tx, const char *alert_id, const char *clock_id)
{
	return perhaps(tx_exec(tx, Q_DIGESTS_LEFT,
	    ARGS(V_TEXT(alert_id), V_TEXT(clock_id), V_INT(clock_now()))));
}

enum outcome
alerts_over(struct tx *tx, const char *clock_id)
{
	enum outcome how;

	if (tx_number(tx, Q_ALERTS_COUNT, 0, ARGS(V_TEXT(clock_id))) == 0)
		return OK;
	how = perhaps(tx_exec(tx, Q_ALERTS_OVER, ARGS(V_TEXT(clock_id))));
	if (how == OK)
		how = perhaps(tx_exec(
		    tx, Q_DELIVERIES_OVER, ARGS(V_NULL, V_TEXT(clock_id))));
	return how == OK ? alert_digests_left(tx, NULL, clock_id) : how;
}
