/* What agencies could not bring in, for the lead. */
#include <string.h>

#include "admin.h"
#include "allow.h"
#include "audit.h"
#include "cases.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "handlers.h"
#include "keyring.h"
#include "refused_reader.h"
#include "text.h"

#define LIST_MAX  200
#define INFORMANT "informant"

static bool
may_see(const struct request *r)
{
	return allow(
	    &r->subject, ACTION_refused_list, &(struct object){0}, SEE_thing);
}

/* All but what accuses the reader. */
static json_t *
list_for(struct tx *tx, const struct subject *who, const char *after)
{
	json_t *all = tx_list(tx, Q_REFUSED_LIST,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(after == NULL ? "" : after),
		V_INT(LIST_MAX)));
	json_t *seen = json_array(), *one;
	struct refused_reader reader;
	size_t i;

	refused_reader_open(tx, who, &reader);
	json_array_foreach(all, i, one)
	{
		if (!refused_names(tx, &reader,
			json_string_value(json_object_get(one, "id"))))
			json_array_append(seen, one);
	}
	refused_reader_done(&reader);
	json_decref(all);
	return seen;
}

/* GET /v1/refused */
enum outcome
refused_list(struct tx *tx, const struct request *r, struct response *a)
{
	const char *after = request_query(r, "after");
	enum outcome how;

	if (!may_see(r))
		return answer_problem(a, "forbidden");
	if (after != NULL && !id_ok(after))
		return answer_problem(a, "invalid_query");
	how = admin_audit(tx, r,
	    &(struct happening){.act = "refused.list",
		.object_kind = "ward",
		.object_id = tx_ward(tx)});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, list_for(tx, &r->subject, after));
}

/*
 * Who told it is not shown with the rest (D56 24.1): the text without it; NULL
 * if it cannot be told apart.  The caller frees.
 */
static char *
without_informant(const char *plain, size_t n)
{
	json_t *body = json_loadb(plain, n, 0, NULL);
	char *text;

	json_object_del(body, INFORMANT);
	text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
	if (text == NULL || strstr(text, INFORMANT) == NULL)
		return text;
	seal_free(text);
	return NULL;
}

/* Whatever came: text as it was, anything else as base64. */
static void
set_body(json_t *o, const char *plain, size_t n, bool whole)
{
	char *text;

	if (!whole && memmem(plain, n, INFORMANT, strlen(INFORMANT)) != NULL) {
		text = without_informant(plain, n);
		if (text != NULL)
			json_object_set_new(o, "body", json_string(text));
		json_object_set_new(o, "is_kept_back", json_true());
		seal_free(text);
		return;
	}
	if (strlen(plain) == n && text_is_utf8(plain, n)) {
		json_object_set_new(o, "body", json_string(plain));
		return;
	}
	text = base64_encode(plain, n);
	json_object_set_new(o, "body_base64", json_string(text));
	seal_free(text);
}

/* NULL if it is not there or cannot be opened. */
static json_t *
open_refused(struct tx *tx, const char *id, bool whole)
{
	struct place at = {"refused_body", "body_sealed", id};
	struct rows *rows =
	    tx_query(tx, Q_REFUSED_GET, ARGS(V_TEXT(id), V_TEXT(tx_ward(tx))));
	char made[INSTANT_SIZE], *plain = NULL;
	struct value sealed = {.kind = VALUE_BLOB};
	json_t *o = NULL;

	if (rows_next(rows)) {
		sealed.p = row_blob(rows, 4, &sealed.n);
		instant_format(made, row_int(rows, 1),
		    (int)tx_context(tx)->conf->utc_offset_min);
		if (keyring_unseal(tx, tx_ward(tx), &at, &sealed, &plain) ==
		    OK) {
			o = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o*}", "id",
			    id, "agency", row_text(rows, 0), "made_at", made,
			    "status", (json_int_t)row_int(rows, 2), "size",
			    (json_int_t)row_int(rows, 5), "errors",
			    json_loads(row_text(rows, 3), 0, NULL));
			set_body(o, plain, sealed.n - SEAL_EXTRA, whole);
		}
	}
	(void)rows_end(rows);
	seal_free(plain);
	return o;
}

/* One that does not accuse the reader; NULL if there is none. */
static json_t *
open_for(struct tx *tx, const struct request *r, bool whole)
{
	const char *id = r->args[0];
	struct refused_reader reader;
	json_t *o = NULL;

	refused_reader_open(tx, &r->subject, &reader);
	if (!refused_names(tx, &reader, id))
		o = open_refused(tx, id, whole);
	refused_reader_done(&reader);
	return o;
}

static const struct field informant_fields[] = {
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema informant_schema = {
    informant_fields, NELEM(informant_fields)};

/* The reason is an act of the ward, sealed. */
static enum outcome
record_opened(struct tx *tx, const struct request *r)
{
	struct act act = {.kind = INFORMANT,
	    .by = &r->subject,
	    .acted_at = clock_now(),
	    .body = r->body};
	enum outcome how = act_add(tx, &act);

	if (how != OK)
		return how;
	return admin_audit(tx, r,
	    &(struct happening){.act = "refused.informant_opened",
		.object_kind = "refused_body",
		.object_id = r->args[0],
		.detail = json_pack("{s:s}", "act", act.id)});
}

/*
 * POST /v1/refused/{id}/informant {reason}: all of it, for the lead; for their
 * deputies where there is none.
 */
enum outcome
refused_informant(struct tx *tx, const struct request *r, struct response *a)
{
	const struct object o = {
	    .has_no_lead = tx_number(tx, Q_LEADS_UNBARRED, 1,
			       ARGS(V_TEXT(tx_ward(tx)), V_TEXT(""))) == 0};
	json_t *whole;
	enum outcome how;

	if (!allow(&r->subject, ACTION_refused_list, &o, SEE_informant))
		return answer_problem(a, "forbidden");
	if (!body_ok(r, &informant_schema, a))
		return INVALID;
	whole = open_for(tx, r, true);
	if (whole == NULL)
		return answer_problem(a, "not_found");
	how = record_opened(tx, r);
	(void)answer_json(a, 200, whole);
	return how == OK ? OK : answer_outcome(a, how);
}

/* GET /v1/refused/{id}: with this it has been seen. */
enum outcome
refused_get(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->args[0];
	json_t *o;
	enum outcome how;

	if (!may_see(r))
		return answer_problem(a, "forbidden");
	o = open_for(tx, r, false);
	if (o == NULL)
		return answer_problem(a, "not_found");
	how = perhaps(
	    tx_exec(tx, Q_REFUSED_SEEN, ARGS(V_TEXT(id), V_INT(clock_now()))));
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "refused.read",
			.object_kind = "refused_body",
			.object_id = id});
	(void)answer_json(a, 200, o);
	return how == OK ? OK : answer_outcome(a, how);
}
