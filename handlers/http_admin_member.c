/* Members, their tokens and addresses, for hotlinectl. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "change.h"
#include "clock.h"
#include "duty.h"
#include "handlers.h"
#include "keyring.h"
#include "languages.h"
#include "people.h"
#include "quiet.h"
#include "session.h"
#include "token.h"

#define TOKEN_LIFE (90 * DAY)
#define LOGIN_REST "abcdefghijklmnopqrstuvwxyz0123456789._-"

static const struct field member_fields[] = {
    {.name = "login", .kind = FIELD_TEXT, .required = true, 2, 32},
    {.name = "name", .kind = FIELD_TEXT, .required = true, 1, 100},
    {.name = "roles",
	.kind = FIELD_WORDS,
	.required = true,
	1,
	ROLE_MAX,
	.words = role_names},
    {.name = "phone", .kind = FIELD_TEXT, .low = 2, .high = 30},
    {.name = "agency", .kind = FIELD_TEXT, .low = 2, .high = 16},
    {.name = "languages",
	.kind = FIELD_WORDS,
	.high = LANGUAGE_MAX,
	.words = language_codes},
};
static const struct schema member_schema = {
    member_fields, NELEM(member_fields)};

/* GET /v1/admin/members */
enum outcome
member_list(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *items = tx_list(tx, Q_MEMBER_LIST, ARGS(V_TEXT(tx_ward(tx)))),
	       *o;
	size_t i;

	(void)r;
	json_array_foreach(items, i, o)
	{
		json_t *from = json_object_get(o, "quiet_from");
		json_t *until = json_object_get(o, "quiet_until");
		struct quiet q = {from != NULL, (int)json_integer_value(from),
		    (int)json_integer_value(until)};
		char text[QUIET_SIZE];

		quiet_format(text, &q);
		json_object_del(o, "quiet_from");
		json_object_del(o, "quiet_until");
		json_object_set_new(o, "quiet", json_string(text));
	}
	return answer_list(a, items);
}

static bool
login_ok(const char *s)
{
	return s[0] >= 'a' && s[0] <= 'z' && s[strspn(s, LOGIN_REST)] == '\0';
}

/* Where they work, by its code: they are barred where it is. */
static bool
agency_ok(struct tx *tx, const struct request *r, char id[ID_SIZE])
{
	const char *code = body_text(r, "agency");

	return code == NULL || agency_find(tx, code, id) == OK;
}

static enum outcome
member_insert(
    struct tx *tx, const struct request *r, const char *id, const char *roles)
{
	const char *name = body_text(r, "name");
	struct place at = {"member", "name_sealed", id};
	char agency[ID_SIZE] = "";
	char *languages;
	unsigned char *sealed;
	struct key ward;
	size_t n;
	enum outcome how = agency_ok(tx, r, agency) ? OK : NOT_FOUND;

	if (how == OK)
		how = keyring_ward(tx, &ward);
	if (how != OK)
		return how;
	languages = body_words(r, "languages");
	sealed = seal(&ward, &at, name, strlen(name), &n);
	key_wipe(&ward);
	how = tx_exec(tx, Q_MEMBER_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(body_text(r, "login")),
		V_BLOB(sealed, n), V_TEXT(roles), V_INT(clock_now())));
	free(sealed);
	if (how == OK && agency[0] != '\0')
		how =
		    tx_exec(tx, Q_MEMBER_AT, ARGS(V_TEXT(id), V_TEXT(agency)));
	if (how == OK && languages[0] != '\0')
		how = tx_exec(tx, Q_MEMBER_LANGUAGES,
		    ARGS(V_TEXT(id), V_TEXT(languages)));
	free(languages);
	return how == OK ? member_index(tx, r, id) : how;
}

/* They are there from now on. */
enum outcome
member_add_apply(struct tx *tx, const struct request *r, struct response *a)
{
	const char *login = body_text(r, "login");
	char id[ID_SIZE], *roles;
	enum outcome how;

	id_new(id);
	roles = body_words(r, "roles");
	how = member_insert(tx, r, id, roles);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "member.add",
			.object_kind = "member",
			.object_id = id,
			.detail = json_pack(
			    "{s:s, s:s}", "login", login, "roles", roles)});
	free(roles);
	if (how == NOT_FOUND)
		return answer_fault(
		    a, "/agency", "không có cơ quan mang mã này");
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(
	    a, 201, json_pack("{s:s, s:s}", "id", id, "login", login));
}

/* What can be told before anybody is asked to approve it. */
static enum outcome
check_new(struct tx *tx, const struct request *r, struct response *a)
{
	const char *login = body_text(r, "login");
	char id[ID_SIZE];

	if (!body_ok(r, &member_schema, a))
		return INVALID;
	if (!login_ok(login))
		return answer_fault(a, "/login",
		    "bắt đầu bằng chữ thường không dấu, sau đó là a-z 0-9 . _ "
		    "-");
	if (!agency_ok(tx, r, id))
		return answer_fault(
		    a, "/agency", "không có cơ quan mang mã này");
	return member_find(tx, login, id) == OK ? answer_outcome(a, CONFLICT)
						: OK;
}

/* POST /v1/admin/members */
enum outcome
member_add(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how = check_new(tx, r, a);

	if (how != OK)
		return how;
	return change_make(tx, r, a,
	    &(struct wanted){.kind = CHANGE_member_add,
		.about = body_text(r, "login"),
		.body = r->body});
}

/*
 * POST /v1/admin/members/{login}/stop: rotations skip them, their cases go to
 * others, who are told.
 */
enum outcome
member_stop(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	bool had_anybody = duty_has_anybody(tx);
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK)
		how = tx_exec(tx, Q_MEMBER_STOP, ARGS(V_TEXT(id)));
	if (how == OK && had_anybody && !duty_has_anybody(tx))
		return answer_problem(a, "nobody_left");
	if (how == OK)
		how = duty_forget(tx, id);
	if (how == OK)
		how = sessions_end(tx, id, NULL);
	if (how == OK)
		how = people_release(tx, id);
	if (how == OK)
		how = duty_changed(tx);
	if (how == OK)
		how = admin_told(tx, r, "member.stop");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "member.stop",
			.object_kind = "member",
			.object_id = id});
	return answer_outcome(a, how);
}

static const struct field token_fields[] = {
    {.name = "not_after", .kind = FIELD_INSTANT},
};
static const struct schema token_schema = {token_fields, NELEM(token_fields)};

/* Its hash is kept; the text was shown when it was asked for. */
enum outcome
token_apply(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = body_text(r, "id");
	unsigned char hash[HASH_SIZE];
	char member[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], member);

	if (!hex_decode(hash, HASH_SIZE, body_text(r, "hash")))
		how = FAILED;
	if (how == OK)
		how = tx_exec(tx, Q_MEMBER_TOKEN_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(member),
			V_BLOB(hash, HASH_SIZE),
			V_INT(json_integer_value(
			    json_object_get(r->body, "until")))));
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "token.add",
			.object_kind = "member_token",
			.object_id = id,
			.detail = json_pack("{s:s}", "member", member)});
	return how == OK ? answer_json(a, 201, json_pack("{s:s}", "id", id))
			 : answer_outcome(a, how);
}

static json_t *
token_body(const struct request *r, const struct token *t)
{
	char hex[2 * HASH_SIZE + 1];
	int64_t until = body_instant(r, "not_after", clock_now() + TOKEN_LIFE);

	hex_encode(hex, t->hash, HASH_SIZE);
	return json_pack("{s:s, s:s, s:I}", "id", t->id, "hash", hex, "until",
	    (json_int_t)until);
}

/* POST /v1/admin/members/{login}/tokens */
enum outcome
member_token_add(struct tx *tx, const struct request *r, struct response *a)
{
	struct token t = {.kind = TOKEN_MEMBER};
	char id[ID_SIZE], *text;
	json_t *body;
	enum outcome how = member_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	if (!body_ok(r, &token_schema, a))
		return INVALID;
	text = token_make(&t);
	body = token_body(r, &t);
	how = change_make(tx, r, a,
	    &(struct wanted){
		CHANGE_token, r->args[0], id, body, !change_is_access(tx, id)});
	if (how == OK) {
		json_object_set_new(a->json, "id", json_string(t.id));
		json_object_set_new(a->json, "token", json_string(text));
	}
	json_decref(body);
	seal_free(text);
	return how;
}
