/* What members do to a case besides its steps. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "bars.h"
#include "case_give.h"
#include "case_view.h"
#include "clock.h"
#include "clock_rows.h"
#include "handlers.h"
#include "keyring.h"
#include "member_case.h"
#include "referral.h"
#include "schema.h"

static const struct field assign_fields[] = {
    {.name = "member",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 36},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema assign_schema = {
    assign_fields, NELEM(assign_fields)};

/* An active member who is not barred; to a lead both are "no such member". */
static enum outcome
find_holder(struct tx *tx, const struct case_row *c, const char *login,
    char id[ID_SIZE])
{
	struct subject s = {.kind = BY_MEMBER};
	struct rows *rows = tx_query(
	    tx, Q_MEMBER_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(login)));
	bool is_there = rows_next(rows);
	enum outcome how;

	if (is_there)
		memcpy(s.id, row_text(rows, 0), ID_SIZE);
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there || case_is_barred(tx, c->id, &s))
		return NOT_FOUND;
	memcpy(id, s.id, ID_SIZE);
	return OK;
}

/*
 * Given by hand: the reason is an act of the case, sealed, and whoever holds it
 * now is told, unless they took it themselves.
 */
static enum outcome
give_by_hand(struct tx *tx, const struct request *r, struct case_row *c,
    const char *holder)
{
	json_t *body =
	    json_pack("{s:O}", "reason", json_object_get(r->body, "reason"));
	struct act act = {
	    .case_id = c->id,
	    .kind = "assign",
	    .by = &r->subject,
	    .acted_at = clock_now(),
	    .body = body,
	};
	json_t *why;
	enum outcome how = act_add(tx, &act);

	why = json_pack("{s:s, s:s}", "rule", "by_member", "act", act.id);
	if (how == OK)
		how = case_give(tx, c, holder, why, &r->subject);
	if (how == OK && strcmp(holder, r->subject.id) != 0)
		how = case_tell_holder(tx, c, "assigned");
	json_decref(why);
	json_decref(body);
	return how;
}

/* POST /v1/cases/{code}/assign {member, reason} */
enum outcome
case_assign(struct tx *tx, const struct request *r, struct response *a)
{
	char holder[ID_SIZE];
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_assign, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &assign_schema, a))
		return INVALID;
	how = find_holder(tx, &c, body_text(r, "member"), holder);
	if (how == NOT_FOUND)
		return answer_fault(
		    a, "/member", "không giao được cho thành viên này");
	if (how == OK)
		how = give_by_hand(tx, r, &c, holder);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_summary_json(tx, &c));
}

/* POST /v1/cases/{code}/recuse: one act, no reason asked. */
enum outcome
case_recuse(struct tx *tx, const struct request *r, struct response *a)
{
	struct person who = {0};
	const struct bar bar = {&who, "standing", "recusal", NULL};
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	memcpy(who.member_id, r->subject.id, ID_SIZE);
	return answer_outcome(a, bars_add(tx, &c, &bar, &r->subject));
}

/* What of a child may go to the agency that takes it on. */
static const char *const shares[] = {"name", "birth_date", "age", "sex",
    "place", "condition", "expected_harm", "family", "ethnicity", "language",
    "interpreter", "safe_contact", NULL};
static const struct field refer_fields[] = {
    {.name = "agency",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 2,
	.high = 16},
    {.name = "service",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
    {.name = "due_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "conflict_reason", .kind = FIELD_TEXT, .low = 1, .high = 1000},
    {.name = "share",
	.kind = FIELD_WORDS,
	.high = NELEM(shares) - 1,
	.words = shares},
};
static const struct schema refer_schema = {refer_fields, NELEM(refer_fields)};

/* The agency that a child is sent to. */
struct receiver {
	char id[ID_SIZE];
	bool is_barred;
};

/* Service, reason and what is shared, under the referral's own key. */
static enum outcome
insert_out(struct tx *tx, const struct request *r, const struct case_row *c,
    const struct receiver *to, struct referral_row *row)
{
	struct place at = {"referral", "body_sealed", row->id};
	char *text = json_dumps(r->body, JSON_COMPACT);
	struct value sealed = V_NULL;
	struct key key;
	enum outcome how = keyring_new(tx, "referral", row->id, &key);

	key_wipe(&key);
	if (how == OK)
		how = keyring_seal(tx, row->id, &at, text, &sealed);
	hash_of(sealed.p, sealed.n, row->digest);
	if (how == OK)
		how = tx_exec(tx, Q_REFERRAL_OUT,
		    ARGS(V_TEXT(row->id), V_TEXT(tx_ward(tx)), V_TEXT(to->id),
			V_TEXT(r->subject.id), V_TEXT(c->incident),
			V_INT(row->received_at), sealed,
			V_BLOB(row->digest, HASH_SIZE), V_INT(row->due_at),
			V_INT(to->is_barred)));
	if (how == OK)
		how = tx_exec(tx, Q_REFERRAL_LINK,
		    ARGS(V_TEXT(row->id), V_TEXT(c->id), V_TEXT(tx_ward(tx))));
	keyring_done(&sealed);
	seal_free(text);
	return how;
}

static enum outcome
send_out(struct tx *tx, const struct request *r, const struct case_row *c,
    const struct receiver *to, struct referral_row *row)
{
	enum outcome how;

	*row = (struct referral_row){.is_out = true,
	    .state = "sent",
	    .received_at = clock_now(),
	    .due_at = body_instant(r, "due_at", 0),
	    .version = 1};
	id_new(row->id);
	how = insert_out(tx, r, c, to, row);
	if (how != OK)
		return how;
	return audit_add(tx,
	    &(struct happening){
		.actor = &r->subject,
		.act = "referral.sent",
		.object_kind = "referral",
		.object_id = row->id,
		.case_id = c->id,
		.digest = row->digest,
		.detail = json_pack("{s:s, s:I, s:b, s:O*}", "agency", to->id,
		    "due_at", (json_int_t)row->due_at, "despite_bar",
		    to->is_barred, "share", json_object_get(r->body, "share")),
	    });
}

/* An agency that is there and runs. */
static enum outcome
find_receiver(struct tx *tx, const struct request *r, const struct case_row *c,
    struct receiver *to)
{
	struct subject s = {.kind = BY_AGENCY};
	struct rows *rows = tx_query(tx, Q_AGENCY_GET,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(body_text(r, "agency"))));
	bool is_there =
	    rows_next(rows) && strcmp(row_text(rows, 2), "active") == 0;
	enum outcome how;

	if (is_there)
		memcpy(s.id, row_text(rows, 0), ID_SIZE);
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there)
		return NOT_FOUND;
	memcpy(to->id, s.id, ID_SIZE);
	to->is_barred = case_is_barred(tx, c->id, &s);
	return OK;
}

/*
 * To an agency that is barred (somebody alleged works there) only who decides
 * sends a child, and says why; to others it is as if it were not there.
 */
static enum outcome
receiver_ok(const struct request *r, struct response *a,
    const struct receiver *to, enum outcome found)
{
	bool decides =
	    allow(&r->subject, ACTION_case_bar, &(struct object){0}, SEE_thing);

	if (found == NOT_FOUND || (to->is_barred && !decides))
		return answer_fault(
		    a, "/agency", "không chuyển được đến cơ quan này");
	if (found != OK)
		return answer_outcome(a, found);
	if (to->is_barred && body_text(r, "conflict_reason") == NULL)
		return answer_fault(a, "/conflict_reason",
		    "cơ quan này có xung đột lợi ích trong vụ việc: ghi rõ lý "
		    "do vẫn chuyển");
	return OK;
}

/* POST /v1/cases/{code}/refer */
enum outcome
case_refer(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row;
	struct receiver to = {0};
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_refer, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!body_ok(r, &refer_schema, a))
		return INVALID;
	how = receiver_ok(r, a, &to, find_receiver(tx, r, &c, &to));
	if (how != OK)
		return how;
	how = send_out(tx, r, &c, &to, &row);
	if (how != OK)
		return answer_outcome(a, how);
	answer_header(a, "Location", "/v1/referrals/%s", row.id);
	return answer_json(a, 201, referral_json(tx, &row));
}
