/* Referrals that the ward sent to an agency: it answers. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_give.h"
#include "case_open.h"
#include "clock.h"
#include "handlers.h"
#include "keyring.h"
#include "referral.h"
#include "schema.h"

/* What an answer does: from which state to which, and what it must say. */
struct answer {
	const char *from, *to, *act;
	const struct schema *schema; /* NULL: no body */
};

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

/* What the agency said, sealed with the referral. */
static enum outcome
keep_words(struct tx *tx, const struct request *r, const char *referral)
{
	char id[ID_SIZE], *text;
	struct place at = {"referral_update", "body_sealed", id};
	struct value sealed;
	enum outcome how;

	if (r->body == NULL)
		return OK;
	id_new(id);
	text = json_dumps(r->body, JSON_COMPACT);
	how = keyring_seal(tx, referral, &at, text, &sealed);
	seal_free(text);
	if (how != OK)
		return how;
	how = tx_exec(tx, Q_UPDATE_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(referral),
		V_INT(clock_now()), sealed, V_NULL, V_NULL));
	keyring_done(&sealed);
	return how;
}

/* The case a referral is about, and what was written to the agency. */
static json_t *
open_body(struct tx *tx, const char *referral, char case_id[ID_SIZE])
{
	struct rows *rows =
	    tx_query(tx, Q_REFERRAL_BODY, ARGS(V_TEXT(referral)));
	struct opening_of what = {
	    referral, "referral", "body_sealed", referral};
	json_t *body = NULL;

	case_id[0] = '\0';
	if (rows_next(rows)) {
		body = json_open(tx, &what, rows, 0);
		memcpy(case_id, row_text(rows, 1), ID_SIZE);
	}
	(void)rows_end(rows);
	return body;
}

/* Of each child no more than what the team chose to share. */
static json_t *
shared(struct tx *tx, const struct case_row *c, const json_t *fields)
{
	json_t *all = case_open_sealed(tx, c), *out = json_array();
	json_t *child, *field;
	size_t i, k;

	json_array_foreach(json_object_get(all, "children"), i, child)
	{
		json_t *one = json_object();

		json_array_foreach(fields, k, field)
		{
			const char *name = json_string_value(field);

			json_object_set(
			    one, name, json_object_get(child, name));
		}
		json_array_append_new(out, one);
	}
	json_decref(all);
	return out;
}

/* Only who takes it on reads what it is about; the reading is in the chain. */
static enum outcome
add_shared(struct tx *tx, const char *referral, json_t *o)
{
	char case_id[ID_SIZE];
	struct case_row c;
	json_t *body = open_body(tx, referral, case_id);
	enum outcome how = case_get(tx, case_id, &c);

	if (how == OK) {
		json_object_set(o, "service", json_object_get(body, "service"));
		json_object_set(o, "reason", json_object_get(body, "reason"));
		json_object_set_new(o, "children",
		    shared(tx, &c, json_object_get(body, "share")));
	}
	json_decref(body);
	return how;
}

static enum outcome
audit_answer(struct tx *tx, const struct request *r, const char *referral,
    const char *act)
{
	char case_id[ID_SIZE];

	json_decref(open_body(tx, referral, case_id));
	return audit_add(tx, &(struct happening){
				 .actor = &r->subject,
				 .act = act,
				 .object_kind = "referral",
				 .object_id = referral,
				 .case_id = case_id[0] != '\0' ? case_id : NULL,
			     });
}

/* The service must be found elsewhere. */
static enum outcome
tell_refused(struct tx *tx, const char *referral)
{
	char case_id[ID_SIZE];
	struct case_row c;
	enum outcome how;

	json_decref(open_body(tx, referral, case_id));
	how = case_get(tx, case_id, &c);
	return how == OK ? case_tell_holder(tx, &c, "referral_refused") : how;
}

static enum outcome
move(struct tx *tx, const struct request *r, struct response *a,
    const struct answer *w, struct referral_row *row)
{
	enum outcome how = tx_exec(tx, Q_REFERRAL_MOVE,
	    ARGS(V_TEXT(row->id), V_TEXT(w->from), V_TEXT(w->to)));
	json_t *o;

	if (how == NOT_FOUND)
		return answer_problem(a, "state_conflict");
	if (how == OK)
		how = keep_words(tx, r, row->id);
	if (how == OK)
		how = audit_answer(tx, r, row->id, w->act);
	if (how == OK && strcmp(w->to, "refused") == 0)
		how = tell_refused(tx, row->id);
	if (how != OK)
		return answer_outcome(a, how);
	memcpy(row->state, w->to, strlen(w->to) + 1);
	row->version++;
	o = referral_json(tx, row);
	if (w->schema == NULL)
		how = add_shared(tx, row->id, o);
	answer_etag(a, row->version);
	(void)answer_json(a, 200, o);
	return how == OK ? OK : answer_outcome(a, how);
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
		return audit_answer(tx, r, row.id, "referral.answered_again");
	case IDEM_REFUSED:
		return INVALID;
	case IDEM_NEW:
		break;
	}
	if (w->schema != NULL && !body_ok(r, w->schema, a))
		return INVALID;
	how = move(tx, r, a, w, &row);
	if (w->schema == NULL)
		idem.owner = row.id; /* the answer tells of a child */
	return how == OK ? idem_keep(tx, &idem, a) : how;
}

/* POST /v1/referrals/{id}/accept */
enum outcome
referral_accept(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {
	    "sent", "accepted", "referral.accepted", NULL};

	return answer_referral(tx, r, a, &w);
}

/* POST /v1/referrals/{id}/refuse */
enum outcome
referral_refuse(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {
	    "sent", "refused", "referral.refused", &refuse_schema};

	return answer_referral(tx, r, a, &w);
}

/* POST /v1/referrals/{id}/complete */
enum outcome
referral_complete(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct answer w = {
	    "accepted", "completed", "referral.completed", &complete_schema};

	return answer_referral(tx, r, a, &w);
}
