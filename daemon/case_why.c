#include "case_why.h"

#include <stdio.h>
#include <string.h>

#include "alert_rows.h"
#include "clock.h"
#include "clock_turn.h"
#include "context.h"

#define CLOCKS_MAX 256

static void
set_instant(struct tx *tx, json_t *o, const char *name, int64_t at)
{
	char text[INSTANT_SIZE];

	if (at == 0)
		return;
	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	json_object_set_new(o, name, json_string(text));
}

/* A member's login or an agency's code. */
static json_t *
name_json(struct tx *tx, const char *id)
{
	json_t *row = tx_object(tx, Q_PERSON_NAME, ARGS(V_TEXT(id)));
	json_t *name = json_incref(json_object_get(row, "name"));

	json_decref(row);
	return name == NULL ? json_string("") : name;
}

/* Whoever would be called, by name. */
static json_t *
people_json(struct tx *tx, const struct people *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(
		    list, name_json(tx, person_id(&p->list[i])));
	return list;
}

static json_t *
skipped_json(struct tx *tx, const struct people *p)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(p->skipped, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "who"));

		json_array_append_new(
		    list, json_pack("{s:o, s:O}", "who", name_json(tx, id),
			      "why", json_object_get(one, "why")));
	}
	return list;
}

/* What keeps the clock quiet until then. */
static const char *
why_not_sooner(const struct climb *c)
{
	if (c->rung < 0)
		return "not_due";
	if (c->next_at != c->climb_at)
		return "next_warning";
	return c->is_acked ? "acknowledged" : "awaiting_answer";
}

/*
 * The firing that comes next, on a copy of the climb; empty rungs are passed
 * over as they would be.
 */
static void
look_ahead(struct tx *tx, struct turn *t, struct people *people)
{
	size_t rungs = ladder_n_rungs(t->rules.ladder);

	t->now = t->k.climb.next_at;
	for (size_t i = 0; i <= rungs && people->n == 0; i++) {
		if (!ladder_fire(t->rules.step, t->rules.ladder, &t->k.climb,
			t->now, &t->f))
			break;
		for (int r = t->f.from_rung; r <= t->f.to_rung; r++)
			(void)turn_people(tx, t, r, people);
		if (people->n == 0)
			ladder_hurry(t->rules.step, t->rules.ladder,
			    &t->k.climb, t->now);
	}
}

static json_t *
next_json(struct tx *tx, struct turn *t)
{
	const char *why = why_not_sooner(&t->k.climb);
	struct people people = {0};
	json_t *o = json_object();

	if (t->rules.ladder == NULL || t->k.climb.next_at == 0) {
		json_object_set_new(o, "why", json_string("nothing"));
		return o;
	}
	set_instant(tx, o, "at", t->k.climb.next_at);
	look_ahead(tx, t, &people);
	json_object_update_new(
	    o, json_pack("{s:s, s:s, s:i, s:o, s:o}", "why", why, "kind",
		   t->k.news[0] != '\0' ? t->k.step : t->f.kind, "rung",
		   t->f.to_rung, "who", people_json(tx, &people), "skipped",
		   skipped_json(tx, &people)));
	people_done(&people);
	return o;
}

static json_t *
clock_json(struct tx *tx, const char *id)
{
	struct turn t = {0};
	json_t *o;

	if (turn_load(tx, id, &t) != OK)
		return json_object();
	o = json_pack("{s:s, s:b, s:b, s:i, s:i}", "step", t.k.step,
	    "is_urgent", t.k.is_urgent, "is_acked", t.k.climb.is_acked, "rung",
	    t.k.climb.rung, "round", t.k.climb.round);
	set_instant(tx, o, "due_at", t.k.climb.due_at);
	json_object_set_new(o, "next", next_json(tx, &t));
	return o;
}

json_t *
case_why_json(struct tx *tx, const struct case_row *c)
{
	char list[CLOCKS_MAX][ID_SIZE];
	json_t *clocks = json_array();
	size_t n = 0;

	(void)ids_read(tx_query(tx, Q_CLOCKS_OF_CASE, ARGS(V_TEXT(c->id))),
	    list, CLOCKS_MAX, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(clocks, clock_json(tx, list[i]));
	return json_pack("{s:s, s:o, s:o}", "code", c->code, "told",
	    tx_list(tx, Q_WHY_TOLD, ARGS(V_TEXT(c->id), V_INT(clock_now()))),
	    "clocks", clocks);
}
