#include "case_open.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "context.h"
#include "keyring.h"
#include "log.h"

json_t *
json_open(struct tx *tx, const struct opening_of *what, const struct rows *rows,
    int column)
{
	const struct place at = {what->table, what->column, what->row};
	struct value sealed = V_NULL;
	char *text = NULL;
	json_t *json;
	enum outcome how;

	if (row_is_null(rows, column))
		return NULL;
	sealed.p = row_blob(rows, column, &sealed.n);
	how = keyring_unseal(tx, what->owner, &at, &sealed, &text);
	if (how != OK) {
		if (how != NOT_FOUND)
			log_error("sealed row cannot be opened table=%s row=%s",
			    what->table, what->row);
		return NULL;
	}
	json = json_loads(text, 0, NULL);
	seal_free(text);
	return json;
}

/* Rows of id, body_sealed, its case's id and, perhaps, a role. */
static json_t *
open_list(struct tx *tx, struct rows *rows, const char *table)
{
	bool has_role = strcmp(table, "person") == 0;
	json_t *list = json_array(), *one;

	while (rows_next(rows)) {
		struct opening_of what = {
		    row_text(rows, 2), table, "body_sealed", row_text(rows, 0)};

		one = json_open(tx, &what, rows, 1);
		if (one == NULL)
			continue;
		json_object_set_new(one, "id", json_string(row_text(rows, 0)));
		if (has_role)
			json_object_set_new(
			    one, "role", json_string(row_text(rows, 3)));
		json_array_append_new(list, one);
	}
	(void)rows_end(rows);
	return list;
}

json_t *
json_instant(struct tx *tx, int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	return json_string(text);
}

json_t *
case_open_updates(struct tx *tx, const char *referral)
{
	struct rows *rows =
	    tx_query(tx, Q_VIEW_UPDATES, ARGS(V_TEXT(referral)));
	json_t *list = json_array();

	while (rows_next(rows)) {
		struct opening_of what = {referral, "referral_update",
		    "body_sealed", row_text(rows, 0)};

		json_array_append_new(
		    list, json_pack("{s:o, s:b, s:o*}", "made_at",
			      json_instant(tx, row_int(rows, 2)),
			      "has_informant", !row_is_null(rows, 3), "body",
			      json_open(tx, &what, rows, 1)));
	}
	(void)rows_end(rows);
	return list;
}

/*
 * Of one that went out: what was asked and which fields were shared; what they
 * held is the case's own.
 */
static json_t *
open_body(struct tx *tx, const struct rows *rows)
{
	const char *id = row_text(rows, 0);
	struct opening_of what = {id, "referral", "body_sealed", id};
	json_t *body = json_open(tx, &what, rows, 1);

	json_object_del(body, "shared");
	return body;
}

static json_t *
open_referral(struct tx *tx, const struct rows *rows)
{
	const char *id = row_text(rows, 0);
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:o, s:b, s:o*,"
			      " s:o}",
	    "id", id, "direction", row_text(rows, 3), "state",
	    row_text(rows, 4), "agency", row_text(rows, 6), "purpose",
	    row_text(rows, 7), "answer", row_text(rows, 9), "received_at",
	    json_instant(tx, row_int(rows, 5)), "has_informant",
	    !row_is_null(rows, 2), "body", open_body(tx, rows), "updates",
	    case_open_updates(tx, id));

	if (!row_is_null(rows, 8))
		json_object_set_new(
		    o, "due_at", json_instant(tx, row_int(rows, 8)));
	return o;
}

static json_t *
open_referrals(struct tx *tx, const struct case_row *c)
{
	struct rows *rows = tx_query(tx, Q_VIEW_REFERRALS, ARGS(V_TEXT(c->id)));
	json_t *list = json_array();

	while (rows_next(rows))
		json_array_append_new(list, open_referral(tx, rows));
	(void)rows_end(rows);
	return list;
}

json_t *
case_open_sealed(struct tx *tx, const struct case_row *c)
{
	return json_pack("{s:o, s:o, s:o}", "children",
	    open_list(tx, tx_query(tx, Q_VIEW_CHILDREN, ARGS(V_TEXT(c->id))),
		"child"),
	    "persons",
	    open_list(tx, tx_query(tx, Q_VIEW_PERSONS, ARGS(V_TEXT(c->id))),
		"person"),
	    "referrals", open_referrals(tx, c));
}

json_t *
case_open_act(struct tx *tx, const char *act_id)
{
	struct rows *rows = tx_query(tx, Q_VIEW_ACT_BODY, ARGS(V_TEXT(act_id)));
	json_t *body = NULL;

	if (rows_next(rows)) {
		struct opening_of what = {
		    row_text(rows, 1), "act", "body_sealed", act_id};

		body = json_open(tx, &what, rows, 0);
	}
	(void)rows_end(rows);
	return body;
}
