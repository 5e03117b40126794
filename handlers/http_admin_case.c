/* Cases, alerts and notifications for hotlinectl: codes and states only. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "alert.h"
#include "audit.h"
#include "case_answer.h"
#include "case_give.h"
#include "case_view.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "people.h"

/* The admin looked at or did something to a case. */
static enum outcome
audit_case(struct tx *tx, const struct request *r, const struct case_row *c,
    const char *act, json_t *detail)
{
	const struct happening h = {
	    .actor = &r->subject,
	    .act = act,
	    .object_kind = "case",
	    .object_id = c->id,
	    .case_id = c->id,
	    .detail = detail,
	};

	return audit_add(tx, &h);
}

/* GET /v1/admin/cases/{code} */
enum outcome
admin_case_read(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	if (how == OK)
		how = audit_case(tx, r, &c, "case.read", NULL);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_summary_json(tx, &c));
}

static void
default_to_now(const struct tx *tx, json_t *body)
{
	char now[INSTANT_SIZE];

	instant_format(
	    now, clock_now(), (int)tx_context(tx)->conf->utc_offset_min);
	if (json_object_get(body, "acted_at") == NULL)
		json_object_set_new(body, "acted_at", json_string(now));
}

/* What a member says on the phone: who does it, and how the chain tells. */
struct said {
	handler_run *run;
	const char *act;
	const char *of; /* what the path names after the case */
};

/* It is recorded as the member's own act, under the member's own rights. */
static enum outcome
say_by_phone(struct tx *tx, const struct request *r, struct response *a,
    const struct said *s)
{
	struct request as = *r;
	struct case_row c;
	enum outcome how = as_member(tx, r, a, "by", &as);

	if (how != OK)
		return how;
	as.if_match = "*";
	how = s->run(tx, &as, a);
	json_decref(as.body);
	if (how != OK || a->status >= 300)
		return how;
	how = case_find(tx, r->args[0], &c);
	if (how == OK)
		how = audit_case(tx, r, &c, s->act,
		    json_pack("{s:s*, s:s}", s->of, r->args[1], "member",
			as.subject.id));
	return how;
}

/* Of what has an instant of its own: now, if none was said. */
static enum outcome
by_phone(struct tx *tx, const struct request *r, struct response *a,
    const struct said *s)
{
	struct request dated = *r;
	enum outcome how;

	dated.body = json_copy(r->body);
	default_to_now(tx, dated.body);
	how = say_by_phone(tx, &dated, a, s);
	json_decref(dated.body);
	return how;
}

/* POST /v1/admin/cases/{code}/steps/{step}/done */
enum outcome
admin_step_done(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(
	    tx, r, a, &(struct said){case_step_done, "step.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/steps/{step}/oral */
enum outcome
admin_step_oral(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(
	    tx, r, a, &(struct said){case_step_oral, "step.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/risk */
enum outcome
admin_case_risk(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(
	    tx, r, a, &(struct said){case_risk, "risk.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/close */
enum outcome
admin_case_close(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(tx, r, a,
	    &(struct said){case_close_post, "close.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/reopen */
enum outcome
admin_case_reopen(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(tx, r, a,
	    &(struct said){case_reopen_post, "reopen.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/assign {by, member, reason} */
enum outcome
admin_case_assign(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(
	    tx, r, a, &(struct said){case_assign, "assign.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/notes {by, text} */
enum outcome
admin_note_post(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(
	    tx, r, a, &(struct said){case_note_post, "note.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/plan/activities/{number} */
enum outcome
admin_case_activity(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = by_phone(tx, r, a,
	    &(struct said){case_activity, "activity.by_phone", "activity"});

	if (how != OK || a->status >= 300)
		return how;
	/* The member may read the plan, who types for him may not. */
	how = case_find(tx, r->args[0], &c);
	return how == OK ? plan_answer(tx, r, &c, false, a)
			 : answer_outcome(a, how);
}

/* POST /v1/admin/cases/{code}/refer */
enum outcome
admin_case_refer(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(
	    tx, r, a, &(struct said){case_refer, "refer.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/transfer */
enum outcome
admin_case_transfer(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_transfer, "transfer.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/whereabouts */
enum outcome
admin_case_whereabouts(
    struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(tx, r, a,
	    &(struct said){case_whereabouts, "whereabouts.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/referrals/{id}/answer */
enum outcome
admin_referral_answer(
    struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){
		case_referral_answer, "referral.by_phone", "referral"});
}

/* POST /v1/admin/cases/{code}/split {by, child, reason} */
enum outcome
admin_case_split(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_split_post, "split.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/correct {by, child or person, set, reason} */
enum outcome
admin_case_correct(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(
	    tx, r, a, &(struct said){case_patch, "correct.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/notes/{id}/correct {by, text, reason} */
enum outcome
admin_note_correct(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_note_correct, "note.by_phone", "note"});
}

/* POST /v1/admin/cases/{code}/merge {by, case, reason} */
enum outcome
admin_case_merge(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_merge_post, "merge.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/unmerge {by, reason} */
enum outcome
admin_case_unmerge(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_unmerge_post, "unmerge.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/links {by, case, kind, reason} */
enum outcome
admin_case_link(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(
	    tx, r, a, &(struct said){case_link_post, "link.by_phone", "step"});
}

/* POST /v1/admin/cases/{code}/links/{id}/end {by, reason} */
enum outcome
admin_case_link_end(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_link_end_post, "unlink.by_phone", "link"});
}

/* POST /v1/admin/cases/{code}/attach {by, referral, reason} */
enum outcome
admin_case_attach(struct tx *tx, const struct request *r, struct response *a)
{
	return say_by_phone(tx, r, a,
	    &(struct said){case_attach_post, "attach.by_phone", "step"});
}

/* GET /v1/admin/cases/{code}/gate */
enum outcome
admin_case_gate(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	if (how == OK)
		how = audit_case(tx, r, &c, "case.gate", NULL);
	return how == OK ? gate_answer(tx, &c, a) : answer_outcome(a, how);
}

/* GET /v1/admin/cases/{code}/plan */
enum outcome
admin_case_plan(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? plan_answer(tx, r, &c, false, a)
			 : answer_outcome(a, how);
}
