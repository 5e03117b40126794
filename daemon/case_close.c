/* The end of a case, and its return. */
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "gate.h"
#include "people.h"
#include "referral_out.h"

static enum outcome
audit_end(struct tx *tx, const struct act *a, const char *what, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = a->by,
				 .act = what,
				 .object_kind = "case",
				 .object_id = a->case_id,
				 .case_id = a->case_id,
				 .detail = detail,
			     });
}

enum outcome
case_close(
    struct tx *tx, struct case_row *c, const struct act *a, const char *reason)
{
	const char *const kept[] = {
	    referral_step(tx, "referral_feedback"), NULL};
	enum outcome how = clocks_end_all(tx, c, a, kept);

	c->is_open = false;
	c->version++;
	if (how == OK)
		how = tx_exec(tx, Q_CASE_CLOSE,
		    ARGS(V_TEXT(c->id), V_INT(clock_now()), V_TEXT(reason),
			V_INT(c->version)));
	if (how == OK)
		how = audit_end(tx, a, "case.closed",
		    json_pack("{s:s, s:s}", "reason", reason, "act", a->id));
	if (how == OK)
		how = perhaps(
		    tx_exec(tx, Q_REFERRAL_CLOSED, ARGS(V_TEXT(c->id))));
	return how;
}

/* Stopped or barred since: somebody else must hold it. */
static enum outcome
find_holder(struct tx *tx, const struct case_row *c)
{
	struct subject holder = {.kind = BY_MEMBER};

	memcpy(holder.id, c->assignee, ID_SIZE);
	if (c->assignee[0] != '\0' && !case_is_barred(tx, c->id, &holder) &&
	    tx_number(tx, Q_CASE_HOLDER_OK, 0, ARGS(V_TEXT(c->assignee))) > 0)
		return OK;
	return people_reassign(tx, c->id);
}

enum outcome
case_reopen(struct tx *tx, struct case_row *c, const struct act *a)
{
	struct change undecided = {FACT_outcome, 0, a->acted_at};
	enum outcome how;

	c->is_open = true;
	c->version++;
	how =
	    tx_exec(tx, Q_CASE_REOPEN, ARGS(V_TEXT(c->id), V_INT(c->version)));
	if (how == OK)
		how = audit_end(
		    tx, a, "case.reopened", json_pack("{s:s}", "act", a->id));
	if (how == OK)
		how = case_change(tx, c, &undecided, a->by);
	if (how == OK)
		how = clocks_event(tx, c, "reopened", a->acted_at);
	if (how == OK)
		how = find_holder(tx, c);
	if (how == OK)
		how = case_tell_holder(tx, c, "update");
	if (how != OK)
		return how;
	return perhaps(tx_exec(tx, Q_REFERRAL_REOPEN, ARGS(V_TEXT(c->id))));
}
