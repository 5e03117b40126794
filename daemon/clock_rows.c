#include "clock_rows.h"

#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "context.h"
#include "phone_task.h"

enum outcome
perhaps(enum outcome how)
{
	return how == NOT_FOUND ? OK : how;
}

static void
read_climb(const struct rows *r, int from, struct climb *c)
{
	*c = (struct climb){
	    .start_at = row_int(r, from),
	    .due_at = row_int(r, from + 1),
	    .triggers = (int)row_int(r, from + 2),
	    .rung = (int)row_int(r, from + 3),
	    .repeats = (int)row_int(r, from + 4),
	    .round = (int)row_int(r, from + 5),
	    .climb_at = row_int(r, from + 6),
	    .is_acked = row_int(r, from + 7) != 0,
	    .next_at = row_int(r, from + 8),
	};
}

bool
is_alarm(const struct clock_row *k)
{
	return strcmp(k->news, "alarm") == 0;
}

static void
read_clock(const struct rows *r, struct clock_row *k)
{
	row_copy(k->id, sizeof(k->id), r, 0);
	row_copy(k->case_id, sizeof(k->case_id), r, 1);
	row_copy(k->step, sizeof(k->step), r, 2);
	row_copy(k->item, sizeof(k->item), r, 3);
	k->is_open = strcmp(row_text(r, 4), "open") == 0;
	k->opened_at = row_int(r, 5);
	k->is_urgent = row_int(r, 6) != 0;
	k->has_lapsed = !row_is_null(r, 7);
	k->lapse_leg = NULL;
	read_climb(r, 8, &k->climb);
	row_copy(k->news, sizeof(k->news), r, 17);
}

enum outcome
clock_get(struct tx *tx, const char *id, struct clock_row *k)
{
	struct rows *r = tx_query(tx, Q_CLOCK_GET, ARGS(V_TEXT(id)));
	bool is_there = rows_next(r);
	enum outcome how;

	if (is_there)
		read_clock(r, k);
	how = rows_end(r);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
clock_list_read(struct rows *r, struct clock_list *l)
{
	size_t room = 0;

	*l = (struct clock_list){0};
	while (rows_next(r)) {
		if (l->n == room) {
			room = room == 0 ? 16 : 2 * room;
			l->rows = xrealloc(l->rows, room, sizeof(*l->rows));
		}
		read_clock(r, &l->rows[l->n++]);
	}
	return rows_end(r);
}

void
clock_list_done(struct clock_list *l)
{
	free(l->rows);
	*l = (struct clock_list){0};
}

enum outcome
clock_save(struct tx *tx, const struct clock_row *k)
{
	const struct climb *c = &k->climb;

	return tx_exec(tx, Q_CLOCK_CLIMB,
	    ARGS(V_TEXT(k->id), V_INT(c->triggers), V_INT(c->rung),
		V_INT(c->repeats), V_INT(c->round), V_INT0(c->climb_at),
		V_INT(c->is_acked), V_INT0(c->next_at), V_INT(k->is_urgent),
		k->lapse_leg != NULL ? V_INT(c->due_at) : V_NULL,
		V_TEXT(k->lapse_leg)));
}

const char *
clock_case_id(const struct clock_row *k)
{
	return k->case_id[0] != '\0' ? k->case_id : NULL;
}

const char *
clock_item(const struct clock_row *k)
{
	return k->item[0] != '\0' ? k->item : NULL;
}

enum outcome
clock_case(struct tx *tx, const struct clock_row *k, struct case_row *c)
{
	int64_t received_at;
	enum outcome how;

	*c = (struct case_row){.received_at = INT64_MIN};
	if (k->case_id[0] == '\0')
		return OK;
	how = case_get(tx, k->case_id, c);
	received_at = c->received_at;
	if (how == OK && c->is_merged)
		how = case_get_file(tx, k->case_id, c);
	c->received_at = received_at;
	return how;
}

void
clock_rules_of(struct tx *tx, const struct clock_row *k,
    const struct case_row *c, struct clock_rules *out)
{
	const struct procedure *p = tx_context(tx)->procedure;

	if (k->news[0] != '\0') {
		out->step = procedure_news();
		out->ladder = procedure_news_ladder(p, k->news, k->step);
		return;
	}
	*out = (struct clock_rules){.step = procedure_step(p, k->step)};
	if (out->step != NULL)
		out->ladder = step_ladder(p, out->step, &c->facts);
}

enum outcome
clock_rules(struct tx *tx, const struct clock_row *k, struct clock_rules *out)
{
	struct case_row c;
	enum outcome how = clock_case(tx, k, &c);

	if (how == OK)
		clock_rules_of(tx, k, &c, out);
	return how;
}

typedef void move(
    const struct step *s, const struct ladder *l, struct climb *c, int64_t now);

static enum outcome
move_clock(struct tx *tx, const char *id, move *run)
{
	struct clock_row k;
	struct clock_rules rules;
	enum outcome how = clock_get(tx, id, &k);

	if (how != OK || !k.is_open)
		return how;
	how = clock_rules(tx, &k, &rules);
	if (how != OK || rules.ladder == NULL)
		return how;
	run(rules.step, rules.ladder, &k.climb, clock_now());
	return clock_save(tx, &k);
}

enum outcome
clock_hurry(struct tx *tx, const char *id)
{
	return move_clock(tx, id, ladder_hurry);
}

enum outcome
clock_rest(struct tx *tx, const char *id)
{
	struct clock_row k;
	enum outcome how = clock_get(tx, id, &k);

	if (how != OK || k.news[0] == '\0' || is_phone_task(&k))
		return how == OK ? move_clock(tx, id, ladder_ack) : how;
	return tx_exec(tx, Q_CLOCK_END,
	    ARGS(V_TEXT(id), V_TEXT("done"), V_INT(clock_now()), V_NULL,
		V_INT(0)));
}

/* The sender's, if the time was used up before it reached us. */
static const char *
leg_of(const struct clock_row *k, const struct step *s, int64_t received_at)
{
	if (k->climb.due_at <= received_at)
		return "sender";
	return s == NULL ? "officer" : step_leg(s);
}

enum outcome
clock_lapse_save(struct tx *tx, struct clock_row *k, const struct step *s,
    int64_t received_at)
{
	const char *leg = leg_of(k, s, received_at);

	if (k->has_lapsed)
		return OK;
	k->has_lapsed = true;
	k->lapse_leg = leg;
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = "clock.lapsed",
		    .object_kind = "clock",
		    .object_id = k->id,
		    .case_id = clock_case_id(k),
		    .detail = json_pack("{s:s, s:s*, s:I, s:s}", "step",
			k->step, "item", k->item[0] ? k->item : NULL, "due_at",
			(json_int_t)k->climb.due_at, "leg", leg),
		});
}

enum outcome
clock_lapse(struct tx *tx, struct clock_row *k, const struct step *s,
    int64_t received_at)
{
	bool had_lapsed = k->has_lapsed;
	enum outcome how = clock_lapse_save(tx, k, s, received_at);

	if (how != OK || had_lapsed)
		return how;
	return tx_exec(tx, Q_CLOCK_LAPSE,
	    ARGS(V_TEXT(k->id), V_INT(k->climb.due_at), V_TEXT(k->lapse_leg)));
}
