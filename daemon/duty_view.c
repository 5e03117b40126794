#include "duty_view.h"

#include "clock.h"
#include "context.h"

#define PLAN_MAX 200

static json_t *
instant(struct tx *tx, int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	return json_string(text);
}

/* Logins by number in the rota. */
static json_t *
logins(struct tx *tx, const struct rota *r)
{
	json_t *all = json_object();
	json_t *rows = tx_list(tx, Q_DUTY_LOGINS, ARGS(V_TEXT(tx_ward(tx)))),
	       *row;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_object_set(all,
		    json_string_value(json_object_get(row, "id")),
		    json_object_get(row, "login"));
	}
	for (i = 0; i < r->n_people; i++)
		json_array_append(list, json_object_get(all, r->people[i].id));
	json_decref(rows);
	json_decref(all);
	return list;
}

static json_t *
on_duty_at(const struct rota *r, int64_t at, json_t *names)
{
	json_t *list = json_array();
	struct on_duty on;

	rota_on_duty(r, at, &on);
	for (size_t i = 0; i < on.n; i++)
		json_array_append(
		    list, json_array_get(names, (size_t)on.who[i]));
	return list;
}

/* Neighbours with the same people are one. */
static json_t *
plan(struct tx *tx, const struct rota *r, const int64_t span[2], json_t *names)
{
	json_t *list = json_array(), *last = NULL;
	int64_t next;

	for (int64_t t = span[0];
	     t < span[1] && json_array_size(list) < PLAN_MAX; t = next) {
		json_t *on = on_duty_at(r, t, names);

		next = rota_next_change(r, t);
		if (last == NULL ||
		    !json_equal(json_object_get(last, "on_duty"), on)) {
			last = json_pack("{s:O, s:o}", "on_duty", on, "from_at",
			    instant(tx, t));
			json_array_append_new(list, last);
		}
		json_object_set_new(last, "until_at",
		    instant(tx, next < span[1] ? next : span[1]));
		json_decref(on);
	}
	return list;
}

/* Rotations with their members; rows come in order. */
static json_t *
rotations(struct tx *tx)
{
	json_t *rows = tx_list(tx, Q_ROTATION_LIST, ARGS(V_TEXT(tx_ward(tx)))),
	       *row;
	json_t *list = json_array(), *last = NULL;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_t *login = json_object_get(row, "login");

		if (last == NULL || !json_equal(json_object_get(last, "name"),
					json_object_get(row, "name"))) {
			last = json_copy(row);
			json_object_del(last, "login");
			json_object_set_new(last, "members", json_array());
			json_array_append_new(list, last);
		}
		json_array_append(json_object_get(last, "members"), login);
	}
	json_decref(rows);
	return list;
}

enum outcome
duty_json(struct tx *tx, json_t **out)
{
	int64_t now = clock_now();
	const int64_t span[2] = {now, now + DUTY_AHEAD};
	const struct value args[] = {V_TEXT(tx_ward(tx)), V_INT(now)};
	json_t *names;
	struct rota r = {0};
	enum outcome how = duty_load(tx, span[0], span[1], &r);

	if (how == OK) {
		names = logins(tx, &r);
		*out = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		    "on_duty", on_duty_at(&r, now, names), "plan",
		    plan(tx, &r, span, names), "rotations", rotations(tx),
		    "duty", tx_list(tx, Q_DUTY_LIST, args, 2), "leave",
		    tx_list(tx, Q_LEAVE_LIST, args, 2), "swaps",
		    tx_list(tx, Q_SWAP_LIST, args, 2), "shifts",
		    tx_list(tx, Q_SHIFT_LIST, args, 1));
		json_decref(names);
	}
	rota_done(&r);
	return how;
}

struct gaps {
	struct tx *tx;
	json_t *list;
};

static void
on_gap(void *arg, const struct gap *g)
{
	struct gaps *all = arg;
	json_t *who = json_array();

	for (size_t i = 0; i < g->n_who; i++)
		json_array_append_new(who, json_string(g->who[i]));
	json_array_append_new(
	    all->list, json_pack("{s:s, s:I, s:o, s:o, s:o}", "ladder",
			   g->ladder, "rung", (json_int_t)g->rung, "who", who,
			   "from_at", instant(all->tx, g->from), "until_at",
			   instant(all->tx, g->until)));
}

enum outcome
gaps_json(struct tx *tx, json_t **out)
{
	int64_t now = clock_now();
	const int64_t span[2] = {now, now + DUTY_AHEAD};
	struct gaps all = {tx, json_array()};
	struct rota r = {0};
	enum outcome how = duty_load(tx, span[0], span[1], &r);

	if (how == OK)
		rota_gaps(&r, tx_context(tx)->procedure, span, on_gap, &all);
	rota_done(&r);
	*out = all.list;
	return how;
}
