/* Referrals that the ward sent to an agency: it reads and answers them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "clock.h"
#include "handlers.h"
#include "referral.h"
#include "referral_out.h"
#include "schema.h"

static const struct field refuse_fields[] = {
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 500},
};
static const struct schema refuse_schema = {
    refuse_fields, NELEM(refuse_fields)};
static const struct field complete_fields[] = {
    {.name = "outcome",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
};
static const struct schema complete_schema = {
    complete_fields, NELEM(complete_fields)};

/* What an answer does, and what it must say. */
struct answer {
	const char *to;
	const struct schema *schema; /* NULL: no body */
};

/* The chain says that it was read, or answered once more. */
static enum outcome
audit_own(struct tx *tx, const struct request *r, const char *referral,
    const char *act)
{
	struct referral_about w;
	enum outcome how = referral_about(tx, referral, &w);

	referral_about_done(&w);
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = &r->subject,
				 .act = act,
				 .object_kind = "referral",
				 .object_id = referral,
				 .case_id = w.case_id,
			     });
}

/* Of what was asked nobody's name; the rest only to who took it on. */
static void
add_request(json_t *o, const struct referral_about *w)
{
	static const char *const asked[] = {
	    "service", "reason", "outcome", "text", "about"};
	bool is_taken = strcmp(w->state, "accepted") == 0 ||
			strcmp(w->state, "completed") == 0;

	for (size_t i = 0; i < NELEM(asked); i++)
		json_object_update_new(
		    o, json_pack("{s:O*}", asked[i],
			   json_object_get(w->body, asked[i])));
	if (is_taken)
		json_object_update_new(
		    o, json_pack("{s:O*}", "shared",
			   json_object_get(w->body, "shared")));
}

/* The referral with what it asks, as far as it is theirs to read by now. */
static enum outcome
answer_request(struct tx *tx, struct response *a, struct referral_row *row)
{
	struct referral_about w;
	json_t *o;
	enum outcome how = referral_about(tx, row->id, &w);

	if (how != OK)
		return answer_outcome(a, how);
	o = referral_json(tx, row);
	add_request(o, &w);
	referral_about_done(&w);
	answer_etag(a, row->version);
	return answer_json(a, 200, o);
}

/* Who reads that it was withdrawn knows it. */
static enum outcome
note_recall(struct tx *tx, const struct request *r, const char *id)
{
	const struct referral_reply reply = {
	    .id = id, .to = "told", .by = &r->subject, .acted_at = clock_now()};
	struct referral_about w;
	enum outcome how = referral_about(tx, id, &w);

	referral_about_done(&w);
	return how == OK ? referral_recalled(tx, &w, &reply) : how;
}

/* Feedback asks nothing: to read it is the answer. */
static enum outcome
take_note(struct tx *tx, const struct request *r, struct referral_row *row)
{
	enum outcome how;

	if (strcmp(row->purpose, "service") == 0 &&
	    strcmp(row->state, "withdrawn") == 0)
		return note_recall(tx, r, row->id);

	if (strcmp(row->purpose, "feedback") != 0)
		return OK;
	how = referral_reply(tx, &(struct referral_reply){
				     .id = row->id,
				     .to = "accepted",
				     .by = &r->subject,
				     .acted_at = clock_now(),
				 });
	if (how != OK)
		return how == CONFLICT ? OK : how; /* read before */
	snprintf(row->state, sizeof(row->state), "accepted");
	row->version++;
	return OK;
}

/* GET /v1/referrals/{id}/request */
enum outcome
referral_request(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row = {0};
	enum outcome how = referral_find(tx, r, a, &row);

	if (how != OK)
		return how;
	if (!row.is_out)
		return answer_problem(a, "not_found");
	how = audit_own(tx, r, row.id, "referral.read");
	if (how == OK)
		how = take_note(tx, r, &row);
	return how == OK ? answer_request(tx, a, &row) : answer_outcome(a, how);
}

static enum outcome
move(struct tx *tx, const struct request *r, struct response *a,
    const struct answer *w, struct referral_row *row)
{
	enum outcome how =
	    referral_reply(tx, &(struct referral_reply){
				   .id = row->id,
				   .to = w->to,
				   .by = &r->subject,
				   .acted_at = clock_now(),
				   .words = w->schema == NULL ? NULL : r->body,
			       });

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	memcpy(row->state, w->to, strlen(w->to) + 1);
	row->version++;
	return answer_request(tx, a, row);
}

static enum outcome
answer_referral(struct tx *tx, const struct request *r, struct response *a,
    const struct answer *w)
{
	struct referral_row row = {0};
	struct idem idem;
	enum outcome how = referral_find(tx, r, a, &row);

	if (how != OK)
		return how;
	if (!row.is_out)
		return answer_problem(a, "not_found");
	switch (idem_begin(tx, r, a, &idem)) {
	case IDEM_AGAIN:
		return audit_own(tx, r, row.id, "referral.answered_again");
	case IDEM_REFUSED:
		return INVALID;
	case IDEM_NEW:
		break;
	}
	if (w->schema != NULL && !body_ok(r, w->schema, a))
		return INVALID;
	how = move(tx, r, a, w, &row);
	idem.owner = row.id; /* the answer tells of a child */
	return how == OK ? idem_keep(tx, &idem, a) : how;
}

/* POST /v1/referrals/{id}/accept */
enum outcome
referral_accept(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {"accepted", NULL};

	return answer_referral(tx, r, a, &w);
}

/* POST /v1/referrals/{id}/refuse */
enum outcome
referral_refuse(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {"refused", &refuse_schema};

	return answer_referral(tx, r, a, &w);
}

/* POST /v1/referrals/{id}/complete */
enum outcome
referral_complete(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {"completed", &complete_schema};

	return answer_referral(tx, r, a, &w);
}
