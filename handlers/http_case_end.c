/* Risk, the closing gate, the end of a case and its return. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "assessment.h"
#include "audit.h"
#include "case_answer.h"
#include "case_view.h"
#include "clock.h"
#include "gate.h"
#include "handlers.h"
#include "member_case.h"
#include "step.h"

/* What all of these acts say: when, and why. */
#define ACT_FIELDS                                                             \
	{.name = "acted_at", .kind = FIELD_INSTANT, .required = true},         \
	    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},    \
	{                                                                      \
		.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 4000     \
	}

/* The case, If-Match, and the body as an act of this kind. */
static enum outcome
begin(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct step_call *k)
{
	enum outcome how = member_case(tx, r, a, what, k->c);

	if (how == OK)
		how = need_match(r, k->c->version, a);
	if (how != OK)
		return how;
	k->act.case_id = k->c->id;
	k->act.by = &r->subject;
	k->body = json_deep_copy(r->body);
	return OK;
}

static enum outcome
finish(struct tx *tx, struct response *a, struct step_call *k, enum outcome how)
{
	k->c->version++;
	if (how == OK)
		how = tx_exec(tx, Q_CASE_VERSION,
		    ARGS(V_TEXT(k->c->id), V_INT(k->c->version)));
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, k->c->version);
	return answer_json(a, 200, case_summary_json(tx, k->c));
}

/* ---- Risk: a human's conclusion, at any time ---- */

static const char *const forms[] = {"M02", "M03", "M06", NULL};
static const struct field risk_fields[] = {
    ACT_FIELDS,
    {.name = "risk",
	.kind = FIELD_WORD,
	.required = true,
	.words = assessment_risks},
    {.name = "form", .kind = FIELD_WORD, .words = forms},
    {.name = "items",
	.kind = FIELD_LIST,
	.low = 1,
	.high = ASSESSMENT_ITEMS_MAX,
	.schema = &assessment_item},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
};
static const struct schema risk_schema = {risk_fields, NELEM(risk_fields)};

static void
check_risk(struct step_call *k, struct faults *faults)
{
	if (step_has(k, "form") && !step_has(k, "items"))
		faults_add(
		    faults, "/items", "cần mức đánh giá từng mục của biểu mẫu");
	assessment_check(k->body, faults);
}

static enum outcome
conclude(struct tx *tx, struct step_call *k)
{
	const char *form = json_string_value(json_object_get(k->body, "form"));
	enum outcome how = act_add(tx, &k->act);

	if (how == OK)
		how = assessment_add(tx, &k->act, form, k->body);
	if (how != OK)
		return how;
	return step_fact(tx, k, FACT_risk, step_text(k, "risk"));
}

/* POST /v1/cases/{code}/risk */
enum outcome
case_risk(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	struct step_call k = {.c = &c, .act = {.kind = "risk"}};
	enum outcome how = begin(tx, r, a, ACTION_case_act, &k);

	if (how != OK)
		return how;
	if (act_read(&k, &risk_schema, &faults))
		check_risk(&k, &faults);
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	else if (!k.c->is_open)
		how = answer_problem(a, "state_conflict");
	else
		how = finish(tx, a, &k, conclude(tx, &k));
	faults_done(&faults);
	step_call_done(&k);
	return how;
}

/* ---- The end ---- */

/* GET /v1/cases/{code}/gate */
enum outcome
case_gate(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	how = audit_add(tx, &(struct happening){
				.actor = &r->subject,
				.act = "case.gate",
				.object_kind = "case",
				.object_id = c.id,
				.case_id = c.id,
			    });
	return how == OK ? gate_answer(tx, &c, a) : answer_outcome(a, how);
}

enum outcome
gate_answer(struct tx *tx, const struct case_row *c, struct response *a)
{
	json_t *unmet = gate_unmet(tx, c);
	bool is_clear = json_array_size(unmet) == 0;

	answer_etag(a, c->version);
	return answer_json(a, 200,
	    json_pack("{s:s, s:b, s:o}", "state", case_state(c), "is_clear",
		is_clear, "unmet", unmet));
}

static const struct field close_fields[] = {
    ACT_FIELDS,
    {.name = "reason",
	.kind = FIELD_WORD,
	.required = true,
	.words = close_reasons},
};
static const struct schema close_schema = {close_fields, NELEM(close_fields)};

/* The reason is the one that was decided. */
static void
check_reason(struct tx *tx, struct step_call *k, struct faults *faults)
{
	json_t *row = tx_object(tx, Q_VIEW_CASE, ARGS(V_TEXT(k->c->id)));
	const char *decided =
	    json_string_value(json_object_get(row, "close_reason"));

	if (decided != NULL && strcmp(decided, step_text(k, "reason")) != 0)
		faults_add(
		    faults, "/reason", "khác với lý do đã được quyết định");
	json_decref(row);
}

static enum outcome
close_if_clear(struct tx *tx, struct step_call *k, struct response *a)
{
	json_t *unmet = gate_unmet(tx, k->c);
	enum outcome how;

	if (json_array_size(unmet) > 0) {
		how = answer_problem(a, "gate_unmet");
		answer_extra(a, "unmet", unmet);
		return how;
	}
	json_decref(unmet);
	how = act_add(tx, &k->act);
	if (how == OK)
		how = case_close(tx, k->c, &k->act, step_text(k, "reason"));
	return finish(tx, a, k, how);
}

/* POST /v1/cases/{code}/close */
enum outcome
case_close_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	struct step_call k = {.c = &c, .act = {.kind = "close"}};
	enum outcome how = begin(tx, r, a, ACTION_case_close, &k);

	if (how != OK)
		return how;
	if (act_read(&k, &close_schema, &faults))
		check_reason(tx, &k, &faults);
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	else if (!k.c->is_open)
		how = answer_problem(a, "state_conflict");
	else
		how = close_if_clear(tx, &k, a);
	faults_done(&faults);
	step_call_done(&k);
	return how;
}

static const struct field reopen_fields[] = {
    ACT_FIELDS,
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
};
static const struct schema reopen_schema = {
    reopen_fields, NELEM(reopen_fields)};

/* POST /v1/cases/{code}/reopen */
enum outcome
case_reopen_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	struct step_call k = {.c = &c, .act = {.kind = "reopen"}};
	enum outcome how = begin(tx, r, a, ACTION_case_close, &k);

	if (how != OK)
		return how;
	if (!act_read(&k, &reopen_schema, &faults))
		how = answer_faults(a, "invalid_fields", &faults);
	else if (k.c->is_open)
		how = answer_problem(a, "state_conflict");
	else {
		how = act_add(tx, &k.act);
		if (how == OK)
			how = case_reopen(tx, &c, &k.act);
		how = finish(tx, a, &k, how);
	}
	faults_done(&faults);
	step_call_done(&k);
	return how;
}
