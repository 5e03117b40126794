/* Passwords: worked out on a thread of their own, changed and set. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "alert.h"
#include "change.h"
#include "handlers.h"
#include "log.h"
#include "login.h"
#include "session.h"
#include "throttle.h"
#include "token.h"

/* What an admin reads out: 20 letters and digits that look like no other. */
#define MADE_LEN     20
#define MADE_LETTERS "23456789abcdefghjkmnpqrstuvwxyz"

static void
work_out(struct slow_hash *h)
{
	if (h->text == NULL)
		return;
	h->is_done = password_hash(h->text, h->salt, h->out);
	if (!h->is_done)
		log_error("no memory for a password");
}

void
password_slow(struct slow *s)
{
	work_out(&s->old);
	work_out(&s->new);
}

static const struct field change_fields[] = {
    {.name = "old",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = PASSWORD_HIGH},
    {.name = "new",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = PASSWORD_HIGH},
};
static const struct schema change_schema = {
    change_fields, NELEM(change_fields)};

static enum outcome
new_ok(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *me = tx_object(tx, Q_VIEW_LOGIN, ARGS(V_TEXT(r->subject.id)));
	const char *login = json_string_value(json_object_get(me, "login"));
	const char *fault =
	    password_fault(body_text(r, "new"), login == NULL ? "" : login);
	enum outcome how = OK;

	if (fault != NULL)
		how = answer_fault(a, "/new", fault);
	json_decref(me);
	return how;
}

enum outcome
me_password_before(struct tx *tx, const struct request *r, struct response *a)
{
	struct account account;
	enum outcome how;

	if (!body_ok(r, &change_schema, a))
		return INVALID;
	how = new_ok(tx, r, a);
	if (how == OK)
		how = login_wait(tx, r, a, r->subject.id);
	if (how != OK)
		return how;
	how = account_find(tx, r->subject.id, &account);
	memcpy(r->slow->old.salt, account.salt, SALT_SIZE);
	r->slow->old.text = body_text(r, "old");
	random_bytes(r->slow->new.salt, SALT_SIZE);
	r->slow->new.text = body_text(r, "new");
	return how == OK ? OK : answer_outcome(a, how);
}

/* Kept; every other session is over. */
static enum outcome
put(struct tx *tx, const struct request *r, const char *member,
    const struct slow_hash *h)
{
	enum outcome how = password_put(tx, member, h);

	if (how == OK)
		how = sessions_end(tx, member,
		    r->subject.kind == BY_MEMBER ? r->subject.session : NULL);
	return how == OK ? admin_audit(tx, r,
			       &(struct happening){.act = "password.set",
				   .object_kind = "member",
				   .object_id = member})
			 : how;
}

/* POST /v1/me/password */
enum outcome
me_password_post(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->subject.id;
	struct account account;
	enum outcome how = login_wait(tx, r, a, id);

	if (how != OK)
		return how;
	how = account_find(tx, id, &account);
	if (how != OK)
		return answer_outcome(a, how);
	if (!r->slow->old.is_done || !r->slow->new.is_done)
		return answer_problem(a, "unavailable");
	if (!account_matches(&account, &r->slow->old)) {
		how = throttle_failed(tx, id, login_address(r));
		(void)answer_fault(a, "/old", "không đúng");
		return how;
	}
	return answer_outcome(a, put(tx, r, id, &r->slow->new));
}

/* A password that nobody chose. */
enum outcome
member_password_before(
    struct tx *tx, const struct request *r, struct response *a)
{
	_Static_assert(MADE_LEN < sizeof(r->slow->made), "room for it");
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	random_text(r->slow->made, MADE_LEN, MADE_LETTERS);
	random_bytes(r->slow->new.salt, SALT_SIZE);
	r->slow->new.text = r->slow->made;
	return OK;
}

/* Who sets another's password could log in as them: the leads are told. */
static enum outcome
tell_reset(struct tx *tx, const char *member)
{
	return tx_number(tx, Q_PASSWORD_IS_SET, 0, ARGS(V_TEXT(member))) > 0
		   ? alarm_raise(tx, "alarm_access_reset", "")
		   : OK;
}

/* What was worked out when it was asked for. */
static bool
read_made(const struct request *r, struct slow_hash *h)
{
	*h = (struct slow_hash){.is_done = true};
	return hex_decode(h->salt, SALT_SIZE, body_text(r, "salt")) &&
	       hex_decode(h->out, HASH_SIZE, body_text(r, "hash"));
}

enum outcome
password_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	struct slow_hash h;
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK && !read_made(r, &h))
		how = FAILED;
	if (how == OK)
		how = tell_reset(tx, id);
	if (how == OK)
		how = put(tx, r, id, &h);
	return how == OK ? answer_json(a, 201, json_object())
			 : answer_outcome(a, how);
}

static json_t *
made_body(const struct slow_hash *h)
{
	char salt[2 * SALT_SIZE + 1], hash[2 * HASH_SIZE + 1];

	hex_encode(salt, h->salt, SALT_SIZE);
	hex_encode(hash, h->out, HASH_SIZE);
	return json_pack("{s:s, s:s}", "salt", salt, "hash", hash);
}

/* POST /v1/admin/members/{login}/password */
enum outcome
member_password_post(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	json_t *body;
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK && !r->slow->new.is_done)
		return answer_problem(a, "unavailable");
	if (how != OK)
		return answer_outcome(a, how);
	body = made_body(&r->slow->new);
	how = change_make(tx, r, a,
	    &(struct wanted){CHANGE_password, r->args[0], id, body,
		!change_is_access(tx, id)});
	if (how == OK) {
		json_object_set_new(a->json, "login", json_string(r->args[0]));
		json_object_set_new(
		    a->json, "password", json_string(r->slow->made));
	}
	json_decref(body);
	return how;
}
