/*
 * Running clocks that start or end at another instant: the first receipt was
 * earlier than we knew (D56 25.1), or the calendar was changed.
 */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"

#define PAGE 64

struct running {
	char id[ID_SIZE], term[LIMIT_SIZE];
};

/* At most PAGE of {id, term}; ends the rows. */
static enum outcome
read_running(struct rows *rows, struct running list[PAGE], size_t *n)
{
	*n = 0;
	while (*n < PAGE && rows_next(rows)) {
		struct running *one = &list[(*n)++];

		snprintf(one->id, sizeof(one->id), "%s", row_text(rows, 0));
		snprintf(one->term, sizeof(one->term), "%s", row_text(rows, 1));
	}
	return rows_end(rows);
}

/* Audited as act, with the difference. */
static enum outcome
save(struct tx *tx, const struct clock_row *k, const char *act,
    int64_t was_due_at)
{
	const struct climb *m = &k->climb;
	enum outcome how = tx_exec(tx, Q_CLOCK_TERM,
	    ARGS(V_TEXT(k->id), V_INT(m->start_at), V_INT(m->due_at)));

	if (how == OK)
		how = clock_save(tx, k);
	if (how != OK)
		return how;
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = act,
		    .object_kind = "clock",
		    .object_id = k->id,
		    .case_id = clock_case_id(k),
		    .detail = json_pack("{s:s, s:I, s:I, s:I}", "step", k->step,
			"due_at", (json_int_t)m->due_at, "was_due_at",
			(json_int_t)was_due_at, "by_ms",
			(json_int_t)(was_due_at - m->due_at)),
		});
}

static enum outcome
sooner(struct tx *tx, const struct case_row *c, const struct running *r)
{
	const struct context *x = tx_context(tx);
	const struct step *s;
	struct clock_row k;
	struct limit term;
	int64_t now = clock_now(), was_due_at;
	enum outcome how = clock_get(tx, r->id, &k);

	if (how != OK || c->t0_at >= k.climb.start_at ||
	    !limit_parse(r->term, &term))
		return how;
	s = procedure_step(x->procedure, k.step);
	if (s == NULL)
		return OK; /* clocks_fire tells people that it is lost */
	was_due_at = k.climb.due_at;
	ladder_move(
	    s, &k.climb, c->t0_at, calendar_add(x->calendar, c->t0_at, &term));
	how = save(tx, &k, "clock.sooner", was_due_at);
	return how == OK && k.climb.due_at <= now ? clock_lapse(tx, &k, s, now)
						  : how;
}

enum outcome
clocks_sooner(struct tx *tx, const struct case_row *c)
{
	struct running list[PAGE];
	size_t n;
	enum outcome how = read_running(
	    tx_query(tx, Q_CLOCKS_FROM_T0, ARGS(V_TEXT(c->id))), list, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = sooner(tx, c, &list[i]);
	return how;
}

/* Limit and start are frozen; the days that it counts are not. */
static enum outcome
recount(struct tx *tx, const struct running *r)
{
	const struct context *x = tx_context(tx);
	const struct step *s;
	struct clock_row k;
	struct limit term;
	int64_t was_due_at, due_at;
	enum outcome how = clock_get(tx, r->id, &k);

	if (how != OK || !limit_parse(r->term, &term))
		return how;
	s = procedure_step(x->procedure, k.step);
	was_due_at = k.climb.due_at;
	due_at = calendar_add(x->calendar, k.climb.start_at, &term);
	if (s == NULL || due_at == was_due_at)
		return OK;
	ladder_move(s, &k.climb, k.climb.start_at, due_at);
	return save(tx, &k, "clock.recounted", was_due_at);
}

enum outcome
clocks_recount(struct tx *tx)
{
	struct running list[PAGE];
	char after[ID_SIZE] = "";
	size_t n = PAGE;
	enum outcome how = OK;

	while (n == PAGE && how == OK) {
		how = read_running(tx_query(tx, Q_CLOCKS_OF_CALENDAR,
				       ARGS(V_TEXT(after), V_INT(PAGE))),
		    list, &n);
		for (size_t i = 0; i < n && how == OK; i++)
			how = recount(tx, &list[i]);
		if (n > 0)
			memcpy(after, list[n - 1].id, sizeof(after));
	}
	return how;
}
