/* Cases that are one, or are not: merged, taken apart, split. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_merge.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"
#include "mau01.h"
#include "member_case.h"

#define REASON                                                                 \
	{                                                                      \
		.name = "reason", .kind = FIELD_TEXT, .required = true,        \
		.low = 1, .high = 1000                                         \
	}

/* The answer to what moved a case: its state now, with its tag. */
static enum outcome
answer_case(struct tx *tx, struct response *a, const struct case_row *c,
    enum outcome how)
{
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c->version);
	return answer_json(a, 200, case_summary_json(tx, c));
}

static json_t *
reason_of(const struct request *r)
{
	return json_pack("{s:O}", "reason", json_object_get(r->body, "reason"));
}

enum outcome
member_other_case(struct tx *tx, const struct request *r, enum action what,
    struct case_row *c)
{
	struct object o;
	enum outcome how = case_find(tx, body_text(r, "case"), c);

	case_object(tx, c, &r->subject, &o);
	if (how == OK && !allow(&r->subject, what, &o, SEE_thing))
		return NOT_FOUND;
	return how;
}

static const struct field merge_fields[] = {
    {.name = "case",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 15},
    REASON,
};
static const struct schema merge_schema = {merge_fields, NELEM(merge_fields)};

/* POST /v1/cases/{code}/merge {case, reason}: that one goes into this one. */
enum outcome
case_merge_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c, gone;
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_join, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &merge_schema, a))
		return INVALID;
	how = member_other_case(tx, r, ACTION_case_join, &gone);
	if (how == NOT_FOUND)
		return answer_fault(a, "/case", "không có vụ việc này");
	why = reason_of(r);
	if (how == OK)
		how = case_merge(
		    tx, &c, &gone, &(struct joining){why, &r->subject});
	json_decref(why);
	return answer_case(tx, a, &c, how);
}

static const struct field unmerge_fields[] = {REASON};
static const struct schema unmerge_schema = {
    unmerge_fields, NELEM(unmerge_fields)};

/* POST /v1/cases/{code}/unmerge {reason}: of a merged case. */
enum outcome
case_unmerge_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row gone;
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_join, &gone);

	if (how == OK)
		how = need_match(r, gone.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &unmerge_schema, a))
		return INVALID;
	why = reason_of(r);
	how = case_unmerge(tx, &gone, &(struct joining){why, &r->subject});
	json_decref(why);
	return answer_case(tx, a, &gone, how);
}

static const struct field split_fields[] = {REASON};
static const struct schema split_schema = {split_fields, NELEM(split_fields)};

/* All but "child", which is checked as part 2 of Mau 01. */
static bool
read_split(const struct request *r, struct faults *faults)
{
	const json_t *child = json_object_get(r->body, "child");
	json_t *rest = json_copy(r->body);
	struct faults found = {0};

	json_object_del(rest, "child");
	(void)schema_check(&split_schema, rest, faults);
	json_decref(rest);
	(void)mau01_check_part("child", child, clock_now(), &found);
	for (size_t i = 0; i < faults_held(&found); i++) {
		char *at = xasprintf("/child%s", found.list[i].where);

		faults_add(faults, at, "%s", found.list[i].what);
		free(at);
	}
	faults_done(&found);
	return faults->n == 0;
}

static enum outcome
split(struct tx *tx, const struct request *r, struct response *a,
    struct case_row *c)
{
	json_t *why = reason_of(r);
	struct case_row fresh;
	enum outcome how = case_split(tx, c, json_object_get(r->body, "child"),
	    &(struct joining){why, &r->subject}, &fresh);

	json_decref(why);
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	answer_header(a, "Location", "/v1/cases/%s", fresh.code);
	return answer_json(a, 201, json_pack("{s:s}", "code", fresh.code));
}

/* POST /v1/cases/{code}/split {child, reason} */
enum outcome
case_split_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_join, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	how = read_split(r, &faults)
		  ? split(tx, r, a, &c)
		  : answer_faults(a, "invalid_fields", &faults);
	faults_done(&faults);
	return how;
}
