/* Agencies and their keys, for hotlinectl. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "bars.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "heartbeat.h"
#include "keyring.h"
#include "token.h"

#define KEY_LIFE   (365 * DAY)
#define LIVE_KEYS  2
#define SIGN_BYTES 32

static const char *const agency_kinds[] = {"hotline", "school", "health",
    "police", "ward", "justice", "union", "other", NULL};
static const struct field agency_fields[] = {
    {.name = "code", .kind = FIELD_TEXT, .required = true, 2, 16},
    {.name = "kind",
	.kind = FIELD_WORD,
	.required = true,
	.words = agency_kinds},
    {.name = "name", .kind = FIELD_TEXT, .required = true, 1, 200},
    {.name = "phone", .kind = FIELD_TEXT, .low = 2, .high = 30},
    {.name = "quota", .kind = FIELD_INT, .low = 1, .high = 100000},
};
static const struct schema agency_schema = {
    agency_fields, NELEM(agency_fields)};

/* GET /v1/admin/agencies */
enum outcome
agency_list(struct tx *tx, const struct request *r, struct response *a)
{
	(void)r;
	return answer_list(
	    a, tx_list(tx, Q_AGENCY_LIST,
		   ARGS(V_TEXT(tx_ward(tx)), V_INT(clock_now()))));
}

/* Whoever is said to work there, or is called there, may be in a case. */
static enum outcome
match(struct tx *tx, const struct request *r, const char *id)
{
	struct person who = {0};
	enum outcome how = bars_match_agency(
	    tx, id, body_text(r, "code"), body_text(r, "name"));

	memcpy(who.agency_id, id, ID_SIZE);
	return how == OK
		   ? person_index(tx, &who, "phone", body_text(r, "phone"))
		   : how;
}

/* POST /v1/admin/agencies */
enum outcome
agency_add(struct tx *tx, const struct request *r, struct response *a)
{
	const char *code = body_text(r, "code");
	char id[ID_SIZE];
	enum outcome how;

	if (!body_ok(r, &agency_schema, a))
		return INVALID;
	if (!token_code_ok(code))
		return answer_fault(a, "/code",
		    "chỉ gồm 2 đến 16 chữ thường không dấu hoặc chữ số");
	id_new(id);
	how = tx_exec(tx, Q_AGENCY_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(code),
		V_TEXT(body_text(r, "name")), V_TEXT(body_text(r, "kind")),
		V_TEXT(body_text(r, "phone")),
		V_INT0(json_integer_value(json_object_get(r->body, "quota"))),
		V_INT(clock_now())));
	if (how == OK)
		how = match(tx, r, id);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "agency.add",
			.object_kind = "agency",
			.object_id = id,
			.detail = json_pack("{s:s}", "code", code)});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(
	    a, 201, json_pack("{s:s, s:s}", "id", id, "code", code));
}

/* POST /v1/admin/agencies/{code}/stop */
enum outcome
agency_stop(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how == OK)
		how = tx_exec(tx, Q_AGENCY_STOP, ARGS(V_TEXT(id)));
	if (how == OK)
		how = heartbeat_set(tx, id, r->args[0], 0);
	if (how == OK)
		how = admin_told(tx, r, "agency.stop");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "agency.stop",
			.object_kind = "agency",
			.object_id = id});
	return answer_outcome(a, how);
}

/* GET /v1/admin/agencies/{code}/keys */
enum outcome
key_list(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, tx_list(tx, Q_AGENCY_KEY_LIST, ARGS(V_TEXT(id))));
}

static const struct field key_fields[] = {
    {.name = "not_before", .kind = FIELD_INSTANT},
    {.name = "not_after", .kind = FIELD_INSTANT},
    {.name = "sign", .kind = FIELD_BOOL},
};
static const struct schema key_schema = {key_fields, NELEM(key_fields)};

/* A Standard Webhooks secret: whsec_ and base64 of 32 bytes; caller wipes. */
static char *
sign_secret(void)
{
	unsigned char bytes[SIGN_BYTES];
	char *base64, *text;

	random_bytes(bytes, sizeof(bytes));
	base64 = base64_encode(bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	text = xasprintf("whsec_%s", base64);
	seal_free(base64);
	return text;
}

static enum outcome
key_insert(struct tx *tx, const struct request *r, const struct token *t,
    const char *agency_id, const char *secret)
{
	struct place at = {"agency_key", "sign_sealed", t->id};
	int64_t from = body_instant(r, "not_before", clock_now());
	unsigned char *sealed = NULL;
	struct key ward;
	size_t n = 0;
	enum outcome how = keyring_ward(tx, &ward);

	if (how != OK)
		return how;
	if (secret != NULL)
		sealed = seal(&ward, &at, secret, strlen(secret), &n);
	key_wipe(&ward);
	how = tx_exec(tx, Q_AGENCY_KEY_ADD,
	    ARGS(V_TEXT(t->id), V_TEXT(tx_ward(tx)), V_TEXT(agency_id),
		V_BLOB(t->hash, HASH_SIZE), V_BLOB(sealed, n), V_INT(from),
		V_INT(body_instant(r, "not_after", from + KEY_LIFE))));
	free(sealed);
	if (how == OK)
		how = admin_told(tx, r, "key.add");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "key.add",
			.object_kind = "agency_key",
			.object_id = t->id,
			.detail = json_pack("{s:s}", "agency", agency_id)});
	return how;
}

static enum outcome
key_make(struct tx *tx, const struct request *r, struct response *a,
    const char *agency_id)
{
	struct token t = {.kind = TOKEN_AGENCY};
	char *secret = NULL, *text;
	enum outcome how;

	memcpy(t.code, r->args[0], strlen(r->args[0]) + 1);
	text = token_make(&t);
	if (json_is_true(json_object_get(r->body, "sign")))
		secret = sign_secret();
	how = key_insert(tx, r, &t, agency_id, secret);
	if (how == OK)
		how = answer_json(a, 201,
		    json_pack("{s:s, s:s, s:s*}", "id", t.id, "key", text,
			"sign_secret", secret));
	else
		(void)answer_outcome(a, how);
	seal_free(secret);
	seal_free(text);
	return how;
}

/* POST /v1/admin/agencies/{code}/keys: at most two live ones, for rotation. */
enum outcome
key_add(struct tx *tx, const struct request *r, struct response *a)
{
	int64_t now = clock_now();
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	if (!body_ok(r, &key_schema, a))
		return INVALID;
	if (body_instant(r, "not_after", INT64_MAX) <=
	    body_instant(r, "not_before", now))
		return answer_fault(
		    a, "/not_after", "phải muộn hơn thời điểm bắt đầu");
	if (tx_number(tx, Q_AGENCY_KEYS_LIVE, 0,
		ARGS(V_TEXT(id), V_INT(now))) >= LIVE_KEYS)
		return answer_problem(a, "state_conflict");
	return key_make(tx, r, a, id);
}

/* POST /v1/admin/keys/{id}/revoke */
enum outcome
key_revoke(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how;

	how = tx_exec(tx, Q_AGENCY_KEY_REVOKE,
	    ARGS(V_TEXT(r->args[0]), V_TEXT(tx_ward(tx)), V_INT(clock_now())));
	if (how == OK)
		how = admin_told(tx, r, "key.revoke");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "key.revoke",
			.object_kind = "agency_key",
			.object_id = r->args[0]});
	return answer_outcome(a, how);
}
