/* Where members are reached: their own addresses, and an admin's view. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address_verify.h"
#include "admin.h"
#include "change.h"
#include "channels.h"
#include "clock.h"
#include "context.h"
#include "duty.h"
#include "handlers.h"
#include "keyring.h"
#include "people.h"

#define HINT	      3 /* letters of an address that tell which one it is */
#define CODES_AN_HOUR 5

/* The end of it, whole letters only. */
static void
add_hint(struct tx *tx, json_t *o, const char *id, const struct rows *rows)
{
	struct place at = {"address", "address_sealed", id};
	struct value sealed = {.kind = VALUE_BLOB};
	char *text = NULL;
	const char *end = "";
	size_t n;

	sealed.p = row_blob(rows, 2, &sealed.n);
	if (keyring_unseal(tx, tx_ward(tx), &at, &sealed, &text) == OK) {
		n = strlen(text);
		end = text + (n > HINT ? n - HINT : 0);
		while ((*end & 0xc0) == 0x80)
			end++;
	}
	json_object_set_new(o, "hint", json_string(end));
	seal_free(text);
}

static void
add_instant(struct tx *tx, json_t *o, const char *name, int64_t at)
{
	char text[INSTANT_SIZE];

	if (at == 0)
		return;
	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	json_object_set_new(o, name, json_string(text));
}

static enum outcome
list(struct tx *tx, const char *member_id, struct response *a)
{
	struct rows *rows =
	    tx_query(tx, Q_ADDRESS_LIST, ARGS(V_TEXT(member_id)));
	json_t *items = json_array();
	enum outcome how;

	while (rows_next(rows)) {
		const char *id = row_text(rows, 0);
		json_t *o = json_pack("{s:s, s:s, s:b, s:s*}", "id", id,
		    "channel", row_text(rows, 1), "is_verified",
		    !row_is_null(rows, 4), "verified_how", row_text(rows, 3));

		add_hint(tx, o, id, rows);
		add_instant(tx, o, "verified_at", row_int(rows, 4));
		add_instant(tx, o, "proved_at", row_int(rows, 5));
		json_array_append_new(items, o);
	}
	how = rows_end(rows);
	if (how == OK)
		return answer_list(a, items);
	json_decref(items);
	return answer_outcome(a, how);
}

/* GET /v1/admin/members/{login}/addresses */
enum outcome
member_address_list(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	return how == OK ? list(tx, id, a) : answer_outcome(a, how);
}

/* GET /v1/admin/channels: those that people are reached by */
enum outcome
channel_list(struct tx *tx, const struct request *r, struct response *a)
{
	const struct channels *c = tx_context(tx)->channels;
	json_t *items = json_array();

	(void)r;
	for (size_t i = 0; i < channels_n(c); i++) {
		const struct channel_conf *one = channels_nth(c, i);

		if (!channels_is_call(c, one->name))
			json_array_append_new(
			    items, json_pack("{s:s, s:s}", "name", one->name,
				       "kind", one->kind));
	}
	return answer_list(a, items);
}

/* GET /v1/me/addresses */
enum outcome
me_address_list(struct tx *tx, const struct request *r, struct response *a)
{
	return list(tx, r->subject.id, a);
}

static const struct field own_fields[] = {
    {.name = "channel", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "address", .kind = FIELD_TEXT, .required = true, 1, 1000},
};
static const struct schema own_schema = {own_fields, NELEM(own_fields)};

/* Codes cost money and reach strangers: members ask for a few an hour. */
static bool
may_send(struct tx *tx, const struct request *r, struct response *a)
{
	if (r->subject.kind != BY_MEMBER ||
	    tx_number(tx, Q_VERIFY_RECENT, 0,
		ARGS(V_TEXT(r->subject.id), V_INT(clock_now() - HOUR))) <
		CODES_AN_HOUR)
		return true;
	(void)answer_problem(a, "too_many_tries");
	return false;
}

/* Another one of a member's, or of an outside body's: their code tells which. */
enum outcome
member_address_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	return how == OK ? address_add(tx, r, a, id, NULL)
			 : answer_outcome(a, how);
}

enum outcome
agency_address_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	return how == OK ? address_add(tx, r, a, NULL, id)
			 : answer_outcome(a, how);
}

/* POST /v1/admin/members/{login}/addresses */
enum outcome
member_address_add(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	how = address_check(tx, r, a);
	return how == OK ? change_make(tx, r, a,
			       &(struct wanted){CHANGE_member_address,
				   r->args[0], id, r->body, false})
			 : how;
}

/* POST /v1/admin/agencies/{code}/addresses */
enum outcome
agency_address_add(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	how = address_check(tx, r, a);
	return how == OK ? change_make(tx, r, a,
			       &(struct wanted){CHANGE_agency_address,
				   r->args[0], NULL, r->body, false})
			 : how;
}

static enum outcome
own_login(struct tx *tx, const struct request *r, char login[ID_SIZE])
{
	struct rows *rows =
	    tx_query(tx, Q_DUTY_LOGIN, ARGS(V_TEXT(r->subject.id)));
	enum outcome how = rows_next(rows) ? OK : NOT_FOUND, ended;

	if (how == OK)
		row_copy(login, ID_SIZE, rows, 0);
	ended = rows_end(rows);
	return ended == OK ? how : ended;
}

/* POST /v1/me/addresses {channel, address}: nobody vouches for their own. */
enum outcome
me_address_add(struct tx *tx, const struct request *r, struct response *a)
{
	char login[ID_SIZE];
	enum outcome how;

	if (!body_ok(r, &own_schema, a) || !may_send(tx, r, a))
		return INVALID;
	if (tx_number(tx, Q_ADDRESS_COUNT, 0, ARGS(V_TEXT(r->subject.id))) >=
	    ADDRESSES_MAX)
		return answer_problem(a, "state_conflict");
	how = address_check(tx, r, a);
	if (how == OK)
		how = own_login(tx, r, login);
	return how == OK ? change_make(tx, r, a,
			       &(struct wanted){CHANGE_member_address, login,
				   r->subject.id, r->body, false})
			 : how;
}

/* Is only what is one's own there? */
static bool
is_own_only(const struct request *r)
{
	return r->subject.kind == BY_MEMBER && r->route->who != OFFICE;
}

/* Whose it is; to a member all but their own are not there. */
static enum outcome
find_owner(struct tx *tx, const struct request *r, struct person *p)
{
	struct rows *rows;
	bool is_there;
	enum outcome how;

	*p = (struct person){0};
	rows = tx_query(tx, Q_ADDRESS_GET, ARGS(V_TEXT(r->args[0])));
	is_there = rows_next(rows);
	if (is_there) {
		row_copy(p->member_id, ID_SIZE, rows, 1);
		row_copy(p->agency_id, ID_SIZE, rows, 2);
	}
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there ||
	    (is_own_only(r) && strcmp(p->member_id, r->subject.id) != 0))
		return NOT_FOUND;
	return OK;
}

static enum outcome
record(struct tx *tx, const struct request *r, const char *act)
{
	return admin_audit(tx, r,
	    &(struct happening){
		.act = act, .object_kind = "address", .object_id = r->args[0]});
}

static enum outcome
send_code(struct tx *tx, const struct request *r, struct response *a)
{
	struct person p;
	enum outcome how = find_owner(tx, r, &p);

	if (how == OK && tx_number(tx, Q_ADDRESS_UNVERIFIED, 0,
			     ARGS(V_TEXT(r->args[0]))) == 0)
		return answer_problem(a, "state_conflict");
	if (how == OK && !may_send(tx, r, a))
		return INVALID;
	if (how == OK)
		how = address_send_code(tx, &p, r->args[0]);
	if (how == OK)
		how = record(tx, r, "address.code_sent");
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

static const struct field code_fields[] = {
    {.name = "code", .kind = FIELD_TEXT, .required = true, 1, 32},
};
static const struct schema code_schema = {code_fields, NELEM(code_fields)};

/* A wrong one is counted, so it must not be rolled back. */
static enum outcome
take_code(struct tx *tx, const struct request *r, struct response *a)
{
	struct person p;
	enum outcome how = find_owner(tx, r, &p);

	if (how != OK)
		return answer_outcome(a, how);
	if (!body_ok(r, &code_schema, a))
		return INVALID;
	how = address_take_code(tx, r->args[0], body_text(r, "code"));
	if (how == REFUSED)
		return answer_problem(a, "too_many_tries");
	if (how == NOT_FOUND) {
		(void)answer_problem(a, "wrong_code");
		return OK;
	}
	if (how == OK)
		how = record(tx, r, "address.code_taken");
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

static enum outcome
remove_address(struct tx *tx, const struct request *r, struct response *a)
{
	struct person p;
	bool had_anybody = duty_has_anybody(tx);
	enum outcome how = find_owner(tx, r, &p);

	if (how == OK)
		how = tx_exec(tx, Q_ADDRESS_REMOVE,
		    ARGS(V_TEXT(r->args[0]), V_INT(clock_now())));
	if (how == OK && had_anybody && !duty_has_anybody(tx))
		return answer_problem(a, "nobody_left");
	if (how == OK)
		how = alarm_over(tx, "verify_address", r->args[0]);
	if (how == OK)
		how = duty_changed(tx);
	if (how == OK)
		how = admin_told(tx, r, "address.remove");
	if (how == OK)
		how = record(tx, r, "address.remove");
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* POST /v1/admin/addresses/{id}/code */
enum outcome
admin_address_code(struct tx *tx, const struct request *r, struct response *a)
{
	return send_code(tx, r, a);
}

/* POST /v1/me/addresses/{id}/code */
enum outcome
me_address_code(struct tx *tx, const struct request *r, struct response *a)
{
	return send_code(tx, r, a);
}

/* POST /v1/admin/addresses/{id}/verify {code} */
enum outcome
admin_address_verify(struct tx *tx, const struct request *r, struct response *a)
{
	return take_code(tx, r, a);
}

/* POST /v1/me/addresses/{id}/verify {code} */
enum outcome
me_address_verify(struct tx *tx, const struct request *r, struct response *a)
{
	return take_code(tx, r, a);
}

/* DELETE /v1/admin/addresses/{id} */
enum outcome
admin_address_remove(struct tx *tx, const struct request *r, struct response *a)
{
	return remove_address(tx, r, a);
}

/* DELETE /v1/me/addresses/{id} */
enum outcome
me_address_remove(struct tx *tx, const struct request *r, struct response *a)
{
	return remove_address(tx, r, a);
}
