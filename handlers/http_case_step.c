/* A member did a step. */
#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "case_give.h"
#include "case_open.h"
#include "case_view.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"
#include "handlers.h"
#include "member_case.h"
#include "people.h"
#include "step.h"

/* Evidence stands in the open: what cannot be anybody's name. */
#define EVIDENCE                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-"

/*
 * Whose step it is: a role, its deputy, or whoever holds the case and writes
 * for a partner who has no account.
 */
static bool
is_theirs(const struct step_call *k, const struct subject *s)
{
	static const struct {
		const char *role;
		unsigned deputies;
		bool holder;
	} rules[] = {
	    {"holder", 1u << ROLE_lead, true},
	    {"officer", 1u << ROLE_officer | 1u << ROLE_lead, true},
	    {"lead",
		1u << ROLE_lead | 1u << ROLE_chairman |
		    1u << ROLE_vice_chairman,
		false},
	    {"chairman", 1u << ROLE_chairman | 1u << ROLE_vice_chairman, false},
	    {"vice_chairman", 1u << ROLE_chairman | 1u << ROLE_vice_chairman,
		false},
	};
	const char *role = step_role(k->step);
	bool holds = strcmp(k->c->assignee, s->id) == 0;
	unsigned bits = 0;

	/* The chairman has agreed; whoever may act writes the number down. */
	if (step_needs_approval(k->step))
		return true;
	for (size_t i = 0; i < NELEM(rules); i++)
		if (strcmp(rules[i].role, role) == 0)
			return (s->roles & rules[i].deputies) != 0 ||
			       (rules[i].holder && holds);
	return holds || (roles_parse(role, &bits) && (s->roles & bits) != 0);
}

static void
check_when(const struct step_call *k, struct faults *faults)
{
	const char *evidence = k->act.evidence;

	if (k->act.acted_at > clock_now())
		faults_add(faults, "/acted_at", "không được ở tương lai");
	if (k->act.acted_at < k->c->t0_at)
		faults_add(faults, "/acted_at",
		    "không được trước khi thông báo được tiếp nhận");
	if (evidence != NULL && strspn(evidence, EVIDENCE) != strlen(evidence))
		faults_add(faults, "/evidence",
		    "chỉ gồm chữ không dấu, số và _ . / -, không có khoảng "
		    "trắng");
}

bool
act_read(struct step_call *k, const struct schema *s, struct faults *faults)
{
	const char *at;

	k->act.body = NULL;
	if (!schema_check(s, k->body, faults))
		return false;
	at = json_string_value(json_object_get(k->body, "acted_at"));
	(void)instant_parse(at, &k->act.acted_at);
	k->act.evidence =
	    json_string_value(json_object_get(k->body, "evidence"));
	k->act.body = k->body;
	check_when(k, faults);
	return faults->n == 0;
}

bool
step_read(struct tx *tx, struct step_call *k, const struct schema *s,
    struct faults *faults)
{
	const struct step_kind *kind = step_kind_find(step_kind(k->step));
	size_t held = faults->n;

	(void)act_read(k, s, faults);
	if (k->act.body == NULL)
		return false; /* its shape is wrong */
	step_paper_check(tx, k, faults);
	if (s == kind->schema && kind->check != NULL)
		kind->check(tx, k, faults);
	return faults->n == held;
}

enum outcome
step_effect(struct tx *tx, struct step_call *k)
{
	const struct step_kind *kind = step_kind_find(step_kind(k->step));

	return kind->done != NULL ? kind->done(tx, k) : step_finish(tx, k);
}

static enum outcome
apply(struct tx *tx, struct step_call *k)
{
	enum outcome how = act_add(tx, &k->act);

	if (how == OK)
		how = step_effect(tx, k);
	return how == OK ? step_saved(tx, k) : how;
}

enum outcome
step_saved(struct tx *tx, struct step_call *k)
{
	enum outcome how;

	k->c->version++;
	how = tx_exec(
	    tx, Q_CASE_VERSION, ARGS(V_TEXT(k->c->id), V_INT(k->c->version)));
	if (how != OK || !k->c->is_open)
		return how;
	return case_referrals_on(tx, k->c, "in_progress");
}

enum outcome
step_answer(struct tx *tx, struct response *a, const struct step_call *k,
    enum outcome how)
{
	if (how == NOT_FOUND)
		return answer_problem(a, "no_such_step");
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, k->c->version);
	return answer_json(a, 200,
	    json_pack("{s:s, s:s, s:o}", "act", k->act.id, "step", k->act.step,
		"case", case_summary_json(tx, k->c)));
}

/* A clock of it runs, if need be from now on. */
static bool
is_open(struct tx *tx, const struct step_call *k)
{
	struct item_clock i = {.c = k->c,
	    .step = step_id(k->step),
	    .item = "",
	    .start_at = clock_now()};

	if (tx_number(tx, Q_CASE_STEP_OPEN, 0,
		ARGS(V_TEXT(k->c->id), V_TEXT(k->act.step))) > 0)
		return true;
	return k->c->is_open && step_kind_find(step_kind(k->step))->any_time &&
	       clocks_open_item(tx, &i) == OK;
}

enum outcome
step_begin(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct step_call *k)
{
	enum outcome how = member_case(tx, r, a, what, k->c);

	if (how == OK)
		how = need_match(r, k->c->version, a);
	if (how != OK)
		return how;
	k->step = procedure_step(tx_context(tx)->procedure, r->args[1]);
	if (k->step == NULL)
		return answer_problem(a, "no_such_step");
	k->act = (struct act){.case_id = k->c->id,
	    .step = step_id(k->step),
	    .kind = step_kind(k->step),
	    .by = &r->subject};
	if (!is_open(tx, k))
		return answer_problem(a, "no_such_step");
	k->c->doing = k->act.step;
	k->body = json_deep_copy(r->body);
	return OK;
}

void
step_call_done(struct step_call *k)
{
	json_decref(k->body);
}

/* ---- Steps that were agreed to and are issued now ---- */

static const struct field issue_fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
    {.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "paper",
	.kind = FIELD_OBJECT,
	.required = true,
	.schema = &paper_schema},
};
static const struct schema issue_schema = {issue_fields, NELEM(issue_fields)};

/* The decision as the chairman agreed to it, with the paper of now. */
static bool
read_issue(struct tx *tx, struct step_call *k, const struct approval *p,
    struct faults *faults)
{
	json_t *agreed;
	bool ok;

	if (!step_read(tx, k, &issue_schema, faults))
		return false;
	if (k->act.acted_at < p->agreed_at)
		faults_add(
		    faults, "/acted_at", "không được trước khi được đồng ý");
	agreed = case_open_act(tx, p->agree_act);
	json_object_del(agreed, "call"); /* stays with that act */
	json_object_update_missing(k->body, agreed);
	json_decref(agreed);
	ok = step_read(tx, k, step_kind_find(k->act.kind)->schema, faults);
	return ok && faults->n == 0;
}

static enum outcome
issue(struct tx *tx, struct step_call *k, struct response *a)
{
	struct faults faults = {0};
	struct approval p;
	enum outcome how = approval_of_step(tx, k->c, k->act.step, &p);

	if (how != OK && how != NOT_FOUND)
		return answer_outcome(a, how);
	if (how == NOT_FOUND || strcmp(p.state, "agreed") != 0)
		return answer_problem(a, "not_agreed");
	if (!read_issue(tx, k, &p, &faults))
		how = answer_faults(a, "invalid_fields", &faults);
	else {
		how = apply(tx, k);
		if (how == OK)
			how = approval_issue(tx, k->c, &p, &k->act);
		how = step_answer(tx, a, k, how);
	}
	faults_done(&faults);
	return how;
}

static enum outcome
did(struct tx *tx, struct step_call *k, struct response *a)
{
	const struct schema *s = step_kind_find(k->act.kind)->schema;
	struct faults faults = {0};
	enum outcome how = step_read(tx, k, s, &faults)
			       ? step_answer(tx, a, k, apply(tx, k))
			       : answer_faults(a, "invalid_fields", &faults);

	faults_done(&faults);
	return how;
}

/* POST /v1/cases/{code}/steps/{step}/done */
enum outcome
case_step_done(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = step_begin(tx, r, a, ACTION_case_act, &k);

	if (how != OK)
		return how;
	if (!is_theirs(&k, &r->subject))
		how = answer_problem(a, "forbidden");
	else
		how = step_needs_approval(k.step) ? issue(tx, &k, a)
						  : did(tx, &k, a);
	step_call_done(&k);
	return how;
}
