/* What waits for a second person: asked, listed, approved, withdrawn. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "allow.h"
#include "change.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"

static handler_run *const applies[] = {
#define CHANGE(name, apply) apply,
#include "changes.def"
#undef CHANGE
};

/* 202: nothing is changed yet. */
static enum outcome
ask(struct tx *tx, const struct request *r, struct response *a,
    const struct wanted *w)
{
	struct asked c = {
	    .kind = w->kind, .asker = r->subject, .body = json_incref(w->body)};
	char until[INSTANT_SIZE];
	enum outcome how;

	snprintf(c.about, sizeof(c.about), "%s", w->about);
	snprintf(c.member_id, sizeof(c.member_id), "%s",
	    w->member_id == NULL ? "" : w->member_id);
	how = change_ask(tx, &c);
	instant_format(
	    until, c.expires_at, (int)tx_context(tx)->conf->utc_offset_min);
	how = how == OK ? answer_json(a, 202,
			      json_pack("{s:s, s:s, s:s}", "change", c.id,
				  "state", "pending", "expires_at", until))
			: answer_outcome(a, how);
	change_done(&c);
	return how;
}

/* Not a second person's: the record says so, beside what was done. */
static enum outcome
record_alone(struct tx *tx, const struct request *r, const struct wanted *w)
{
	return admin_audit(tx, r,
	    &(struct happening){.act = "change.alone",
		.object_kind = "change",
		.object_id = change_name(w->kind),
		.detail = json_pack("{s:s}", "about", w->about)});
}

enum outcome
change_make(struct tx *tx, const struct request *r, struct response *a,
    const struct wanted *w)
{
	struct request as = *r;
	char about[ID_SIZE];
	bool guarded;
	enum outcome how = changes_are_guarded(tx, &guarded);

	if (how != OK)
		return answer_outcome(a, how);
	if (guarded && !w->is_free)
		return ask(tx, r, a, w);
	snprintf(about, sizeof(about), "%s", w->about);
	as.body = w->body;
	as.args[0] = about;
	how = applies[w->kind](tx, &as, a);
	if (how != OK)
		return how;
	how = guarded ? admin_told(tx, r, change_name(w->kind))
		      : record_alone(tx, r, w);
	if (how == OK)
		how = changes_are_guarded(tx, &guarded);
	return how == OK ? OK : answer_outcome(a, how);
}

/* ---- By the second person ---- */

static bool
may_look(const struct request *r)
{
	return allow(
	    &r->subject, ACTION_change_approve, &(struct object){0}, SEE_thing);
}

/* GET /v1/admin/changes?all= */
enum outcome
admin_change_list(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_list(
	    a, changes_json(tx, request_query(r, "all") != NULL));
}

/* GET /v1/changes?all=: with what is asked for. */
enum outcome
change_list(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *list;

	if (!may_look(r))
		return answer_problem(a, "forbidden");
	list = changes_json(tx, request_query(r, "all") != NULL);
	changes_add_asked(tx, list);
	return answer_list(a, list);
}

static enum outcome
answer_state(
    struct response *a, const struct asked *c, const char *state, json_t *made)
{
	return answer_json(a, 200,
	    json_pack("{s:s, s:s, s:s, s:s, s:O*}", "id", c->id, "kind",
		change_name(c->kind), "about", c->about, "state", state, "made",
		made));
}

/* As it was asked, by who asked it; what is wrong with it now is answered. */
static enum outcome
apply(
    struct tx *tx, const struct request *r, struct response *a, struct asked *c)
{
	struct request as = *r;
	json_t *made;
	enum outcome how;

	as.subject = c->asker;
	as.body = c->body;
	as.args[0] = c->about;
	how = applies[c->kind](tx, &as, a);
	if (how != OK)
		return how;
	made = json_incref(json_object_get(a->json, "id"));
	how = change_end(tx, c, "approved", &r->subject);
	how = how == OK ? answer_state(a, c, "approved", made)
			: answer_outcome(a, how);
	json_decref(made);
	return how;
}

/* One that waits; answers if there is none. */
static enum outcome
find(
    struct tx *tx, const struct request *r, struct response *a, struct asked *c)
{
	enum outcome how = change_get(tx, r->args[0], c);

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	return how == OK ? OK : answer_outcome(a, how);
}

/* POST /v1/changes/{id}/approve */
enum outcome
change_approve(struct tx *tx, const struct request *r, struct response *a)
{
	struct asked c;
	enum outcome how;

	if (!may_look(r))
		return answer_problem(a, "forbidden");
	how = find(tx, r, a, &c);
	if (how == OK)
		how = change_may(&c, &r->subject) == OK
			  ? apply(tx, r, a, &c)
			  : answer_problem(a, "second_person");
	change_done(&c);
	return how;
}

/* Withdrawn: by who asked, or refused by somebody who might approve. */
static enum outcome
withdraw(struct tx *tx, const struct request *r, struct response *a)
{
	struct asked c;
	enum outcome how = find(tx, r, a, &c);

	if (how == OK)
		how = change_end(tx, &c, "withdrawn", &r->subject);
	if (how == OK)
		how = change_alarm_over(tx, &c);
	if (how == OK)
		how = answer_state(a, &c, "withdrawn", NULL);
	change_done(&c);
	return how;
}

/* POST /v1/admin/changes/{id}/withdraw */
enum outcome
admin_change_withdraw(
    struct tx *tx, const struct request *r, struct response *a)
{
	return withdraw(tx, r, a);
}

/* POST /v1/changes/{id}/withdraw */
enum outcome
change_withdraw(struct tx *tx, const struct request *r, struct response *a)
{
	struct asked c;
	enum outcome how;
	bool is_own;

	if (may_look(r))
		return withdraw(tx, r, a);
	how = change_get(tx, r->args[0], &c);
	is_own = how == OK && strcmp(c.asker.id, r->subject.id) == 0;
	change_done(&c);
	return is_own ? withdraw(tx, r, a) : answer_problem(a, "not_found");
}
