/* The row of what came later about a notification, and its way to the cases. */
#include <stdio.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "intake_tell.h"
#include "keyring.h"
#include "mau01.h"

struct news {
	const struct intake *in;
	const char *referral_id;
	char *id;
	unsigned char digest[HASH_SIZE];
};

static enum outcome
find_same(struct tx *tx, const struct news *n)
{
	char list[1][ID_SIZE];
	size_t found = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_UPDATE_SAME,
		ARGS(V_TEXT(n->referral_id), V_BLOB(n->digest, HASH_SIZE))),
	    list, NELEM(list), &found);

	if (how == OK && found > 0)
		memcpy(n->id, list[0], ID_SIZE);
	return how == OK && found == 0 ? NOT_FOUND : how;
}

static enum outcome
insert(struct tx *tx, const struct news *n, const struct value *body,
    const struct value *informant)
{
	struct happening h = {
	    .actor = n->in->by,
	    .act = "referral.updated",
	    .object_kind = "referral_update",
	    .object_id = n->id,
	    .detail = json_pack("{s:s}", "referral", n->referral_id),
	};
	enum outcome how = tx_exec(tx, Q_UPDATE_ADD,
	    ARGS(V_TEXT(n->id), V_TEXT(tx_ward(tx)), V_TEXT(n->referral_id),
		V_INT(clock_now()), *body, *informant,
		V_BLOB(n->digest, HASH_SIZE)));

	if (how == OK)
		return intake_audit(tx, &h, body);
	json_decref(h.detail);
	return how;
}

static enum outcome
add(struct tx *tx, const struct news *n)
{
	struct place at = {"referral_update", "body_sealed", n->id};
	struct value body = V_NULL, informant = V_NULL;
	enum outcome how;

	id_new(n->id);
	how = intake_seal_rest(tx, n->referral_id, &at, n->in->body, &body);
	if (how == OK)
		how = intake_seal_informant(
		    tx, "referral_update", n->id, n->in->body, &informant);
	if (how == OK)
		how = insert(tx, n, &body, &informant);
	keyring_done(&body);
	keyring_done(&informant);
	return how;
}

/* What the news and the notification they are about share. */
static enum outcome
find_incident(struct tx *tx, const struct news *n, struct incident *i)
{
	struct rows *rows =
	    tx_query(tx, Q_REFERRAL_INCIDENT, ARGS(V_TEXT(n->referral_id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	i->in = n->in;
	i->received_at = clock_now();
	i->t0_at = mau01_first_receipt(n->in->body, i->received_at);
	i->is_confidential =
	    json_is_true(json_object_get(n->in->body, "confidential"));
	snprintf(i->referral_id, ID_SIZE, "%s", n->referral_id);
	if (is_there) {
		snprintf(i->code, sizeof(i->code), "%s", row_text(rows, 0));
		if (row_int(rows, 1) < i->t0_at)
			i->t0_at = row_int(rows, 1);
		i->is_confidential |= row_int(rows, 2) != 0;
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
intake_news(struct tx *tx, const char *referral_id, const struct intake *in,
    char id[ID_SIZE])
{
	struct news n = {.in = in, .referral_id = referral_id, .id = id};
	struct incident i;
	enum outcome how;

	hash_of(in->raw, in->raw_len, n.digest);
	how = find_same(tx, &n);
	if (how != NOT_FOUND)
		return how;
	how = add(tx, &n);
	if (how == OK)
		how = find_incident(tx, &n, &i);
	if (how == OK)
		how = perhaps(tx_exec(tx, Q_REFERRAL_SOONER,
		    ARGS(V_TEXT(referral_id), V_INT(i.t0_at))));
	return how == OK ? intake_tell(tx, &i) : how;
}
