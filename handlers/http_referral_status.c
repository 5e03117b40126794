/* What an agency sees of its referrals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "intake.h"
#include "referral.h"
#include "referral_transfer.h"
#include "schema.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX     200

void
referral_read(const struct rows *rows, struct referral_row *row)
{
	size_t n;
	const void *digest = row_blob(rows, 7, &n);

	*row = (struct referral_row){
	    .is_out = strcmp(row_text(rows, 1), "out") == 0,
	    .received_at = row_int(rows, 4),
	    .due_at = row_int(rows, 5),
	    .version = row_int(rows, 6),
	};
	snprintf(row->id, sizeof(row->id), "%s", row_text(rows, 0));
	snprintf(row->incident, sizeof(row->incident), "%s", row_text(rows, 2));
	snprintf(row->state, sizeof(row->state), "%s", row_text(rows, 3));
	snprintf(row->purpose, sizeof(row->purpose), "%s", row_text(rows, 8));
	if (!row_is_null(rows, 9))
		snprintf(
		    row->answer, sizeof(row->answer), "%s", row_text(rows, 9));
	if (n == HASH_SIZE)
		memcpy(row->digest, digest, n);
}

enum outcome
referral_find(struct tx *tx, const struct request *r, struct response *a,
    struct referral_row *row)
{
	const char *secret = r->receipt_secret == NULL ? "" : r->receipt_secret;
	unsigned char hash[HASH_SIZE];
	struct rows *rows;
	bool is_there;
	enum outcome how;

	hash_of(secret, strlen(secret), hash);
	rows = tx_query(tx, Q_REFERRAL_GET,
	    ARGS(V_TEXT(r->subject.id), V_TEXT(r->args[0]),
		V_BLOB(hash, HASH_SIZE)));
	is_there = rows_next(rows);
	if (is_there)
		referral_read(rows, row);
	how = rows_end(rows);
	if (how == OK && is_there)
		return OK;
	return how == OK ? answer_problem(a, "not_found")
			 : answer_outcome(a, how);
}

static void
set_instant(struct tx *tx, json_t *o, const char *name, int64_t at)
{
	char text[INSTANT_SIZE];

	if (at == 0)
		return;
	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	json_object_set_new(o, name, json_string(text));
}

json_t *
referral_json(struct tx *tx, const struct referral_row *row)
{
	/* Of one that came in: the receipt.  It is the sender's already. */
	json_t *o = row->is_out ? json_pack("{s:s}", "id", row->id)
				: receipt_make(tx, row->id);

	json_object_set_new(
	    o, "direction", json_string(row->is_out ? "out" : "in"));
	json_object_set_new(o, "state", json_string(row->state));
	json_object_set_new(o, "purpose", json_string(row->purpose));
	if (row->answer[0] != '\0')
		json_object_set_new(o, "answer", json_string(row->answer));
	set_instant(tx, o, "received_at", row->received_at);
	set_instant(tx, o, "due_at", row->due_at);
	return o;
}

/* GET /v1/referrals/{id} */
enum outcome
referral_get(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row = {0};
	enum outcome how = referral_find(tx, r, a, &row);

	if (how != OK)
		return how;
	answer_etag(a, row.version);
	return answer_json(a, 200, referral_json(tx, &row));
}

static const char *
text_or_none(const struct request *r, const char *name)
{
	const char *s = request_query(r, name);

	return s == NULL ? "" : s;
}

/* A filter is one of its words or not there. */
static bool
is_word(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static bool
page_ok(const struct request *r, int64_t *limit)
{
	static const char *const directions[] = {"", "in", "out", NULL};
	static const char *const states[] = {"", "received", "assigned",
	    "in_progress", "closed", "sent", "accepted", "refused", "completed",
	    "withdrawn", NULL};
	const char *n = request_query(r, "limit");
	const char *after = request_query(r, "after");

	*limit = PAGE_DEFAULT;
	return (n == NULL || number_parse(n, 1, PAGE_MAX, limit)) &&
	       (after == NULL || id_ok(after)) &&
	       is_word(text_or_none(r, "direction"), directions) &&
	       is_word(text_or_none(r, "state"), states);
}

/* GET /v1/referrals?direction=&state=&after=&limit= */
enum outcome
referral_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row = {0};
	json_t *items, *list;
	struct rows *rows;
	int64_t limit;
	enum outcome how;

	if (!page_ok(r, &limit))
		return answer_problem(a, "invalid_query");
	items = json_array();
	rows = tx_query(tx, Q_REFERRAL_LIST,
	    ARGS(V_TEXT(r->subject.id), V_TEXT(text_or_none(r, "direction")),
		V_TEXT(text_or_none(r, "state")),
		V_TEXT(text_or_none(r, "after")), V_INT(limit)));
	while (rows_next(rows)) {
		referral_read(rows, &row);
		json_array_append_new(items, referral_json(tx, &row));
	}
	how = rows_end(rows);
	list = json_pack("{s:o}", "items", items);
	if (how == OK && (int64_t)json_array_size(items) == limit) {
		json_object_set_new(list, "next", json_string(row.id));
		answer_header(a, "Link",
		    "</v1/referrals?direction=%s&state=%s&limit=%d&after=%s>;"
		    " rel=\"next\"",
		    text_or_none(r, "direction"), text_or_none(r, "state"),
		    (int)limit, row.id);
	}
	if (how == OK)
		return answer_json(a, 200, list);
	json_decref(list);
	return answer_outcome(a, how);
}

/* ---- Another ward takes its transfer back ---- */

static const struct field withdraw_fields[] = {
    {.name = "source_ref",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 500},
};
static const struct schema withdraw_schema = {
    withdraw_fields, NELEM(withdraw_fields)};

/* Nothing of theirs has the number, as far as they may know: it is kept. */
static enum outcome
keep_recall(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how =
	    transfer_recall(tx, &r->subject, body_text(r, "source_ref"), id);

	return how == OK ? answer_json(a, 202, json_pack("{s:s}", "id", id))
			 : answer_outcome(a, how);
}

static enum outcome
take_back(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	struct referral_reply reply = {.id = id,
	    .to = "withdrawn",
	    .by = &r->subject,
	    .acted_at = clock_now(),
	    .words = r->body};
	struct referral_about w;
	enum outcome how =
	    transfer_find(tx, r->subject.id, body_text(r, "source_ref"), id);

	if (how == NOT_FOUND)
		return keep_recall(tx, r, a);
	if (how != OK)
		return answer_outcome(a, how);
	how = referral_about(tx, id, &w);
	if (how == OK)
		how = transfer_answer(tx, &w, &reply);
	referral_about_done(&w);
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	return how == OK ? answer_json(a, 200, json_pack("{s:s}", "id", id))
			 : answer_outcome(a, how);
}

/* POST /v1/referrals/withdraw */
enum outcome
referral_withdraw(struct tx *tx, const struct request *r, struct response *a)
{
	struct idem idem;
	enum outcome how;

	switch (idem_begin(tx, r, a, &idem)) {
	case IDEM_AGAIN:
		return OK;
	case IDEM_REFUSED:
		return INVALID;
	case IDEM_NEW:
		break;
	}
	if (!body_ok(r, &withdraw_schema, a))
		return INVALID;
	how = take_back(tx, r, a);
	return how == OK ? idem_keep(tx, &idem, a) : how;
}
