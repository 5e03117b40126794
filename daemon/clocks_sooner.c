/* The first receipt was earlier than we knew (D56 25.1). */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"

#define OPEN_MAX 64

struct running {
	char id[ID_SIZE], term[LIMIT_SIZE];
};

static enum outcome
read_running(struct tx *tx, const struct case_row *c,
    struct running list[OPEN_MAX], size_t *n)
{
	struct rows *rows = tx_query(tx, Q_CLOCKS_FROM_T0, ARGS(V_TEXT(c->id)));

	*n = 0;
	while (*n < OPEN_MAX && rows_next(rows)) {
		struct running *one = &list[(*n)++];

		snprintf(one->id, sizeof(one->id), "%s", row_text(rows, 0));
		snprintf(one->term, sizeof(one->term), "%s", row_text(rows, 1));
	}
	return rows_end(rows);
}

static enum outcome
save(struct tx *tx, const struct clock_row *k, int64_t was_due_at)
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
		    .act = "clock.sooner",
		    .object_kind = "clock",
		    .object_id = k->id,
		    .case_id = k->case_id,
		    .detail = json_pack("{s:s, s:I, s:I, s:I}", "step", k->step,
			"due_at", (json_int_t)m->due_at, "was_due_at",
			(json_int_t)was_due_at, "by_ms",
			(json_int_t)(was_due_at - m->due_at)),
		});
}

static enum outcome
move(struct tx *tx, const struct case_row *c, const struct running *r)
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
	how = save(tx, &k, was_due_at);
	return how == OK && k.climb.due_at <= now ? clock_lapse(tx, &k, s, now)
						  : how;
}

enum outcome
clocks_sooner(struct tx *tx, const struct case_row *c)
{
	struct running list[OPEN_MAX];
	size_t n;
	enum outcome how = read_running(tx, c, list, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = move(tx, c, &list[i]);
	return how;
}
