/* A member did a step. */
#include <stdlib.h>
#include <string.h>

#include "allow.h"
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

static const struct step_kind *const kinds[] = {
#define STEP(name) &step_##name,
#include "steps.def"
#undef STEP
};

const struct step_kind *
step_kind_find(const char *name)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return &step_record;
}

enum outcome
step_end(struct tx *tx, struct step_call *k)
{
	return clocks_done(tx, k->c, k->act.step, &k->act);
}

enum outcome
step_facts(struct tx *tx, struct step_call *k)
{
	enum outcome how = OK;

	for (int f = 0; f < FACT_MAX && how == OK; f++) {
		const char *word = json_string_value(
		    json_object_get(k->body, fact_name((enum fact)f)));

		if (word != NULL)
			how = case_set_fact(tx, k->c, (enum fact)f,
			    fact_word((enum fact)f, word), k->act.by);
	}
	return how;
}

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

/* Everything wrong at once; then the act's own parts leave the body. */
static bool
read_act(
    struct step_call *k, const struct step_kind *kind, struct faults *faults)
{
	const char *at;

	if (!schema_check(kind->schema, k->body, faults))
		return false;
	at = json_string_value(json_object_get(k->body, "acted_at"));
	(void)instant_parse(at, &k->act.acted_at);
	k->act.evidence =
	    json_string_value(json_object_get(k->body, "evidence"));
	check_when(k, faults);
	if (kind->check != NULL)
		kind->check(k, faults);
	k->act.body = k->body;
	return faults->n == 0;
}

static enum outcome
apply(struct tx *tx, struct step_call *k, const struct step_kind *kind)
{
	enum outcome how = act_add(tx, &k->act);

	if (how == OK && kind->done != NULL)
		how = kind->done(tx, k);
	else if (how == OK) {
		how = step_end(tx, k);
		if (how == OK)
			how = step_facts(tx, k);
	}
	if (how != OK)
		return how;
	k->c->version++;
	how = tx_exec(
	    tx, Q_CASE_VERSION, ARGS(V_TEXT(k->c->id), V_INT(k->c->version)));
	if (how != OK || !k->c->is_open)
		return how;
	return perhaps(tx_exec(tx, Q_REFERRAL_STATE,
	    ARGS(V_TEXT(k->c->id), V_TEXT("in_progress"))));
}

static enum outcome
answer_done(struct tx *tx, struct response *a, const struct step_call *k,
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

static bool
is_step_open(struct tx *tx, const struct step_call *k)
{
	return tx_number(tx, Q_CASE_STEP_OPEN, 0,
		   ARGS(V_TEXT(k->c->id), V_TEXT(k->act.step))) > 0;
}

/* POST /v1/cases/{code}/steps/{step}/done */
enum outcome
case_step_done(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct case_row c;
	struct step_call k = {.c = &c};
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	k.step = procedure_step(tx_context(tx)->procedure, r->args[1]);
	if (k.step == NULL)
		return answer_problem(a, "no_such_step");
	k.act = (struct act){.case_id = c.id,
	    .step = step_id(k.step),
	    .kind = step_kind(k.step),
	    .by = &r->subject};
	if (!is_step_open(tx, &k))
		return answer_problem(a, "no_such_step");
	if (!is_theirs(&k, &r->subject))
		return answer_problem(a, "forbidden");
	k.body = json_deep_copy(r->body);
	how = read_act(&k, step_kind_find(k.act.kind), &faults)
		  ? answer_done(
			tx, a, &k, apply(tx, &k, step_kind_find(k.act.kind)))
		  : answer_faults(a, "invalid_fields", &faults);
	json_decref(k.body);
	faults_done(&faults);
	return how;
}
