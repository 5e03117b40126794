#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "context.h"
#include "intake.h"
#include "keyring.h"

char *
receipt_digest(const void *digest, size_t n)
{
	char hex[2 * HASH_SIZE + 1];

	hex_encode(hex, digest, n <= HASH_SIZE ? n : HASH_SIZE);
	return xstrdup(hex);
}

void
receipt_secret(
    struct tx *tx, const char *referral_id, char out[RECEIPT_SECRET_SIZE])
{
	unsigned char mac[32];
	struct key first, key;

	/* Of the first key always: a receipt is good across a new master key.
	 * Without it no secret fits. */
	if (index_key(tx, 1, &first) != OK)
		key_random(&first);
	key_derive(&first, "receipt", &key);
	key_wipe(&first);
	hmac_sha256(key.bytes, KEY_SIZE, referral_id, strlen(referral_id), mac);
	key_wipe(&key);
	hex_encode(out, mac, (RECEIPT_SECRET_SIZE - 1) / 2);
}

static json_t *
case_codes(struct tx *tx, const char *referral_id)
{
	struct rows *rows =
	    tx_query(tx, Q_REFERRAL_CASES, ARGS(V_TEXT(referral_id)));
	json_t *codes = json_array();

	while (rows_next(rows))
		json_array_append_new(codes, json_string(row_text(rows, 1)));
	(void)rows_end(rows);
	return codes;
}

static json_t *
links(const char *id)
{
	return json_pack("{s:o, s:o}", "self",
	    json_sprintf("/v1/referrals/%s", id), "updates",
	    json_sprintf("/v1/referrals/%s/updates", id));
}

json_t *
receipt_make(struct tx *tx, const char *referral_id)
{
	struct rows *rows =
	    tx_query(tx, Q_REFERRAL_RECEIPT, ARGS(V_TEXT(referral_id)));
	char at[INSTANT_SIZE];
	json_t *receipt = NULL;
	const void *digest;
	char *text;
	size_t n;

	if (rows_next(rows)) {
		instant_format(at, row_int(rows, 1),
		    (int)tx_context(tx)->conf->utc_offset_min);
		digest = row_blob(rows, 2, &n);
		text = receipt_digest(digest, n);
		receipt =
		    json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", referral_id,
			"incident_code", row_text(rows, 0), "received_at", at,
			"digest", text, "links", links(referral_id));
		free(text);
	}
	(void)rows_end(rows);
	if (receipt != NULL)
		json_object_set_new(
		    receipt, "cases", case_codes(tx, referral_id));
	return receipt;
}
