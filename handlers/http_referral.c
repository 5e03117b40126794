/* Notifications come in. */
#include "referral.h"

#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "allow.h"
#include "case_open.h"
#include "clock.h"
#include "handlers.h"
#include "intake.h"
#include "mau01.h"

/* A sender whose clock is wrong is told ours. */
static enum outcome
refuse_body(struct tx *tx, struct response *a, const struct faults *faults)
{
	(void)answer_faults(a, "invalid_body", faults);
	answer_extra(a, "server_time", json_instant(tx, clock_now()));
	return INVALID;
}

/* A member writes for an agency, by its code. */
static bool
find_sender(
    struct tx *tx, const json_t *body, char id[ID_SIZE], struct faults *faults)
{
	const char *code = mau01_text(body, "on_behalf_of");

	if (agency_find(tx, code, id) == OK)
		return true;
	faults_add(faults, "/on_behalf_of", "không có cơ quan mang mã này");
	return false;
}

static enum outcome
answer_receipt(struct tx *tx, struct response *a, const char *id)
{
	json_t *receipt = receipt_make(tx, id);

	if (receipt == NULL)
		return answer_outcome(a, FAILED);
	answer_header(a, "Location", "/v1/referrals/%s", id);
	return answer_json(a, 201, receipt);
}

static enum outcome
take(struct tx *tx, const struct intake *in, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = intake_take(tx, in, id);

	if (how == REFUSED) {
		(void)answer_problem(a, "source_ref_taken");
		return INVALID;
	}
	if (how == OK)
		return answer_receipt(tx, a, id);
	/* Never INVALID: something may be written already. */
	(void)answer_outcome(a, how);
	return how == INVALID ? FAILED : how;
}

/* Whoever has the link sends what is new, and finds nothing that is there. */
static void
check_form(const json_t *body, struct faults *faults)
{
	static const char *const names[] = {
	    "source_ref", "case_code", "transfer"};

	for (size_t i = 0; i < NELEM(names); i++)
		if (json_object_get(body, names[i]) != NULL) {
			char *pointer = xasprintf("/%s", names[i]);

			faults_add(faults, pointer,
			    "không dùng được khi gửi qua liên kết");
			free(pointer);
		}
}

enum outcome
referral_take(struct tx *tx, const struct request *r, struct response *a,
    const struct subject *by)
{
	bool is_agency = intake_by_sender(by);
	char sender[ID_SIZE] = "";
	struct intake in = {
	    .by = by,
	    .agency_id = is_agency ? by->id : sender,
	    .raw = r->raw == NULL ? "" : r->raw,
	    .raw_len = r->raw_len,
	};
	struct faults faults = {0};
	json_t *body = NULL;
	enum outcome how;

	if (r->body == NULL && r->body_problem != NULL) {
		(void)answer_problem(a, r->body_problem);
		return INVALID;
	}
	if (by->kind == BY_FORM)
		check_form(r->body, &faults);
	if (mau01_check(r->body, is_agency, clock_now(), &faults) &&
	    faults.n == 0 &&
	    (is_agency || find_sender(tx, r->body, sender, &faults))) {
		body = mau01_normalise(r->body);
		if (body == NULL)
			faults_add(&faults, "", "có ký tự không dùng được");
	}
	in.body = body;
	how = faults.n > 0 ? refuse_body(tx, a, &faults) : take(tx, &in, a);
	json_decref(body);
	faults_done(&faults);
	return how;
}

/* Into the receipt just answered, anew each time: none of it is kept. */
static void
add_secret(struct tx *tx, struct response *a)
{
	const char *id = mau01_text(a->json, "id");
	char secret[RECEIPT_SECRET_SIZE];

	if (id == NULL ||
	    tx_number(tx, Q_REFERRAL_IS_SECRET, 0, ARGS(V_TEXT(id))) == 0)
		return;
	receipt_secret(tx, id, secret);
	json_object_set_new(a->json, "secret", json_string(secret));
	if (tx_number(tx, Q_REFERRAL_IS_BEARERS, 0, ARGS(V_TEXT(id))) != 0)
		receipt_for_bearer(tx, a->json);
}

/* No key is asked of a member; with one, what comes again is taken once. */
static enum outcome
post_member(struct tx *tx, const struct request *r, struct response *a)
{
	bool has_key = r->idempotency_key != NULL && !r->is_unread;
	enum idem_state state = IDEM_NEW;
	struct idem idem;
	enum outcome how;

	if (!allow(&r->subject, ACTION_referral_record, &(struct object){0},
		SEE_thing))
		return answer_problem(a, "forbidden");
	if (has_key)
		state = idem_begin(tx, r, a, &idem);
	if (state == IDEM_REFUSED)
		return INVALID;
	how = state == IDEM_AGAIN ? OK : referral_take(tx, r, a, &r->subject);
	if (how == OK && has_key && state == IDEM_NEW) {
		how = idem_keep(tx, &idem, a);
		if (how != OK)
			(void)answer_outcome(a, how);
	}
	if (how == OK)
		add_secret(tx, a);
	return how;
}

/* Refused bodies are committed, the answer stays what it is. */
static enum outcome
post_agency(struct tx *tx, const struct request *r, struct response *a)
{
	struct idem idem;
	enum outcome how;

	if (r->is_unread) {
		(void)answer_problem(a, r->body_problem);
		return refused_keep(tx, r, a);
	}
	switch (idem_begin(tx, r, a, &idem)) {
	case IDEM_AGAIN:
		add_secret(tx, a);
		return OK;
	case IDEM_REFUSED:
		return refused_keep(tx, r, a);
	case IDEM_NEW:
		break;
	}
	how = referral_take(tx, r, a, &r->subject);
	if (how == INVALID)
		return refused_keep(tx, r, a);
	if (how == OK)
		how = idem_keep(tx, &idem, a);
	if (how == OK)
		how = refused_none(tx, r);
	if (how == OK)
		add_secret(tx, a);
	else
		(void)answer_outcome(a, how);
	return how;
}

/* POST /v1/referrals */
enum outcome
referral_post(struct tx *tx, const struct request *r, struct response *a)
{
	if (r->subject.kind == BY_MEMBER)
		return post_member(tx, r, a);
	if (!allow(&r->subject, ACTION_referral_send, &(struct object){0},
		SEE_thing))
		return answer_problem(a, "forbidden");
	return post_agency(tx, r, a);
}

static enum outcome
update(struct tx *tx, const struct request *r, struct response *a,
    const char *referral)
{
	struct intake in = {
	    .by = &r->subject,
	    .agency_id = r->subject.id,
	    .raw = r->raw == NULL ? "" : r->raw,
	    .raw_len = r->raw_len,
	};
	struct faults faults = {0};
	char id[ID_SIZE];
	json_t *body;
	enum outcome how;

	if (r->body == NULL && r->body_problem != NULL) {
		(void)answer_problem(a, r->body_problem);
		return INVALID;
	}
	body = mau01_check_update(r->body, &faults) ? mau01_normalise(r->body)
						    : NULL;
	if (body == NULL) {
		how = refuse_body(tx, a, &faults);
		faults_done(&faults);
		return how;
	}
	in.body = body;
	how = intake_news(tx, referral, &in, id);
	json_decref(body);
	if (how == OK)
		return answer_json(a, 201, json_pack("{s:s}", "id", id));
	(void)answer_outcome(a, how);
	return how == INVALID ? FAILED : how;
}

/* POST /v1/referrals/{id}/updates */
enum outcome
referral_update(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row = {0};
	struct idem idem;
	enum outcome how = referral_find(tx, r, a, &row);

	if (how == OK && row.is_out)
		how = answer_problem(a, "not_found");
	/* What it says may matter all the same, so the lead shall have it. */
	if (how == NOT_FOUND)
		return refused_keep(tx, r, a);
	if (how != OK)
		return how;
	if (r->is_unread) {
		(void)answer_problem(a, r->body_problem);
		return refused_keep(tx, r, a);
	}
	switch (idem_begin(tx, r, a, &idem)) {
	case IDEM_AGAIN:
		return OK;
	case IDEM_REFUSED:
		return refused_keep(tx, r, a);
	case IDEM_NEW:
		break;
	}
	how = update(tx, r, a, row.id);
	if (how == INVALID)
		return refused_keep(tx, r, a);
	if (how == OK)
		how = refused_none(tx, r);
	return how == OK ? idem_keep(tx, &idem, a) : how;
}
