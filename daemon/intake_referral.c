/* The row of a notification: sealed body, informant, digest. */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "context.h"
#include "intake_case.h"
#include "keyring.h"
#include "mau01.h"
#include "text_json.h"

/* The informant's key can be erased alone. */
static char *
informant_owner(const char *referral_id)
{
	return xasprintf("informant.%s", referral_id);
}

enum outcome
intake_seal(struct tx *tx, const char *owner, const struct place *at,
    const json_t *json, struct value *out)
{
	char *text = text_json(json);
	enum outcome how = keyring_seal(tx, owner, at, text, out);

	seal_free(text);
	return how;
}

enum outcome
intake_seal_informant(struct tx *tx, const char *table, const char *id,
    const json_t *body, struct value *out)
{
	const json_t *informant = json_object_get(body, "informant");
	struct place at = {table, "informant_sealed", id};
	struct key key;
	char *owner;
	enum outcome how;

	*out = V_NULL;
	if (informant == NULL)
		return OK;
	owner = informant_owner(id);
	how = keyring_new(tx, "informant", owner, &key);
	key_wipe(&key);
	if (how == OK)
		how = intake_seal(tx, owner, &at, informant, out);
	free(owner);
	return how;
}

enum outcome
intake_seal_rest(struct tx *tx, const char *referral_id, const struct place *at,
    const json_t *body, struct value *out)
{
	json_t *rest = json_copy((json_t *)(uintptr_t)body);
	enum outcome how;

	json_object_del(rest, "informant");
	how = intake_seal(tx, referral_id, at, rest, out);
	json_decref(rest);
	return how;
}

/* All but the informant, under the referral's key. */
static enum outcome
seal_body(struct tx *tx, const struct incident *i, struct value *out)
{
	struct place at = {"referral", "body_sealed", i->referral_id};
	struct key key;
	enum outcome how = keyring_new(tx, "referral", i->referral_id, &key);

	key_wipe(&key);
	return how == OK
		   ? intake_seal_rest(tx, i->referral_id, &at, i->in->body, out)
		   : how;
}

/* Through the page, by a link or a login: whoever sent it holds no key. */
static bool
is_by_page(const struct intake *in)
{
	const json_t *source = json_object_get(in->body, "source");
	const char *channel = mau01_text(source, "channel");

	return in->by->kind == BY_FORM ||
	       (in->by->kind == BY_MEMBER && channel != NULL &&
		   strcmp(channel, "web") == 0);
}

static enum outcome
insert_referral(struct tx *tx, const struct incident *i,
    const struct value *body, const struct value *informant)
{
	const struct intake *in = i->in;
	const json_t *source = json_object_get(in->body, "source");
	unsigned char digest[HASH_SIZE], secret_hash[HASH_SIZE];
	char secret[RECEIPT_SECRET_SIZE];
	const char *form = in->by->kind == BY_FORM ? in->by->form : NULL;

	hash_of(in->raw, in->raw_len, digest);
	receipt_secret(tx, i->referral_id, secret);
	hash_of(secret, strlen(secret), secret_hash);
	return tx_exec(tx, Q_REFERRAL_ADD,
	    ARGS(V_TEXT(i->referral_id), V_TEXT(tx_ward(tx)),
		V_TEXT(in->agency_id),
		in->by->kind == BY_MEMBER ? V_TEXT(in->by->id) : V_NULL,
		V_TEXT(mau01_text(in->body, "source_ref")), V_TEXT(i->code),
		V_TEXT(mau01_text(source, "channel")), V_INT(i->received_at),
		V_INT(i->t0_at), V_TEXT(mau01_text(in->body, "risk")),
		V_INT(i->is_confidential),
		i->is_confidential || is_by_page(in)
		    ? V_BLOB(secret_hash, HASH_SIZE)
		    : V_NULL,
		*body, *informant, V_BLOB(digest, HASH_SIZE),
		V_TEXT(i->hides_source ? in->by->id : ""),
		V_INT(mau01_is_transfer(in->body)), V_TEXT(form)));
}

enum outcome
intake_audit(struct tx *tx, struct happening *h, const struct value *sealed)
{
	unsigned char digest[HASH_SIZE];
	enum outcome how;

	hash_of(sealed->p, sealed->n, digest);
	h->digest = digest;
	how = audit_add(tx, h);
	h->digest = NULL;
	return how;
}

static enum outcome
audit_referral(
    struct tx *tx, const struct incident *i, const struct value *body)
{
	struct happening h = {
	    .actor = i->in->by,
	    .act = "referral.received",
	    .object_kind = "referral",
	    .object_id = i->referral_id,
	    .detail = json_pack("{s:s, s:s, s:I}", "agency", i->in->agency_id,
		"incident", i->code, "first_received_at", (json_int_t)i->t0_at),
	};

	if (i->in->by->kind == BY_FORM)
		json_object_set_new(
		    h.detail, "form", json_string(i->in->by->form));

	return intake_audit(tx, &h, body);
}

bool
intake_by_sender(const struct subject *by)
{
	return by->kind == BY_AGENCY || by->kind == BY_FORM;
}

enum outcome
intake_referral(struct tx *tx, const struct incident *i)
{
	struct value body = V_NULL, informant = V_NULL;
	enum outcome how = seal_body(tx, i, &body);

	if (how == OK)
		how = intake_seal_informant(
		    tx, "referral", i->referral_id, i->in->body, &informant);
	if (how == OK)
		how = insert_referral(tx, i, &body, &informant);
	if (how == OK)
		how = audit_referral(tx, i, &body);
	keyring_done(&body);
	keyring_done(&informant);
	return how;
}
