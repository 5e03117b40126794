/* Documents as JSON; what is in them is not looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_open.h"
#include "clock.h"
#include "document_parts.h"

json_t *
document_said(struct tx *tx, const struct document *d)
{
	struct rows *rows =
	    tx_query(tx, Q_VIEW_DOCUMENT_TITLE, ARGS(V_TEXT(d->id)));
	struct opening_of what = {
	    d->case_id, "document", "title_sealed", d->id};
	json_t *title = NULL;

	if (rows_next(rows))
		title = json_open(tx, &what, rows, 0);
	(void)rows_end(rows);
	return title;
}

/* Numbers of the parts that have not come. */
static json_t *
missing_json(struct tx *tx, const struct document *d, int64_t parts)
{
	struct rows *rows = tx_query(tx, Q_PART_NUMBERS, ARGS(V_TEXT(d->id)));
	json_t *list = json_array();
	int64_t next = 1;

	while (rows_next(rows)) {
		for (; next < row_int(rows, 0); next++)
			json_array_append_new(list, json_integer(next));
		next++;
	}
	for (; next <= parts; next++)
		json_array_append_new(list, json_integer(next));
	(void)rows_end(rows);
	return list;
}

json_t *
document_json(struct tx *tx, const struct document *d)
{
	json_t *o = tx_object(tx, Q_VIEW_DOCUMENT, ARGS(V_TEXT(d->id)));
	json_t *said = document_said(tx, d);

	json_object_update_new(o,
	    json_pack("{s:O*, s:O*, s:i}", "title",
		json_object_get(said, "title"), "sha256",
		json_object_get(said, "sha256"), "part_size", (int)UPLOAD_MAX));
	json_decref(said);
	if (strcmp(json_string_value(json_object_get(o, "state")), "open") == 0)
		json_object_set_new(o, "missing",
		    missing_json(tx, d,
			json_integer_value(json_object_get(o, "parts"))));
	return o;
}

json_t *
documents_json(
    struct tx *tx, const struct case_row *c, const struct subject *by)
{
	struct rows *rows = tx_query(tx, Q_DOCUMENTS_OF_CASE,
	    ARGS(V_TEXT(c->id), V_TEXT(by->id), V_INT(clock_now())));
	json_t *list = json_array();
	struct document d = {0};

	while (rows_next(rows)) {
		memcpy(d.id, row_text(rows, 0), ID_SIZE);
		memcpy(d.case_id, row_text(rows, 1), ID_SIZE);
		json_array_append_new(list, document_json(tx, &d));
	}
	(void)rows_end(rows);
	return list;
}
