/*
 * It came to light that the case is not of this ward, or that nobody can find
 * the child any more: open states with clocks of their own.
 */
#include "admin.h"
#include "case_view.h"
#include "handlers.h"
#include "member_case.h"
#include "step.h"

static const char *const areas[] = {"here", "outside", NULL};
static const char *const contacts[] = {"kept", "lost", NULL};
static const struct field fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
    {.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "area", .kind = FIELD_WORD, .words = areas},
    {.name = "contact", .kind = FIELD_WORD, .words = contacts},
    {.name = "residence", .kind = FIELD_WORD, .words = step_residences},
};
static const struct schema schema = {fields, NELEM(fields)};

static enum outcome
apply(struct tx *tx, struct step_call *k, struct response *a)
{
	enum outcome how = act_add(tx, &k->act);

	if (how == OK)
		how = step_facts(tx, k);
	if (how == OK)
		how = step_saved(tx, k);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, k->c->version);
	return answer_json(a, 200, case_summary_json(tx, k->c));
}

static bool
says_something(const struct step_call *k)
{
	return step_has(k, "area") || step_has(k, "contact") ||
	       step_has(k, "residence");
}

/* POST /v1/cases/{code}/whereabouts */
enum outcome
case_whereabouts(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	k.act = (struct act){
	    .case_id = c.id, .kind = "whereabouts", .by = &r->subject};
	k.body = json_deep_copy(r->body);
	if (act_read(&k, &schema, &faults) && !says_something(&k))
		faults_add(&faults, "", "cần area, contact hoặc residence");
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	else if (!c.is_open)
		how = answer_problem(a, "state_conflict");
	else
		how = apply(tx, &k, a);
	faults_done(&faults);
	step_call_done(&k);
	return how;
}
