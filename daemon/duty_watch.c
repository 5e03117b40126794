#include "duty_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "drill.h"
#include "duty.h"
#include "meta.h"
#include "team.h"

#define HAND_OVER "alarm_hand_over"
#define GAP	  "alarm_duty_gap"
#define SHIFTS	  64
#define DRILLS	  256
#define ITEMS	  64
/* What no edge of the rota tells of is looked for so often. */
#define EVERY HOUR

struct watch {
	struct tx *tx;
	const struct conf *conf;
	const struct rota *r;
	int64_t now;
};

static bool
is_needed(const struct conf *c)
{
	return c->hand_over || c->team_watch || c->drill_every > 0 ||
	       c->gaps_ahead > 0;
}

/* ---- Taking over ---- */

struct shift {
	char member[ID_SIZE], login[LOGIN_SIZE];
};

static enum outcome
read_shifts(const struct watch *w, struct shift *list, size_t *n)
{
	struct rows *rows =
	    tx_query(w->tx, Q_SHIFT_OPEN, ARGS(V_TEXT(tx_ward(w->tx))));

	*n = 0;
	while (*n < SHIFTS && rows_next(rows)) {
		row_copy(list[*n].member, ID_SIZE, rows, 0);
		row_copy(list[(*n)++].login, LOGIN_SIZE, rows, 1);
	}
	return rows_end(rows);
}

static bool
is_on(const struct watch *w, const struct on_duty *on, const char *member)
{
	for (size_t i = 0; i < on->n; i++)
		if (strcmp(w->r->people[on->who[i]].id, member) == 0)
			return true;
	return false;
}

static enum outcome
end_shift(const struct watch *w, const struct shift *s)
{
	enum outcome how = tx_exec(w->tx, Q_SHIFT_OVER,
	    ARGS(V_TEXT(tx_ward(w->tx)), V_TEXT(s->member), V_INT(w->now)));

	return how == OK ? alarm_over(w->tx, HAND_OVER, s->login) : how;
}

static enum outcome
begin_shift(const struct watch *w, const char *member)
{
	char login[LOGIN_SIZE], clock[1][ID_SIZE] = {""}, id[ID_SIZE];
	size_t n = 0;
	enum outcome how = duty_tell(w->tx, HAND_OVER, member);

	if (how == OK)
		how = duty_login(w->tx, member, login);
	if (how == OK)
		how = ids_read(tx_query(w->tx, Q_ALARM_OPEN,
				   ARGS(V_TEXT(HAND_OVER), V_TEXT(login))),
		    clock, NELEM(clock), &n);
	if (how != OK)
		return how;
	id_new(id);
	return tx_exec(w->tx, Q_SHIFT_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(w->tx)), V_TEXT(member),
		V_INT(w->now), n > 0 ? V_TEXT(clock[0]) : V_NULL));
}

static enum outcome
hand_over(const struct watch *w)
{
	struct shift list[SHIFTS];
	struct on_duty on;
	size_t n;
	enum outcome how = read_shifts(w, list, &n);

	rota_on_duty(w->r, w->now, &on);
	for (size_t i = 0; i < n && how == OK; i++)
		if (!is_on(w, &on, list[i].member))
			how = end_shift(w, &list[i]);
	for (size_t i = 0; i < on.n && how == OK; i++) {
		const char *member = w->r->people[on.who[i]].id;
		bool is_known = false;

		for (size_t j = 0; j < n && !is_known; j++)
			is_known = strcmp(list[j].member, member) == 0;
		if (!is_known)
			how = begin_shift(w, member);
	}
	return how;
}

/* ---- Drills ---- */

/* An address that has proved nothing for long, and whose it is. */
struct unproved {
	char id[ID_SIZE], channel[CHANNEL_SIZE];
	struct person person;
};

static enum outcome
read_unproved(const struct watch *w, struct unproved *list, size_t *n)
{
	struct rows *rows = tx_query(w->tx, Q_DRILL_DUE,
	    ARGS(V_TEXT(tx_ward(w->tx)), V_INT(w->now - w->conf->drill_every)));

	*n = 0;
	while (*n < DRILLS && rows_next(rows)) {
		struct unproved *u = &list[(*n)++];

		*u = (struct unproved){0};
		row_copy(u->id, ID_SIZE, rows, 0);
		row_copy(u->person.member_id, ID_SIZE, rows, 1);
		row_copy(u->channel, CHANNEL_SIZE, rows, 2);
	}
	return rows_end(rows);
}

/* Whoever is away is drilled when they are back. */
static enum outcome
drill(const struct watch *w)
{
	struct unproved *list = xcalloc(DRILLS, sizeof(*list));
	size_t n;
	int sent = 0;
	enum outcome how = read_unproved(w, list, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		struct address to = {.channel = list[i].channel};
		int who = rota_find(w->r, list[i].person.member_id);

		memcpy(to.id, list[i].id, ID_SIZE);
		if (!rota_is_away(w->r, who, w->now))
			how = drill_address(w->tx, &list[i].person, &to, &sent);
	}
	free(list);
	return how;
}

/* ---- Gaps ---- */

/* Words of rungs that reach nobody some time, each once. */
struct items {
	char list[ITEMS][ITEM_SIZE];
	size_t n;
};

static bool
has_item(const struct items *all, const char *item)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->list[i], item) == 0)
			return true;
	return false;
}

static void
on_gap(void *arg, const struct gap *g)
{
	struct items *all = arg;
	struct buf b = BUF_MAX(ITEM_SIZE - 1);
	char *item;

	for (size_t i = 0; i < g->n_who; i++)
		buf_addf(&b, "%s%s", i > 0 ? "+" : "", g->who[i]);
	item = buf_take(&b);
	if (all->n < ITEMS && !has_item(all, item))
		snprintf(all->list[all->n++], ITEM_SIZE, "%s", item);
	free(item);
}

static enum outcome
read_alarms(const struct watch *w, struct items *all)
{
	struct rows *rows = tx_query(w->tx, Q_ALARM_ITEMS, ARGS(V_TEXT(GAP)));

	all->n = 0;
	while (all->n < ITEMS && rows_next(rows))
		row_copy(all->list[all->n++], ITEM_SIZE, rows, 0);
	return rows_end(rows);
}

static enum outcome
gaps(const struct watch *w)
{
	const int64_t span[2] = {w->now, w->now + w->conf->gaps_ahead};
	struct items are = {0}, were;
	enum outcome how = read_alarms(w, &were);

	rota_gaps(w->r, tx_context(w->tx)->procedure, span, on_gap, &are);
	for (size_t i = 0; i < were.n && how == OK; i++)
		if (!has_item(&are, were.list[i]))
			how = alarm_over(w->tx, GAP, were.list[i]);
	for (size_t i = 0; i < are.n && how == OK; i++)
		how = alarm_raise(w->tx, GAP, are.list[i]);
	return how;
}

/* ---- All of it ---- */

/* A ward that is being set up: nobody could hear an alarm. */
static bool
is_empty(const struct rota *r)
{
	for (size_t i = 0; i < r->n_people; i++)
		if (r->people[i].is_active && r->people[i].has_address)
			return false;
	return true;
}

static enum outcome
look(const struct watch *w)
{
	enum outcome how;

	if (is_empty(w->r))
		return OK;
	how = w->conf->hand_over ? hand_over(w) : OK;

	if (how == OK && w->conf->drill_every > 0)
		how = drill(w);
	if (how == OK && w->conf->gaps_ahead > 0)
		how = gaps(w);
	return how == OK && w->conf->team_watch ? team_watch(w->tx, w->r) : how;
}

enum outcome
duty_watch(struct tx *tx, int64_t now)
{
	const struct conf *conf = tx_context(tx)->conf;
	struct rota r = {0};
	struct watch w = {tx, conf, &r, now};
	int64_t next;
	enum outcome how;

	if (duty_watch_next(tx) > now)
		return OK;
	how = duty_load(tx, now, INT64_MAX, &r);
	if (how == OK)
		how = look(&w);
	next = rota_next_change(&r, now);
	rota_done(&r);
	if (next > now - now % EVERY + EVERY)
		next = now - now % EVERY + EVERY;
	return how == OK ? meta_put(tx, DUTY_NEXT, next) : how;
}

int64_t
duty_watch_next(struct tx *tx)
{
	return is_needed(tx_context(tx)->conf) ? meta_number(tx, DUTY_NEXT, 0)
					       : INT64_MAX;
}
