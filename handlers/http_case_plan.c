/* The plan of a case: read, and its activities changed. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_answer.h"
#include "case_view.h"
#include "handlers.h"
#include "member_case.h"
#include "plan.h"
#include "step.h"

enum outcome
plan_answer(struct tx *tx, const struct request *r, const struct case_row *c,
    bool sealed, struct response *a)
{
	json_t *plan = plan_json(tx, c, sealed);
	enum outcome how = audit_add(tx, &(struct happening){
					     .actor = &r->subject,
					     .act = "case.plan",
					     .object_kind = "case",
					     .object_id = c->id,
					     .case_id = c->id,
					 });

	if (how != OK || plan == NULL) {
		json_decref(plan);
		return how != OK ? answer_outcome(a, how)
				 : answer_problem(a, "not_found");
	}
	answer_etag(a, c->version);
	return answer_json(a, 200, plan);
}

/* GET /v1/cases/{code}/plan */
enum outcome
case_plan(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	return how == OK ? plan_answer(tx, r, &c, true, a) : how;
}

static const struct field change_fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
    {.name = "activity", .kind = FIELD_OBJECT, .schema = &plan_activity},
    {.name = "cancel", .kind = FIELD_BOOL},
};
static const struct schema change_schema = {
    change_fields, NELEM(change_fields)};

static void
check_change(const struct step_call *k, struct faults *faults)
{
	const json_t *activity = json_object_get(k->body, "activity");
	bool cancels = json_is_true(json_object_get(k->body, "cancel"));

	if ((activity != NULL) == cancels)
		faults_add(
		    faults, "", "cần đúng một trong activity, cancel: true");
	else if (activity != NULL)
		plan_activity_check(activity, "/activity", faults);
}

static enum outcome
change(struct tx *tx, struct step_call *k, const struct activity *v)
{
	enum outcome how = act_add(tx, &k->act);

	if (how == OK)
		how = activity_change(
		    tx, k->c, v, &k->act, json_object_get(k->body, "activity"));
	return how == OK ? step_saved(tx, k) : how;
}

static enum outcome
find(struct tx *tx, const struct request *r, const struct case_row *c,
    struct activity *v)
{
	int64_t number;

	if (!number_parse(r->args[1], 1, INT32_MAX, &number))
		return NOT_FOUND;
	return activity_get(tx, c, number, v);
}

static enum outcome
change_read(struct tx *tx, struct step_call *k, const struct activity *v,
    struct response *a)
{
	struct faults faults = {0};
	enum outcome how;

	if (act_read(k, &change_schema, &faults))
		check_change(k, &faults);
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	else if (!v->is_planned || v->is_replaced || !k->c->is_open)
		how = answer_problem(a, "state_conflict");
	else
		how = change(tx, k, v);
	faults_done(&faults);
	if (how != OK)
		return a->status != 0 ? how : answer_outcome(a, how);
	answer_etag(a, k->c->version);
	return answer_json(a, 200, plan_json(tx, k->c, true));
}

/* POST /v1/cases/{code}/plan/activities/{number} */
enum outcome
case_activity(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct activity v;
	struct step_call k = {.c = &c, .act = {.kind = "activity"}};
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	how = find(tx, r, &c, &v);
	if (how != OK)
		return answer_outcome(a, how);
	k.act.case_id = c.id;
	k.act.by = &r->subject;
	k.body = json_deep_copy(r->body);
	how = change_read(tx, &k, &v, a);
	step_call_done(&k);
	return how;
}
