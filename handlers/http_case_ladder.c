/* Who is called for a case: why, and forcing it on. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_why.h"
#include "clock.h"
#include "clocks.h"
#include "handlers.h"
#include "member_case.h"
#include "schema.h"

static enum outcome
answer_why(struct tx *tx, const struct request *r, const struct case_row *c,
    struct response *a)
{
	enum outcome how = audit_add(tx, &(struct happening){
					     .actor = &r->subject,
					     .act = "case.why",
					     .object_kind = "case",
					     .object_id = c->id,
					     .case_id = c->id,
					 });

	return how == OK ? answer_json(a, 200, case_why_json(tx, c))
			 : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/why */
enum outcome
case_why(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	return how == OK ? answer_why(tx, r, &c, a) : how;
}

/* GET /v1/admin/cases/{code}/why */
enum outcome
admin_case_why(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_why(tx, r, &c, a) : answer_outcome(a, how);
}

static const struct field escalate_fields[] = {
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 500},
    {.name = "step", .kind = FIELD_TEXT, .low = 1, .high = 32},
};
static const struct schema escalate_schema = {
    escalate_fields, NELEM(escalate_fields)};

/* The reason is told in words, and sealed. */
static enum outcome
escalate(struct tx *tx, const struct request *r, const struct case_row *c)
{
	struct act act = {
	    .case_id = c->id,
	    .step = body_text(r, "step"),
	    .kind = "escalate",
	    .by = &r->subject,
	    .acted_at = clock_now(),
	    .body = r->body,
	};
	enum outcome how = clocks_force(tx, c, act.step, &r->subject);

	return how == OK ? act_add(tx, &act) : how;
}

/* POST /v1/cases/{code}/escalate {reason, step} */
enum outcome
case_escalate(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_escalate, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &escalate_schema, a))
		return INVALID;
	how = escalate(tx, r, &c);
	if (how == NOT_FOUND)
		return answer_problem(a, "state_conflict");
	return answer_outcome(a, how);
}

/* POST /v1/admin/cases/{code}/escalate {by, reason, step} */
enum outcome
admin_case_escalate(struct tx *tx, const struct request *r, struct response *a)
{
	struct request as = *r;
	enum outcome how = as_member(tx, r, a, "by", &as);

	if (how != OK)
		return how;
	how = case_escalate(tx, &as, a);
	json_decref(as.body);
	if (how == OK && a->status < 300)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "escalate.by_phone",
			.object_kind = "member",
			.object_id = as.subject.id});
	return how;
}
