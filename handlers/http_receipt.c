/*
 * What became of a notification that came through the page, by a create-only
 * link or a login: for who has its receipt, and with nothing else.
 */
#include <string.h>

#include "allow.h"
#include "context.h"
#include "handlers.h"
#include "referral.h"

void
receipt_for_bearer(struct tx *tx, json_t *receipt)
{
	const char *id = json_string_value(json_object_get(receipt, "id"));

	json_object_set_new(receipt, "links",
	    json_pack("{s:o}", "self", json_sprintf("/v1/receipts/%s", id)));
	json_object_set_new(receipt, "duty_phone",
	    json_string(tx_context(tx)->conf->duty_phone));
}

/* The receipt's secret makes it theirs; of who is barred it is not there. */
static bool
find(struct tx *tx, const struct request *r, struct referral_row *row)
{
	const char *secret = r->receipt_secret == NULL ? "" : r->receipt_secret;
	const struct subject bearer = {.kind = BY_FORM};
	struct object o = {0};
	unsigned char hash[HASH_SIZE];
	struct rows *rows;

	hash_of(secret, strlen(secret), hash);
	rows = tx_query(tx, Q_RECEIPT_GET,
	    ARGS(V_TEXT(r->args[0]), V_BLOB(hash, HASH_SIZE)));
	if (rows_next(rows)) {
		referral_read(rows, row);
		o.is_own = true;
		o.is_barred = row_int(rows, 10) != 0;
	}
	return rows_end(rows) == OK &&
	       allow(&bearer, ACTION_referral_read, &o, SEE_thing);
}

/* GET /v1/receipts/{id}, with the header Receipt-Secret */
enum outcome
receipt_get(struct tx *tx, const struct request *r, struct response *a)
{
	struct referral_row row = {0};
	json_t *receipt;

	if (!find(tx, r, &row))
		return answer_problem(a, "not_found");
	receipt = referral_json(tx, &row);
	receipt_for_bearer(tx, receipt);
	answer_etag(a, row.version);
	return answer_json(a, 200, receipt);
}
