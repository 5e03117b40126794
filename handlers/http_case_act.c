/* What members do to a case besides its steps. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "bars.h"
#include "case_give.h"
#include "case_view.h"
#include "clock.h"
#include "clock_rows.h"
#include "handlers.h"
#include "keyring.h"
#include "member_case.h"
#include "referral.h"
#include "schema.h"

static const struct field assign_fields[] = {
    {.name = "member",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 36},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema assign_schema = {
    assign_fields, NELEM(assign_fields)};

/* An active member who is not barred; to a lead both are "no such member". */
static enum outcome
find_holder(struct tx *tx, const struct case_row *c, const char *login,
    char id[ID_SIZE])
{
	struct subject s = {.kind = BY_MEMBER};
	struct rows *rows = tx_query(
	    tx, Q_MEMBER_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(login)));
	bool is_there = rows_next(rows);
	enum outcome how;

	if (is_there)
		memcpy(s.id, row_text(rows, 0), ID_SIZE);
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there || case_is_barred(tx, c->id, &s))
		return NOT_FOUND;
	memcpy(id, s.id, ID_SIZE);
	return OK;
}

/*
 * Given by hand: the reason is an act of the case, sealed, and whoever holds it
 * now is told, unless they took it themselves.
 */
static enum outcome
give_by_hand(struct tx *tx, const struct request *r, struct case_row *c,
    const char *holder)
{
	json_t *body =
	    json_pack("{s:O}", "reason", json_object_get(r->body, "reason"));
	struct act act = {
	    .case_id = c->id,
	    .kind = "assign",
	    .by = &r->subject,
	    .acted_at = clock_now(),
	    .body = body,
	};
	json_t *why;
	enum outcome how = act_add(tx, &act);

	why = json_pack("{s:s, s:s}", "rule", "by_member", "act", act.id);
	if (how == OK)
		how = case_give(tx, c, holder, why, &r->subject);
	if (how == OK && strcmp(holder, r->subject.id) != 0)
		how = case_tell_holder(tx, c, "assigned");
	json_decref(why);
	json_decref(body);
	return how;
}

/* POST /v1/cases/{code}/assign {member, reason} */
enum outcome
case_assign(struct tx *tx, const struct request *r, struct response *a)
{
	char holder[ID_SIZE];
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_assign, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &assign_schema, a))
		return INVALID;
	how = find_holder(tx, &c, body_text(r, "member"), holder);
	if (how == NOT_FOUND)
		return answer_fault(
		    a, "/member", "không giao được cho thành viên này");
	if (how == OK)
		how = give_by_hand(tx, r, &c, holder);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_summary_json(tx, &c));
}

/* POST /v1/cases/{code}/recuse: one act, no reason asked. */
enum outcome
case_recuse(struct tx *tx, const struct request *r, struct response *a)
{
	struct person who = {0};
	const struct bar bar = {&who, "standing", "recusal", NULL};
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	memcpy(who.member_id, r->subject.id, ID_SIZE);
	return answer_outcome(a, bars_add(tx, &c, &bar, &r->subject));
}
