#include "approval.h"

#include <string.h>

#include "audit.h"
#include "context.h"
#include "people.h"

/* How a blank-separated list of roles holds one. */
#define CHAIRMAN "% chairman %"
#define VICE	 "% vice_chairman %"

/* Why nobody who holds an office can decide; NULL if somebody can. */
static enum outcome
is_missing(struct tx *tx, const struct case_row *c, const char *office,
    int64_t at, const char **why)
{
	struct rows *rows = tx_query(tx, Q_OFFICERS,
	    ARGS(
		V_TEXT(c->id), V_INT(at), V_TEXT(tx_ward(tx)), V_TEXT(office)));

	*why = "vacant";
	if (rows_next(rows) && row_int(rows, 0) > 0)
		*why = row_int(rows, 1) == 0   ? "barred"
		       : row_int(rows, 2) == 0 ? "leave"
					       : NULL;
	return rows_end(rows);
}

enum outcome
approval_may(struct tx *tx, const struct case_row *c, const struct subject *who,
    int64_t at, const char **why)
{
	enum outcome how;

	*why = NULL;
	if (who->kind != BY_MEMBER || case_is_barred(tx, c->id, who))
		return REFUSED;
	if (has_role(who->roles, ROLE_chairman))
		return OK;
	if (!has_role(who->roles, ROLE_vice_chairman))
		return REFUSED;
	how = is_missing(tx, c, CHAIRMAN, at, why);
	return how == OK && *why == NULL ? REFUSED : how;
}

enum outcome
approval_outside(struct tx *tx, const struct case_row *c, int64_t at)
{
	const char *why;
	enum outcome how = is_missing(tx, c, CHAIRMAN, at, &why);

	if (how == OK && why != NULL)
		how = is_missing(tx, c, VICE, at, &why);
	return how == OK && why == NULL ? REFUSED : how;
}

static enum outcome
audit_approval(struct tx *tx, const struct case_row *c,
    const struct approval *p, const char *act, const struct subject *by)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = by,
		    .act = act,
		    .object_kind = "approval",
		    .object_id = p->id,
		    .case_id = c->id,
		    .detail = json_pack("{s:s, s:s, s:s, s:I, s:b, s:s*}",
			"step", p->step, "state", p->state, "by", p->by,
			"agreed_at", (json_int_t)p->agreed_at, "is_acting",
			p->why != NULL, "acting_why", p->why),
		});
}

enum outcome
approval_add(struct tx *tx, const struct case_row *c, struct approval *p,
    const struct subject *by)
{
	enum outcome how;

	id_new(p->id);
	how = tx_exec(tx, Q_APPROVAL_ADD,
	    ARGS(V_TEXT(p->id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
		V_TEXT(p->step), V_TEXT(p->state), V_TEXT(p->by),
		V_INT(p->why != NULL), V_TEXT(p->why), V_INT(p->agreed_at),
		V_TEXT(p->agree_act)));
	return how == OK ? audit_approval(tx, c, p, "approval.given", by) : how;
}

static const char *
state_of(const char *word)
{
	static const char *const states[] = {
	    "agreed", "refused", "ordered", "issued", "void"};

	for (size_t i = 0; i < NELEM(states); i++)
		if (strcmp(states[i], word) == 0)
			return states[i];
	return "";
}

static enum outcome
read_approval(struct rows *rows, const char *step, struct approval *p)
{
	bool is_there = rows_next(rows);
	enum outcome how;

	*p = (struct approval){.step = step};
	if (is_there) {
		memcpy(p->id, row_text(rows, 0), ID_SIZE);
		memcpy(p->agree_act, row_text(rows, 1), ID_SIZE);
		p->state = state_of(row_text(rows, 2));
		memcpy(p->by, row_text(rows, 3), ID_SIZE);
		p->agreed_at = row_int(rows, 4);
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
approval_of_step(struct tx *tx, const struct case_row *c, const char *step,
    struct approval *p)
{
	return read_approval(
	    tx_query(tx, Q_APPROVAL_OF_STEP, ARGS(V_TEXT(c->id), V_TEXT(step))),
	    step, p);
}

enum outcome
approval_ordered(struct tx *tx, const struct case_row *c, const char *step,
    struct approval *p)
{
	return read_approval(
	    tx_query(tx, Q_APPROVAL_ORDERED, ARGS(V_TEXT(c->id), V_TEXT(step))),
	    step, p);
}

enum outcome
approval_issue(struct tx *tx, const struct case_row *c,
    const struct approval *p, const struct act *a)
{
	enum outcome how = tx_exec(tx, Q_APPROVAL_ISSUE,
	    ARGS(V_TEXT(p->id), V_TEXT(a->id), V_INT(a->acted_at)));

	return how == OK ? audit_approval(tx, c, p, "approval.issued", a->by)
			 : how;
}

enum outcome
approvals_void(
    struct tx *tx, const struct case_row *c, const struct subject *by)
{
	enum outcome how = tx_exec(tx, Q_APPROVALS_VOID, ARGS(V_TEXT(c->id)));

	if (how != OK)
		return how == NOT_FOUND ? OK : how;
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = "approval.void",
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
			     });
}
