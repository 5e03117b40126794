/* What the handlers of the control socket share. */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address_verify.h"
#include "alert.h"
#include "audit.h"
#include "bars.h"
#include "changes.h"
#include "channels.h"
#include "clock.h"
#include "context.h"
#include "duty.h"
#include "keyring.h"
#include "people.h"

bool
body_ok(const struct request *r, const struct schema *s, struct response *a)
{
	struct faults faults = {0};
	bool ok = schema_check(s, r->body, &faults);

	if (!ok)
		(void)answer_faults(a, "invalid_fields", &faults);
	faults_done(&faults);
	return ok;
}

enum outcome
answer_fault(struct response *a, const char *pointer, const char *what)
{
	struct faults faults = {0};
	enum outcome how;

	faults_add(&faults, pointer, "%s", what);
	how = answer_faults(a, "invalid_fields", &faults);
	faults_done(&faults);
	return how;
}

const char *
body_text(const struct request *r, const char *name)
{
	return json_string_value(json_object_get(r->body, name));
}

char *
body_words(const struct request *r, const char *name)
{
	struct buf b = BUF_MAX(500);
	json_t *word;
	size_t i;

	json_array_foreach(json_object_get(r->body, name), i, word)
	{
		buf_addf(
		    &b, "%s%s", i == 0 ? "" : " ", json_string_value(word));
	}
	return buf_take(&b);
}

int64_t
body_instant(const struct request *r, const char *name, int64_t otherwise)
{
	const char *text = body_text(r, name);
	int64_t at;

	return text != NULL && instant_parse(text, &at) ? at : otherwise;
}

enum outcome
admin_audit(
    struct tx *tx, const struct request *r, const struct happening *what)
{
	struct happening h = *what;

	h.actor = &r->subject;
	return audit_add(tx, &h);
}

enum outcome
leads_told(struct tx *tx, const char *act)
{
	bool guarded;
	enum outcome how = changes_are_guarded(tx, &guarded);

	return how == OK && guarded ? alarm_raise(tx, "alarm_admin_act", act)
				    : how;
}

enum outcome
admin_told(struct tx *tx, const struct request *r, const char *act)
{
	return r->subject.kind == BY_ADMIN || r->route->who == OFFICE
		   ? leads_told(tx, act)
		   : OK;
}

enum outcome
answer_list(struct response *a, json_t *items)
{
	return answer_json(a, 200, json_pack("{s:o}", "items", items));
}

json_t *
column(const json_t *items, const char *name)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(items, i, one)
	{
		json_array_append(list, json_object_get(one, name));
	}
	return list;
}

static enum outcome
find(struct tx *tx, enum query q, const char *name, char id[ID_SIZE])
{
	struct rows *rows =
	    tx_query(tx, q, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(name)));
	enum outcome how, found = NOT_FOUND;

	if (rows_next(rows)) {
		memcpy(id, row_text(rows, 0), ID_SIZE);
		found = OK;
	}
	how = rows_end(rows);
	return how == OK ? found : how;
}

enum outcome
member_find(struct tx *tx, const char *login, char id[ID_SIZE])
{
	return find(tx, Q_MEMBER_ID_OF_LOGIN, login, id);
}

enum outcome
agency_find(struct tx *tx, const char *code, char id[ID_SIZE])
{
	return find(tx, Q_AGENCY_ID_OF_CODE, code, id);
}

enum outcome
member_subject(struct tx *tx, const char *login, struct subject *who)
{
	struct rows *rows = tx_query(
	    tx, Q_MEMBER_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(login)));
	enum outcome how, found = NOT_FOUND;

	*who = (struct subject){.kind = BY_MEMBER};
	if (rows_next(rows)) {
		memcpy(who->id, row_text(rows, 0), ID_SIZE);
		(void)roles_parse(row_text(rows, 2), &who->roles);
		found = OK;
	}
	how = rows_end(rows);
	return how == OK ? found : how;
}

enum outcome
as_member(struct tx *tx, const struct request *r, struct response *a,
    const char *field, struct request *into)
{
	const char *login = body_text(r, field);
	struct subject who = {.kind = BY_MEMBER};
	char *pointer;
	enum outcome how = NOT_FOUND;

	if (login != NULL)
		how = member_subject(tx, login, &who);
	if (how == NOT_FOUND) {
		pointer = xasprintf("/%s", field);
		how = answer_fault(a, pointer, "không có thành viên này");
		free(pointer);
		return how;
	}
	if (how != OK)
		return answer_outcome(a, how);
	into->subject = who;
	into->body = json_copy(r->body);
	json_object_del(into->body, field);
	return OK;
}

enum outcome
person_index(struct tx *tx, const struct person *who, const char *kind,
    const char *value)
{
	bool is_member = who->member_id[0] != '\0';
	enum outcome how =
	    blind_add(tx, kind, value, is_member ? "member" : "agency",
		is_member ? who->member_id : who->agency_id);

	return how == OK ? bars_match(tx, who, kind, value) : how;
}

enum outcome
member_index(struct tx *tx, const struct request *r, const char *id)
{
	static const char *const kinds[] = {"name", "phone"};
	struct person who = {0};
	enum outcome how = OK;

	snprintf(who.member_id, ID_SIZE, "%s", id);
	for (size_t i = 0; i < NELEM(kinds) && how == OK; i++)
		how = person_index(tx, &who, kinds[i], body_text(r, kinds[i]));
	return how;
}

/* ---- Addresses ---- */

static const struct field address_fields[] = {
    {.name = "channel", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "address", .kind = FIELD_TEXT, .required = true, 1, 1000},
    {.name = "verified", .kind = FIELD_BOOL},
};
static const struct schema address_schema = {
    address_fields, NELEM(address_fields)};

/* Digits and what people put between them. */
static bool
is_phone(const char *s)
{
	return s[strspn(s, "+0123456789 .-()")] == '\0' &&
	       strpbrk(s, "0123456789") != NULL;
}

static struct value
null_if_empty(const char *s)
{
	return s[0] != '\0' ? V_TEXT(s) : V_NULL;
}

static enum outcome
address_insert(struct tx *tx, const struct request *r, const char *id,
    const struct person *who)
{
	const char *channel = body_text(r, "channel");
	const char *text = body_text(r, "address");
	struct place at = {"address", "address_sealed", id};
	bool verified = json_is_true(json_object_get(r->body, "verified"));
	unsigned char digest[BLIND_SIZE], *sealed;
	struct key ward;
	size_t n;
	enum outcome how = keyring_ward(tx, &ward);

	if (how != OK)
		return how;
	sealed = seal(&ward, &at, text, strlen(text), &n);
	key_wipe(&ward);
	how = address_digest(tx, channel, text, digest);
	if (how == OK)
		how = tx_exec(tx, Q_ADDRESS_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)),
			null_if_empty(who->member_id),
			null_if_empty(who->agency_id), V_TEXT(channel),
			V_BLOB(sealed, n), V_BLOB(digest, BLIND_SIZE),
			V_INT0(verified ? clock_now() : 0)));
	free(sealed);
	/* A phone is looked for when somebody is alleged (bars). */
	return how == OK && is_phone(text)
		   ? person_index(tx, who, "phone", text)
		   : how;
}

enum outcome
address_check(struct tx *tx, const struct request *r, struct response *a)
{
	if (!body_ok(r, &address_schema, a))
		return INVALID;
	return channels_find(
		   tx_context(tx)->channels, body_text(r, "channel")) == NULL
		   ? answer_fault(
			 a, "/channel", "không có kênh này trong channels.conf")
		   : OK;
}

enum outcome
address_add(struct tx *tx, const struct request *r, struct response *a,
    const char *member_id, const char *agency_id)
{
	const char *channel = body_text(r, "channel");
	bool verified = json_is_true(json_object_get(r->body, "verified"));
	struct person who = {0};
	char id[ID_SIZE];
	enum outcome how;

	snprintf(who.member_id, ID_SIZE, "%s", member_id ? member_id : "");
	snprintf(who.agency_id, ID_SIZE, "%s", agency_id ? agency_id : "");
	how = address_check(tx, r, a);
	if (how != OK)
		return how;
	id_new(id);
	how = address_insert(tx, r, id, &who);
	if (how == OK && !verified)
		how = address_send_code(tx, &who, id);
	if (how == OK)
		how = duty_changed(tx);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "address.add",
			.object_kind = "address",
			.object_id = id,
			.detail = json_pack("{s:s, s:b, s:s*, s:s*}", "channel",
			    channel, "verified", verified, "member", member_id,
			    "agency", agency_id)});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201,
	    json_pack("{s:s, s:s, s:b}", "id", id, "channel", channel,
		"is_verified", verified));
}
