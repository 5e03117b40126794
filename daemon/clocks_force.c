/* Ladders that people move: forced on by hand, or changed by a new policy. */
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_turn.h"
#include "clocks.h"
#include "context.h"

/* Of a case at once, and of the ward. */
#define CASE_MAX 256
#define WARD_MAX 65536

static enum outcome
force(struct tx *tx, const char *id, const struct subject *by)
{
	struct turn t = {.now = clock_now()};
	enum outcome how = turn_load(tx, id, &t);

	if (how != OK || t.rules.ladder == NULL)
		return how;
	ladder_force(t.rules.step, t.rules.ladder, &t.k.climb, t.now, &t.f);
	how = turn_fire(tx, &t);
	if (how == OK)
		how = clock_save(tx, &t.k);
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = "clock.escalated",
				 .object_kind = "clock",
				 .object_id = t.k.id,
				 .case_id = clock_case_id(&t.k),
				 .detail = json_pack("{s:s, s:i}", "step",
				     t.k.step, "rung", t.f.to_rung),
			     });
}

enum outcome
clocks_force(struct tx *tx, const struct case_row *c, const char *step,
    const struct subject *by)
{
	char(*list)[ID_SIZE] = xcalloc(CASE_MAX, sizeof(*list));
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_CLOCKS_TO_FORCE,
			 ARGS(V_TEXT(c->id), V_TEXT(step), V_INT(CASE_MAX))),
		list, CASE_MAX, &n);

	if (how == OK && n == 0)
		how = NOT_FOUND;
	for (size_t i = 0; i < n && how == OK; i++)
		how = force(tx, list[i], by);
	free(list);
	return how;
}

/* ---- Another policy ---- */

static bool
is_among(const struct people *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(person_id(&p->list[i]), id) == 0)
			return true;
	return false;
}

/* Who was told and is on no rung any more hears no more of it. */
static enum outcome
uncall(struct tx *tx, const struct turn *t, const char *who)
{
	enum outcome how =
	    tx_exec(tx, Q_DELIVERY_UNCALL, ARGS(V_TEXT(t->k.id), V_TEXT(who)));

	if (how != OK)
		return perhaps(how); /* nothing was on its way */
	how = alert_digests_left(tx, NULL, t->k.id);
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = &audit_system,
				 .act = "alert.uncalled",
				 .object_kind = "clock",
				 .object_id = t->k.id,
				 .case_id = clock_case_id(&t->k),
				 .detail = json_pack("{s:s}", "who", who),
			     });
}

/* Who is on a rung that was called, and was not told, is told now. */
static enum outcome
call_new(struct tx *tx, struct turn *t, struct people *now,
    char (*told)[ID_SIZE], size_t n_told)
{
	struct people missing = {0};
	enum outcome how;

	for (size_t i = 0; i < now->n; i++) {
		bool was_told = false;

		for (size_t j = 0; j < n_told && !was_told; j++)
			was_told =
			    strcmp(told[j], person_id(&now->list[i])) == 0;
		if (!was_told)
			missing.list[missing.n++] = now->list[i];
	}
	if (missing.n == 0)
		return OK;
	t->f = (struct firing){
	    .kind = "climb", .round = ++t->k.climb.round, .due_at = t->now};
	how = turn_raise(tx, t, t->k.climb.rung, &missing);
	return how == OK ? clock_save(tx, &t->k) : how;
}

static enum outcome
review(struct tx *tx, const char *id)
{
	char told[4 * PEOPLE_MAX][ID_SIZE];
	struct turn t = {.now = clock_now()};
	struct people now = {0};
	size_t n = 0;
	int last;
	enum outcome how = turn_load(tx, id, &t);

	if (how != OK || t.rules.ladder == NULL)
		return how;
	last = (int)ladder_n_rungs(t.rules.ladder) - 1;
	if (t.k.climb.rung > last)
		t.k.climb.rung = last;
	for (int rung = 0; rung <= t.k.climb.rung && how == OK; rung++)
		how = turn_people(tx, &t, rung, &now);
	if (how == OK)
		how = ids_read(tx_query(tx, Q_ALERT_TOLD, ARGS(V_TEXT(id))),
		    told, NELEM(told), &n);
	for (size_t i = 0; i < n && how == OK; i++)
		if (!is_among(&now, told[i]))
			how = uncall(tx, &t, told[i]);
	if (how == OK)
		how = call_new(tx, &t, &now, told, n);
	people_done(&now);
	return how;
}

enum outcome
clocks_review_people(struct tx *tx)
{
	char(*list)[ID_SIZE] = xcalloc(WARD_MAX, sizeof(*list));
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_CLOCKS_RINGING, ARGS(V_INT(WARD_MAX))),
		list, WARD_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = review(tx, list[i]);
	free(list);
	return how;
}
