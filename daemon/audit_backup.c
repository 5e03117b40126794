#include "backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"

char *
backup_head_text(const struct backup_head *h)
{
	json_t *json = json_pack("{s:s, s:I, s:I, s:s, s:I}", "ward", h->ward,
	    "made_at", (json_int_t)h->made_at, "seq", (json_int_t)h->seq,
	    "hash", h->hash, "cases", (json_int_t)h->cases);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

bool
backup_head_parse(const char *text, struct backup_head *h)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *ward = NULL, *hash = NULL;
	json_int_t made_at = 0, seq = 0, cases = 0;
	bool good;

	good = json_unpack(json, "{s:s, s:I, s:I, s:s, s:I}", "ward", &ward,
		   "made_at", &made_at, "seq", &seq, "hash", &hash, "cases",
		   &cases) == 0 &&
	       strlen(ward) < sizeof(h->ward) && strlen(hash) < sizeof(h->hash);
	if (good) {
		snprintf(h->ward, sizeof(h->ward), "%s", ward);
		snprintf(h->hash, sizeof(h->hash), "%s", hash);
		h->made_at = made_at;
		h->seq = seq;
		h->cases = cases;
	}
	json_decref(json);
	return good;
}

enum outcome
backup_head_read(struct tx *tx, void *backup_head)
{
	struct backup_head *h = backup_head;
	struct rows *r = tx_query(tx, Q_BACKUP_HEAD, NO_ARGS);

	if (rows_next(r)) {
		size_t n;
		const void *hash = row_blob(r, 2, &n);

		snprintf(h->ward, sizeof(h->ward), "%s", row_text(r, 0));
		h->seq = row_int(r, 1);
		if (n == HASH_SIZE)
			hex_encode(h->hash, hash, n);
	}
	h->cases = tx_number(tx, Q_BACKUP_CASES, 0, NO_ARGS);
	return rows_end(r);
}

static enum outcome
perhaps_gone(enum outcome how)
{
	return how == NOT_FOUND ? OK : how;
}

enum outcome
backup_erase(struct tx *tx, const char *owner)
{
	bool had = true;
	enum outcome how = tx_exec(tx, Q_ERASE_KEY, ARGS(V_TEXT(owner)));

	had = how == OK;
	how = perhaps_gone(how);
	if (how == OK)
		how = perhaps_gone(
		    tx_exec(tx, Q_ERASE_BLIND, ARGS(V_TEXT(owner))));
	if (how == OK)
		how = perhaps_gone(tx_exec(tx, Q_ERASE_STONE,
		    ARGS(V_TEXT(owner), V_TEXT(tx_ward(tx)),
			V_INT(clock_now()))));
	if (how != OK || !had)
		return how;
	return audit_add(tx, &(struct happening){.actor = &audit_system,
				 .act = "key.erased",
				 .object_kind = "data_key",
				 .object_id = owner});
}
