/* What is due fires: alerts for people, lapses for the record. */
#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_turn.h"
#include "clocks.h"
#include "context.h"
#include "drill.h"
#include "log.h"
#include "phone_task.h"

#include <stdlib.h>
#include <string.h>

/* A clock whose step the procedure no longer has is looked at again. */
#define LOST_AGAIN HOUR
/* Firings of one clock at one instant: triggers, silence, empty rungs. */
#define ROUNDS_MAX 64

static void
add_people(struct people *to, struct people *from)
{
	for (size_t i = 0; i < from->n && to->n < PEOPLE_MAX; i++) {
		bool is_there = false;

		for (size_t j = 0; j < to->n && !is_there; j++)
			is_there = strcmp(person_id(&to->list[j]),
				       person_id(&from->list[i])) == 0;
		if (!is_there)
			to->list[to->n++] = from->list[i];
	}
	if (from->skipped == NULL)
		return;
	if (to->skipped == NULL)
		to->skipped = json_array();
	json_array_extend(to->skipped, from->skipped);
}

/*
 * "named" is the member whom the clock is about, "receiver" the agency that got
 * the referral it is about.
 */
static enum outcome
find_some(
    struct tx *tx, const struct turn *t, const char *who, struct people *some)
{
	char *named;
	enum outcome how;

	if (strcmp(who, "named") != 0 && strcmp(who, "receiver") != 0)
		return people_find(tx, t->c.id, who, t->now, some);
	named = xasprintf("%s:%s", who, t->k.item);
	how = people_find(tx, t->c.id, named, t->now, some);
	free(named);
	return how;
}

enum outcome
turn_people(struct tx *tx, const struct turn *t, int rung, struct people *all)
{
	size_t n;
	const char *const *who = rung_who(t->rules.ladder, (size_t)rung, &n);
	enum outcome how = OK;

	for (size_t i = 0; i < n && how == OK; i++) {
		struct people some = {0};

		how = perhaps(find_some(tx, t, who[i], &some));
		add_people(all, &some);
		people_done(&some);
	}
	return how;
}

static bool
is_news(const struct turn *t)
{
	return t->k.news[0] != '\0';
}

/* When it should have been raised: not before the clock was there. */
static int64_t
due_of(const struct turn *t)
{
	return t->f.due_at > t->k.opened_at ? t->f.due_at : t->k.opened_at;
}

enum outcome
turn_raise(struct tx *tx, struct turn *t, int rung, const struct people *people)
{
	struct alert a = {
	    .clock_id = t->k.id,
	    .case_id = clock_case_id(&t->k),
	    .kind = is_news(t) ? t->k.step : t->f.kind,
	    .subject = is_alarm(&t->k) ? t->k.item : NULL,
	    .rung = rung,
	    .round = t->f.round,
	    .is_urgent = t->k.is_urgent,
	    .needs_all = rung_needs_all(t->rules.ladder, (size_t)rung),
	    .due_at = due_of(t),
	};
	size_t n;
	const char *const *channels =
	    rung_channels(t->rules.ladder, (size_t)rung, &n);
	enum outcome how = alert_raise(tx, &a, people, channels, n);

	t->told += how == CONFLICT ? 1 : a.told; /* was raised before */
	return how == CONFLICT ? OK : how;
}

/* A rung that needs all of its people asks again only who did not answer. */
static void
drop_answered(struct tx *tx, struct turn *t, int rung, struct people *p)
{
	size_t n = 0;

	if (!rung_needs_all(t->rules.ladder, (size_t)rung) ||
	    strcmp(t->f.kind, "climb") != 0)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (tx_number(tx, Q_ALERT_ANSWERED, 0,
			ARGS(V_TEXT(t->k.id), V_TEXT(person_id(&p->list[i])))) >
		    0)
			t->told++;
		else
			p->list[n++] = p->list[i];
	}
	p->n = n;
}

/* Bodies outside that nobody agreed to be written to with are phoned. */
static enum outcome
raise_phoning(struct tx *tx, struct turn *t, int rung)
{
	size_t n;
	const char *const *who = rung_who(t->rules.ladder, (size_t)rung, &n);
	enum outcome how = OK;

	for (size_t i = 0; i < n && how == OK; i++) {
		bool raised;

		how = phone_task_for(tx, &t->k, who[i], &raised);
		t->told += how == OK && raised;
	}
	return how;
}

static enum outcome
raise_rung(struct tx *tx, struct turn *t, int rung)
{
	struct people people = {0};
	enum outcome how = turn_people(tx, t, rung, &people);

	if (how == OK)
		drop_answered(tx, t, rung, &people);
	if (how == OK)
		how = turn_raise(tx, t, rung, &people);
	people_done(&people);
	return how == OK ? raise_phoning(tx, t, rung) : how;
}

/* Nobody could be told: the next rung at once; on the last, shout. */
static enum outcome
nobody(struct tx *tx, struct turn *t)
{
	ladder_hurry(t->rules.step, t->rules.ladder, &t->k.climb, t->now);
	log_error("nobody can be called case=%s clock=%s step=%s rung=%d",
	    case_for_log(tx, t->c.id), t->k.id, t->k.step, t->f.to_rung);
	if (t->f.to_rung < (int)ladder_n_rungs(t->rules.ladder) - 1 ||
	    is_alarm(&t->k))
		return OK; /* an alarm about alarms would never end */
	return alarm_raise(tx, "alarm_no_person", t->k.step);
}

enum outcome
turn_fire(struct tx *tx, struct turn *t)
{
	enum outcome how = OK;

	t->told = 0;
	if (t->f.lapses && !is_news(t))
		how = clock_lapse_save(
		    tx, &t->k, t->rules.step, t->c.received_at);
	for (int rung = t->f.from_rung; rung <= t->f.to_rung && how == OK;
	     rung++)
		how = raise_rung(tx, t, rung);
	if (how == OK && t->told == 0)
		how = nobody(tx, t);
	return how;
}

/* The procedure was changed under a running clock: people must mend it. */
static enum outcome
fire_lost(struct tx *tx, struct turn *t)
{
	enum outcome how;

	t->k.climb.next_at = t->now + LOST_AGAIN;
	how = clock_save(tx, &t->k);
	return how == OK ? alarm_raise(tx, "alarm_step_unknown", t->k.step)
			 : how;
}

enum outcome
turn_load(struct tx *tx, const char *id, struct turn *t)
{
	enum outcome how = clock_get(tx, id, &t->k);

	if (how == OK)
		how = clock_case(tx, &t->k, &t->c);
	if (how == OK)
		clock_rules_of(tx, &t->k, &t->c, &t->rules);
	if (how == OK && t->rules.ladder != NULL)
		t->k.is_urgent = ladder_is_urgent(t->rules.ladder);
	return how;
}

static enum outcome
fire(struct tx *tx, const char *id, int64_t now)
{
	struct turn t = {.now = now};
	enum outcome how = turn_load(tx, id, &t);

	if (how != OK)
		return how;
	if (is_drill(&t.k))
		return drill_unanswered(tx, &t.k);
	if (t.rules.ladder == NULL)
		return fire_lost(tx, &t);
	for (int i = 0; i < ROUNDS_MAX && how == OK; i++) {
		if (!ladder_fire(
			t.rules.step, t.rules.ladder, &t.k.climb, now, &t.f))
			break;
		how = turn_fire(tx, &t);
	}
	return how == OK ? clock_save(tx, &t.k) : how;
}

/* One clock that cannot fire must not keep the others from it. */
static enum outcome
put_off(struct tx *tx, const char *id, int64_t now, enum outcome why)
{
	enum outcome how =
	    tx_exec(tx, Q_CLOCK_PUT_OFF, ARGS(V_TEXT(id), V_INT(now + MINUTE)));

	log_error("clock cannot fire clock=%s outcome=%d", id, (int)why);
	return how == OK ? alarm_raise(tx, "alarm_clock_stuck", "") : how;
}

static bool
is_storage(enum outcome how)
{
	return how == FULL || how == FAILED;
}

enum outcome
clocks_fire(struct tx *tx, int64_t now, int max, int *n)
{
	char(*list)[ID_SIZE] = xcalloc((size_t)max, sizeof(*list));
	size_t found = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_CLOCK_DUE, ARGS(V_INT(now), V_INT(max))),
		list, (size_t)max, &found);

	for (size_t i = 0; i < found && how == OK; i++) {
		how = fire(tx, list[i], now);
		if (how != OK && !is_storage(how))
			how = put_off(tx, list[i], now, how);
	}
	*n = how == OK ? (int)found : 0;
	free(list);
	return how;
}
