#include "isolation.h"

#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock_rows.h"
#include "clocks_hasten.h"
#include "context.h"

enum outcome
isolation_get(struct tx *tx, const struct case_row *c, struct isolation *out)
{
	struct rows *rows = tx_query(tx, Q_ISOLATION_GET, ARGS(V_TEXT(c->id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	*out = (struct isolation){0};
	if (is_there) {
		memcpy(out->id, row_text(rows, 0), ID_SIZE);
		out->decided_at = row_int(rows, 1);
		out->cap_at = row_int(rows, 2);
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

/* The law's days from an instant on. */
static int64_t
whole_term(struct tx *tx, const struct case_row *c, int64_t at)
{
	const struct step *s = clocks_step_of(tx, "isolation_end");
	struct moment m = {.event = "", .at = at, .t0_at = c->t0_at};
	struct opening o;

	if (s == NULL)
		return at;
	step_opening(s, tx_context(tx)->calendar, &c->facts, &m, &o);
	return o.due_at;
}

int64_t
isolation_cap(struct tx *tx, const struct case_row *c, int64_t at)
{
	return tx_number(tx, Q_ISOLATION_CAP, whole_term(tx, c, at),
	    ARGS(V_TEXT(c->id), V_INT(at)));
}

int64_t
isolation_until(struct tx *tx, int64_t decided_at, int64_t days)
{
	struct limit l = {UNIT_DAY, (int)days};

	return calendar_add(tx_context(tx)->calendar, decided_at, &l);
}

static enum outcome
audit_isolation(struct tx *tx, const struct isolation *i, const struct act *a,
    const char *what, int64_t until)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = a->by,
		    .act = what,
		    .object_kind = "isolation",
		    .object_id = i->id,
		    .case_id = a->case_id,
		    .detail = json_pack("{s:s, s:I, s:I, s:I}", "act", a->id,
			"decided_at", (json_int_t)i->decided_at, "cap_at",
			(json_int_t)i->cap_at, "until_at", (json_int_t)until),
		});
}

/* The clock of this kind's step rings at an instant, and only then. */
static enum outcome
ring_at(struct tx *tx, const struct case_row *c, const struct act *a,
    const char *kind, int64_t until)
{
	const struct step *s = clocks_step_of(tx, kind);
	struct item_clock i = {
	    .c = c, .item = "", .start_at = a->acted_at, .due_at = until};
	enum outcome how;

	if (s == NULL)
		return OK;
	i.step = step_id(s);
	how = perhaps(clocks_drop_item(tx, &i, a->by, "extended"));
	return how == OK ? clocks_open_item(tx, &i) : how;
}

enum outcome
isolation_begin(
    struct tx *tx, const struct case_row *c, const struct act *a, int64_t days)
{
	int64_t until, whole = whole_term(tx, c, a->acted_at);
	struct isolation i = {.decided_at = a->acted_at};
	enum outcome how;

	id_new(i.id);
	i.cap_at = isolation_cap(tx, c, a->acted_at);
	until = days > 0 ? isolation_until(tx, a->acted_at, days) : i.cap_at;
	how = tx_exec(tx, Q_ISOLATION_ADD,
	    ARGS(V_TEXT(i.id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
		V_INT(i.decided_at), V_INT(i.cap_at), V_INT(until)));
	if (how == OK)
		how = audit_isolation(tx, &i, a, "isolation.begun", until);
	if (how == OK && i.cap_at < whole)
		how = ring_at(tx, c, a, "isolation_end", i.cap_at);
	if (how == OK && until < i.cap_at)
		how = ring_at(tx, c, a, "isolation_term", until);
	return how;
}

enum outcome
isolation_extend(
    struct tx *tx, const struct case_row *c, const struct act *a, int64_t until)
{
	struct isolation i;
	enum outcome how = isolation_get(tx, c, &i);

	if (how == OK)
		how = tx_exec(tx, Q_ISOLATION_EXTEND,
		    ARGS(V_TEXT(i.id), V_INT(until), V_INT(until > i.cap_at)));
	if (how == OK)
		how = audit_isolation(tx, &i, a, "isolation.extended", until);
	if (how != OK || until == i.cap_at)
		return how;
	return ring_at(tx, c, a,
	    until < i.cap_at ? "isolation_term" : "isolation_end", until);
}

enum outcome
isolation_ended(struct tx *tx, const struct case_row *c, const struct act *a)
{
	struct isolation i;
	enum outcome how = isolation_get(tx, c, &i);

	if (how != OK)
		return perhaps(how);
	how = tx_exec(
	    tx, Q_ISOLATION_END, ARGS(V_TEXT(c->id), V_INT(a->acted_at)));
	if (how != OK)
		return how;
	return audit_isolation(tx, &i, a, "isolation.ended", a->acted_at);
}
