/* A member as they see and change themselves, and as an admin changes them. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "case_open.h"
#include "change.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "duty.h"
#include "handlers.h"
#include "keyring.h"
#include "languages.h"
#include "people.h"
#include "quiet.h"
#include "session.h"
#include "totp.h"

static void
add_quiet(json_t *o, const struct rows *rows)
{
	struct quiet q = {!row_is_null(rows, 5), (int)row_int(rows, 5),
	    (int)row_int(rows, 6)};
	char text[QUIET_SIZE];

	quiet_format(text, &q);
	json_object_set_new(o, "quiet", json_string(text));
}

/*
 * What a page seals a draft with when its session ends: told to every session of
 * the member and to nobody else, so that the next login opens it.
 */
static void
add_page_key(struct tx *tx, const struct request *r, json_t *o)
{
	unsigned char mac[32];
	char text[2 * sizeof(mac) + 1];
	struct key ward, pages;

	if (keyring_get(tx, tx_ward(tx), &ward) != OK)
		return;
	key_derive(&ward, "pages", &pages);
	hmac_sha256(
	    pages.bytes, KEY_SIZE, r->subject.id, strlen(r->subject.id), mac);
	hex_encode(text, mac, sizeof(mac));
	json_object_set_new(o, "page_key", json_string(text));
	key_wipe(&ward);
	key_wipe(&pages);
}

/* How they are logged in; a page of ours sends csrf with every change. */
static void
add_login(struct tx *tx, const struct request *r, json_t *o)
{
	char token[SESSION_TEXT], csrf[SESSION_TEXT];

	json_object_set_new(
	    o, "has_totp", json_boolean(totp_is_on(tx, r->subject.id)));
	json_object_set_new(
	    o, "proof", json_string(proof_names[r->subject.proof]));
	if (r->subject.session[0] == '\0' || !session_token(r->cookie, token))
		return;
	session_csrf(token, csrf);
	json_object_set_new(o, "csrf", json_string(csrf));
	add_page_key(tx, r, o);
}

/* What stands at the head of the ward's papers. */
static json_t *
ward_json(struct tx *tx)
{
	return json_pack("{s:s, s:s}", "code", tx_ward(tx), "name",
	    tx_context(tx)->conf->ward_name);
}

/* GET /v1/me */
enum outcome
me_get(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->subject.id;
	struct place at = {"member", "name_sealed", id};
	struct rows *rows =
	    tx_query(tx, Q_MEMBER_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(id)));
	struct value sealed = {.kind = VALUE_BLOB};
	char *name = NULL;
	json_t *o = NULL;

	if (rows_next(rows)) {
		sealed.p = row_blob(rows, 3, &sealed.n);
		(void)keyring_unseal(tx, tx_ward(tx), &at, &sealed, &name);
		o = json_pack("{s:s, s:s, s:s, s:s*, s:s}", "id", id, "login",
		    row_text(rows, 1), "roles", row_text(rows, 2), "name", name,
		    "languages", row_text(rows, 4));
		add_quiet(o, rows);
		/* A phone's own clock may be wrong. */
		json_object_set_new(o, "now", json_instant(tx, clock_now()));
		json_object_set_new(o, "ward", ward_json(tx));
		add_login(tx, r, o);
	}
	(void)rows_end(rows);
	seal_free(name);
	return o != NULL ? answer_json(a, 200, o)
			 : answer_problem(a, "not_found");
}

static const struct field change_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .low = 1, .high = 100},
    {.name = "roles",
	.kind = FIELD_WORDS,
	.low = 1,
	.high = ROLE_MAX,
	.words = role_names},
    {.name = "phone", .kind = FIELD_TEXT, .low = 2, .high = 30},
    {.name = "languages",
	.kind = FIELD_WORDS,
	.high = LANGUAGE_MAX,
	.words = language_codes},
    {.name = "quiet", .kind = FIELD_TEXT, .high = QUIET_SIZE - 1},
};
/* What an admin may change, and the last of them by oneself. */
static const struct schema member_schema = {
    change_fields, NELEM(change_fields)};
static const struct schema me_schema = {change_fields + 3, 2};

static enum outcome
change_words(struct tx *tx, const struct request *r, const char *name,
    enum query q, const char *id)
{
	char *text;
	enum outcome how;

	if (json_object_get(r->body, name) == NULL)
		return OK;
	text = body_words(r, name);
	how = tx_exec(tx, q, ARGS(V_TEXT(id), V_TEXT(text)));
	free(text);
	return how;
}

static enum outcome
change_quiet(struct tx *tx, const struct request *r, const char *id)
{
	const char *text = body_text(r, "quiet");
	struct quiet q;

	if (text == NULL)
		return OK;
	(void)quiet_parse(text, &q);
	return tx_exec(tx, Q_MEMBER_QUIET,
	    ARGS(V_TEXT(id), q.is_set ? V_INT(q.from) : V_NULL,
		q.is_set ? V_INT(q.until) : V_NULL));
}

/* The new one is found; the old one is not any more. */
static enum outcome
change_own_name(struct tx *tx, const struct request *r, const char *id)
{
	const char *name = body_text(r, "name");
	struct place at = {"member", "name_sealed", id};
	struct value sealed = V_NULL;
	enum outcome how;

	if (name == NULL)
		return OK;
	how = keyring_seal(tx, tx_ward(tx), &at, name, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_MEMBER_NAME, ARGS(V_TEXT(id), sealed));
	if (how == OK)
		how =
		    tx_exec(tx, Q_BLIND_DROP, ARGS(V_TEXT("name"), V_TEXT(id)));
	keyring_done(&sealed);
	return perhaps(how);
}

/* Which fields were changed, and coded values of those that are not sealed. */
static json_t *
difference(const struct request *r)
{
	json_t *o = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(r->body, key, value)
	{
		bool is_sealed =
		    strcmp(key, "name") == 0 || strcmp(key, "phone") == 0;

		json_object_set(o, key, is_sealed ? json_true() : value);
	}
	return o;
}

static enum outcome
change(struct tx *tx, const struct request *r, const char *id)
{
	enum outcome how = change_own_name(tx, r, id);

	if (how == OK)
		how = member_index(tx, r, id);
	if (how == OK)
		how = change_words(tx, r, "roles", Q_MEMBER_ROLES, id);
	if (how == OK && json_object_get(r->body, "roles") != NULL)
		how = sessions_end(tx, id, NULL);
	if (how == OK)
		how = change_words(tx, r, "languages", Q_MEMBER_LANGUAGES, id);
	if (how == OK)
		how = change_quiet(tx, r, id);
	if (how == OK)
		how = duty_changed(tx);
	if (how != OK)
		return how;
	return admin_audit(tx, r,
	    &(struct happening){.act = "member.change",
		.object_kind = "member",
		.object_id = id,
		.detail = difference(r)});
}

static bool
is_well(const struct request *r, const struct schema *s, struct response *a)
{
	struct quiet q;

	if (!body_ok(r, s, a))
		return false;
	if (body_text(r, "quiet") == NULL ||
	    quiet_parse(body_text(r, "quiet"), &q))
		return true;
	(void)answer_fault(a, "/quiet", "viết như 22:00-06:00, hoặc để trống");
	return false;
}

/* PATCH /v1/me: languages and quiet hours */
enum outcome
me_patch(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how;

	if (!is_well(r, &me_schema, a))
		return INVALID;
	how = change(tx, r, r->subject.id);
	return how == OK ? me_get(tx, r, a) : answer_outcome(a, how);
}

enum outcome
member_set_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	bool had_anybody = duty_has_anybody(tx);
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK)
		how = change(tx, r, id);
	if (how == OK && had_anybody && !duty_has_anybody(tx))
		return answer_problem(a, "nobody_left");
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* Roles; and what tells whether somebody alleged is one of us (bars). */
static bool
is_weighty(const struct request *r)
{
	return json_object_get(r->body, "roles") != NULL ||
	       body_text(r, "name") != NULL || body_text(r, "phone") != NULL;
}

/* PATCH /v1/admin/members/{login}: the rest is told, and needs nobody. */
enum outcome
member_patch(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	if (!is_well(r, &member_schema, a))
		return INVALID;
	return change_make(tx, r, a,
	    &(struct wanted){
		CHANGE_member_set, r->args[0], id, r->body, !is_weighty(r)});
}
