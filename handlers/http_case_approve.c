/* The chairman's will: agreed by login, or ordered by word of mouth. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "approval.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"
#include "handlers.h"
#include "phoned.h"
#include "procedure_gate.h"
#include "step.h"
#include "totp.h"

/* Takes a member out of the body that the kind's schema does not know. */
static json_t *
take(struct step_call *k, const char *name)
{
	json_t *value = json_incref(json_object_get(k->body, name));

	json_object_del(k->body, name);
	return value;
}

static const struct field refusal_fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
};
static const struct schema refusal_schema = {
    refusal_fields, NELEM(refusal_fields)};

/* Every mistake at once; a will to be kept has no paper yet. */
static bool
read_will(struct tx *tx, struct step_call *k, const struct schema *s,
    struct faults *faults)
{
	if (step_has(k, "paper"))
		faults_add(faults, "/paper",
		    "số, ngày văn bản được ghi khi ban hành, sau khi đồng ý");
	return step_read(tx, k, s, faults) && faults->n == 0;
}

/* The will of a member is in the record. */
static enum outcome
keep_will(struct tx *tx, struct step_call *k, struct approval *p)
{
	memcpy(p->agree_act, k->act.id, ID_SIZE);
	p->step = step_id(k->step);
	p->agreed_at = k->act.acted_at;
	return approval_add(tx, k->c, p, k->act.by);
}

/* What must be done again opens. */
static enum outcome
refused(struct tx *tx, struct step_call *k)
{
	char *event = xasprintf("%s.refused", step_id(k->step));
	enum outcome how = clocks_event(tx, k->c, event, k->act.acted_at);

	free(event);
	return how;
}

/* The step goes on until the paper is issued. */
static enum outcome
agree(struct tx *tx, struct step_call *k, struct approval *p)
{
	enum outcome how;

	memcpy(p->by, k->act.by->id, ID_SIZE);
	k->act.kind = strcmp(p->state, "agreed") == 0 ? "agree" : "refuse";
	how = act_add(tx, &k->act);
	if (how == OK)
		how = keep_will(tx, k, p);
	if (how == OK && strcmp(p->state, "refused") == 0)
		how = refused(tx, k);
	return how == OK ? step_saved(tx, k) : how;
}

static enum outcome
read_agree(
    struct tx *tx, struct step_call *k, struct approval *p, struct response *a)
{
	const struct schema *s = step_kind_find(k->act.kind)->schema;
	json_t *agreed = take(k, "agreed");
	struct faults faults = {0};
	enum outcome how = OK;

	p->state = json_is_true(agreed) ? "agreed" : "refused";
	if (!json_is_boolean(agreed))
		faults_add(&faults, "/agreed", "phải là true hoặc false");
	else
		(void)read_will(
		    tx, k, json_is_true(agreed) ? s : &refusal_schema, &faults);
	json_decref(agreed);
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	faults_done(&faults);
	return how;
}

/* Who has a second factor shows it. */
static bool
is_proved(struct tx *tx, const struct request *r)
{
	return r->subject.proof == PROOF_TOTP || !totp_is_on(tx, r->subject.id);
}

/* POST /v1/cases/{code}/steps/{step}/agree */
enum outcome
case_step_agree(struct tx *tx, const struct request *r, struct response *a)
{
	struct approval p = {0};
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = step_begin(tx, r, a, ACTION_case_approve, &k);

	if (how != OK)
		return how;
	if (!step_needs_approval(k.step))
		how = answer_problem(a, "state_conflict");
	else if (!is_proved(tx, r))
		how = answer_problem(a, "session_needed");
	else
		how = read_agree(tx, &k, &p, a);
	if (how == OK) {
		how = approval_may(tx, &c, k.act.by, k.act.acted_at, &p.why);
		how = how == REFUSED ? answer_problem(a, "not_acting")
				     : step_answer(tx, a, &k,
					   how == OK ? agree(tx, &k, &p) : how);
	}
	step_call_done(&k);
	return how;
}

/* ---- By word of mouth ---- */

static const struct field order_fields[] = {
    {.name = "ordered_by",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 32},
    {.name = "witness",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
};
static const struct schema order_schema = {order_fields, NELEM(order_fields)};

/* Who ordered it, and who heard it: two people. */
static bool
read_order(struct tx *tx, struct step_call *k, struct subject *boss,
    struct faults *faults)
{
	json_t *who = take(k, "ordered_by"), *witness = take(k, "witness");
	json_t *order =
	    json_pack("{s:O*, s:O*}", "ordered_by", who, "witness", witness);

	if (schema_check(&order_schema, order, faults)) {
		if (member_subject(tx, json_string_value(who), boss) != OK)
			faults_add(
			    faults, "/ordered_by", "không có thành viên này");
		if (strcmp(json_string_value(who),
			json_string_value(witness)) == 0)
			faults_add(faults, "/witness",
			    "phải là người khác với người ra lệnh");
	}
	if (faults->n == 0 &&
	    read_will(tx, k, step_kind_find(k->act.kind)->schema, faults))
		json_object_update(k->body, order);
	json_decref(order);
	json_decref(who);
	json_decref(witness);
	return faults->n == 0;
}

/* The step is done by it, and the paper's own clock starts. */
static enum outcome
obey(struct tx *tx, struct step_call *k, struct approval *p, const char *event)
{
	enum outcome how = act_add(tx, &k->act);

	if (how == OK)
		how = keep_will(tx, k, p);
	if (how == OK)
		how = step_effect(tx, k);
	return how == OK ? clocks_event(tx, k->c, event, k->act.acted_at) : how;
}

static enum outcome
oral(struct tx *tx, struct step_call *k, struct response *a, const char *event)
{
	struct approval p = {.state = "ordered"};
	struct faults faults = {0};
	struct subject boss;
	enum outcome how;

	if (!read_order(tx, k, &boss, &faults)) {
		how = answer_faults(a, "invalid_fields", &faults);
		faults_done(&faults);
		return how;
	}
	memcpy(p.by, boss.id, ID_SIZE);
	how = approval_may(tx, k->c, &boss, k->act.acted_at, &p.why);
	if (how == REFUSED)
		return answer_fault(a, "/ordered_by",
		    "người này không có quyền ra lệnh vào lúc đó");
	if (how == OK)
		how = obey(tx, k, &p, event);
	return step_answer(tx, a, k, how == OK ? step_saved(tx, k) : how);
}

/* POST /v1/cases/{code}/steps/{step}/oral */
enum outcome
case_step_oral(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = step_begin(tx, r, a, ACTION_case_act, &k);
	char *event;

	if (how != OK)
		return how;
	event = xasprintf("%s.oral", step_id(k.step));
	if (!step_needs_approval(k.step) ||
	    !procedure_opens_any(tx_context(tx)->procedure, event))
		how = answer_problem(a, "no_oral_order");
	else
		how = oral(tx, &k, a, event);
	free(event);
	step_call_done(&k);
	return how;
}

/* ---- By the authority outside, on the telephone ---- */

static const struct field outside_fields[] = {
    {.name = "call",
	.kind = FIELD_OBJECT,
	.required = true,
	.schema = &phoned_schema},
};
static const struct schema outside_schema = {
    outside_fields, NELEM(outside_fields)};

/* Whom they spoke with, and what was decided. */
static bool
read_outside(struct tx *tx, struct step_call *k, struct faults *faults)
{
	json_t *call = take(k, "call");
	json_t *record = json_pack("{s:O*}", "call", call);

	if (schema_check(&outside_schema, record, faults))
		phoned_check(call, "/call", k->c->t0_at, faults);
	if (faults->n == 0 &&
	    read_will(tx, k, step_kind_find(k->act.kind)->schema, faults))
		json_object_update(k->body, record);
	json_decref(record);
	json_decref(call);
	return faults->n == 0;
}

static enum outcome
outside(struct tx *tx, struct step_call *k, struct response *a)
{
	struct approval p = {.state = "agreed", .why = "outside"};
	struct faults faults = {0};
	enum outcome how;

	if (!read_outside(tx, k, &faults)) {
		how = answer_faults(a, "invalid_fields", &faults);
		faults_done(&faults);
		return how;
	}
	how = approval_outside(tx, k->c, k->act.acted_at);
	if (how == REFUSED)
		return answer_problem(a, "not_outside");
	return step_answer(tx, a, k, how == OK ? agree(tx, k, &p) : how);
}

/*
 * POST /v1/cases/{code}/steps/{step}/outside: neither chairman nor vice chairman
 * can decide; a member who may act writes down what the authority outside said.
 * The step ends when its paper is issued, as after an agreement.
 */
enum outcome
case_step_outside(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = step_begin(tx, r, a, ACTION_case_act, &k);

	if (how != OK)
		return how;
	if (!step_needs_approval(k.step))
		how = answer_problem(a, "state_conflict");
	else if (procedure_authority(tx_context(tx)->procedure) == NULL)
		how = answer_problem(a, "not_outside");
	else if (!is_proved(tx, r))
		how = answer_problem(a, "session_needed");
	else
		how = outside(tx, &k, a);
	step_call_done(&k);
	return how;
}
