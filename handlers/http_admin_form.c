/*
 * Create-only links of agencies: printed for a school as URL and QR, good for
 * notifications alone, until a day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "alert_rows.h"
#include "calendar.h"
#include "case_open.h"
#include "clock.h"
#include "console.h"
#include "context.h"
#include "handlers.h"
#include "qr_code.h"
#include "token.h"

#define LIVE_FORMS 20 /* posters of one agency */
#define DAYS_MAX   400
#define OVERLAP	   (14 * DAY) /* the old paper is still on the wall */

static const struct field form_fields[] = {
    {.name = "until", .kind = FIELD_DATE, .required = true},
    {.name = "quota", .kind = FIELD_INT, .low = 1, .high = 1000},
};
static const struct schema form_schema = {form_fields, NELEM(form_fields)};

/* GET /v1/admin/agencies/{code}/links */
enum outcome
form_list(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, tx_list(tx, Q_FORM_LIST, ARGS(V_TEXT(id))));
}

/* Its last day is over at *not_after; answers if that is not to come. */
static enum outcome
check(struct tx *tx, const struct request *r, struct response *a,
    int64_t *not_after)
{
	const struct calendar *c = tx_context(tx)->calendar;
	day_t today = calendar_day_of(c, clock_now()), until;

	/* Nobody shall scan a code that leads to nothing. */
	if (n_console_files == 0)
		return answer_problem(a, "no_pages");
	if (tx_context(tx)->conf->public_url[0] == '\0')
		return answer_problem(a, "no_public_url");
	if (!body_ok(r, &form_schema, a))
		return INVALID;
	until = day_of_date(body_text(r, "until"));
	if (until < today || until > today + DAYS_MAX)
		return answer_fault(
		    a, "/until", "phải từ hôm nay đến nhiều nhất 400 ngày nữa");
	*not_after = calendar_day_start(c, until + 1);
	return OK;
}

struct form {
	const char *code; /* of the agency */
	const char
	    *renews; /* id of the link that it takes over from, or NULL */
	int64_t quota, not_after;
};

static enum outcome
insert(struct tx *tx, const struct request *r, const struct form *f,
    const struct token *t)
{
	char agency[ID_SIZE];
	enum outcome how = agency_find(tx, f->code, agency);

	if (how == OK)
		how = tx_exec(tx, Q_FORM_ADD,
		    ARGS(V_TEXT(t->id), V_TEXT(tx_ward(tx)), V_TEXT(agency),
			V_BLOB(t->hash, HASH_SIZE), V_INT(f->quota),
			V_INT(clock_now()), V_INT(f->not_after)));
	if (how == OK)
		how = admin_told(tx, r, "form.add");
	return how == OK ? admin_audit(tx, r,
			       &(struct happening){.act = "form.add",
				   .object_kind = "agency_key",
				   .object_id = t->id,
				   .detail = json_pack("{s:s, s:s*}", "agency",
				       agency, "renews", f->renews)})
			 : how;
}

/* The code of a text, a string a row; NULL if it is too long for one. */
static json_t *
qr_json(const char *text)
{
	size_t width;
	char *modules = qr_modules(text, &width);
	json_t *rows = modules == NULL ? NULL : json_array();

	for (size_t i = 0; modules != NULL && i < width; i++)
		json_array_append_new(
		    rows, json_stringn(modules + i * width, width));
	seal_free(modules);
	return rows;
}

/* 201 {id, key, url, qr, ...}: what is printed, this one time. */
static enum outcome
make(struct tx *tx, const struct request *r, struct response *a,
    const struct form *f)
{
	const struct conf *conf = tx_context(tx)->conf;
	struct token t = {.kind = TOKEN_FORM};
	char *key, *url;
	enum outcome how;

	snprintf(t.code, sizeof(t.code), "%s", f->code);
	key = token_make(&t);
	url = xasprintf("%s/refer#%s", conf->public_url, key);
	how = insert(tx, r, f, &t);
	if (how == OK)
		how = answer_json(a, 201,
		    json_pack("{s:s, s:s, s:s, s:s, s:o*, s:I, s:o, s:s, s:s}",
			"id", t.id, "agency", f->code, "key", key, "url", url,
			"qr", qr_json(url), "quota", (json_int_t)f->quota,
			"not_after_at", json_instant(tx, f->not_after),
			"ward_name", conf->ward_name, "duty_phone",
			conf->duty_phone));
	else
		(void)answer_outcome(a, how);
	seal_free(url);
	seal_free(key);
	return how;
}

/* POST /v1/admin/agencies/{code}/links {until, quota} */
enum outcome
form_add(struct tx *tx, const struct request *r, struct response *a)
{
	struct form f = {.code = r->args[0]};
	char agency[ID_SIZE];
	enum outcome how = agency_find(tx, f.code, agency);

	if (how != OK)
		return answer_outcome(a, how);
	how = check(tx, r, a, &f.not_after);
	if (how != OK)
		return how;
	if (tx_number(tx, Q_FORMS_LIVE, 0,
		ARGS(V_TEXT(agency), V_INT(clock_now()))) >= LIVE_FORMS)
		return answer_problem(a, "state_conflict");
	f.quota = json_integer_value(json_object_get(r->body, "quota"));
	if (f.quota == 0)
		f.quota = tx_context(tx)->conf->form_quota;
	return make(tx, r, a, &f);
}

/* The link of the path; CONFLICT: it is over, or its agency is stopped. */
static enum outcome
find(struct tx *tx, const char *id, char code[TOKEN_CODE_MAX + 1],
    int64_t *quota)
{
	struct rows *rows =
	    tx_query(tx, Q_FORM_GET, ARGS(V_TEXT(id), V_TEXT(tx_ward(tx))));
	enum outcome how = NOT_FOUND, ended;

	if (rows_next(rows)) {
		row_copy(code, TOKEN_CODE_MAX + 1, rows, 0);
		*quota = row_int(rows, 1);
		how = row_int(rows, 2) > clock_now() && row_is_null(rows, 3) &&
			      strcmp(row_text(rows, 4), "active") == 0
			  ? OK
			  : CONFLICT;
	}
	ended = rows_end(rows);
	return ended == OK ? how : ended;
}

/* POST /v1/admin/links/{id}/renew {until, quota}: a new one in its place. */
enum outcome
form_renew(struct tx *tx, const struct request *r, struct response *a)
{
	char code[TOKEN_CODE_MAX + 1];
	struct form f = {.code = code, .renews = r->args[0]};
	enum outcome how = find(tx, r->args[0], code, &f.quota);
	int64_t quota;

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	how = check(tx, r, a, &f.not_after);
	if (how != OK)
		return how;
	quota = json_integer_value(json_object_get(r->body, "quota"));
	if (quota > 0)
		f.quota = quota;
	how = tx_exec(tx, Q_FORM_UNTIL,
	    ARGS(V_TEXT(r->args[0]), V_INT(clock_now() + OVERLAP)));
	return how == OK || how == NOT_FOUND ? make(tx, r, a, &f)
					     : answer_outcome(a, how);
}

/* POST /v1/admin/links/{id}/revoke */
enum outcome
form_revoke(struct tx *tx, const struct request *r, struct response *a)
{
	char code[TOKEN_CODE_MAX + 1];
	int64_t quota;
	enum outcome how = find(tx, r->args[0], code, &quota);

	if (how == OK)
		how = tx_exec(tx, Q_FORM_REVOKE,
		    ARGS(V_TEXT(r->args[0]), V_INT(clock_now())));
	if (how == OK)
		how = admin_told(tx, r, "form.revoke");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "form.revoke",
			.object_kind = "agency_key",
			.object_id = r->args[0]});
	return answer_outcome(a, how);
}
