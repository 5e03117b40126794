/* What belongs to a case: other cases, and notifications of others. */
#include "admin.h"
#include "audit.h"
#include "case_attach.h"
#include "case_links.h"
#include "case_view.h"
#include "handlers.h"
#include "member_case.h"

static json_t *
reason_of(const struct request *r)
{
	return json_pack("{s:O}", "reason", json_object_get(r->body, "reason"));
}

static const struct field link_fields[] = {
    {.name = "case",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 15},
    {.name = "kind",
	.kind = FIELD_WORD,
	.required = true,
	.words = case_link_kinds},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema link_schema = {link_fields, NELEM(link_fields)};

/* POST /v1/cases/{code}/links {case, kind, reason} */
enum outcome
case_link_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c, other;
	struct link l = {.c = &c, .other = &other};
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &link_schema, a))
		return INVALID;
	how = member_other_case(tx, r, ACTION_case_read, &other);
	if (how == NOT_FOUND)
		return answer_fault(a, "/case", "không có vụ việc này");
	why = reason_of(r);
	l.kind = body_text(r, "kind");
	if (how == OK)
		how = case_link(tx, &l, &(struct joining){why, &r->subject});
	json_decref(why);
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	return how == OK ? answer_json(a, 201, json_pack("{s:s}", "id", l.id))
			 : answer_outcome(a, how);
}

static const struct field reason_fields[] = {
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema reason_schema = {
    reason_fields, NELEM(reason_fields)};

/* POST /v1/cases/{code}/links/{id}/end {reason}: it was none. */
enum outcome
case_link_end_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &reason_schema, a))
		return INVALID;
	why = reason_of(r);
	how = case_link_end(
	    tx, &c, r->args[1], &(struct joining){why, &r->subject});
	json_decref(why);
	return answer_outcome(a, how);
}

/* GET /v1/admin/cases/{code}/links: codes and kinds. */
enum outcome
admin_case_links(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	int untrue;
	enum outcome how = case_find(tx, r->args[0], &c);

	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "case.links",
			.object_kind = "case",
			.object_id = c.id,
			.case_id = c.id});
	return how == OK ? answer_list(
			       a, case_links_json(tx, &c, &r->subject, &untrue))
			 : answer_outcome(a, how);
}

static const struct field attach_fields[] = {
    {.name = "referral",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 36,
	.high = 36},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema attach_schema = {
    attach_fields, NELEM(attach_fields)};

/* POST /v1/cases/{code}/attach {referral, reason} */
enum outcome
case_attach_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &attach_schema, a))
		return INVALID;
	why = reason_of(r);
	how = case_attach(tx, &c, body_text(r, "referral"),
	    &(struct joining){why, &r->subject});
	json_decref(why);
	if (how == NOT_FOUND)
		return answer_fault(a, "/referral", "không có thông báo này");
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_summary_json(tx, &c));
}
