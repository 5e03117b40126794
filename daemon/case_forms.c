#include "case_forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "case_open.h"
#include "clock.h"
#include "context.h"
#include "intake_case.h"
#include "keyring.h"
#include "procedure.h"
#include "procedure_step.h"

#define FIELDS_MAX 300
#define NAME_SIGNS "abcdefghijklmnopqrstuvwxyz0123456789_."

static const char *const states[] = {"draft", "filed", NULL};
static const struct field one_fields[] = {
    {.name = "name",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 48},
    {.name = "text",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 20000},
};
static const struct schema one = {one_fields, NELEM(one_fields)};
static const struct field fields[] = {
    {.name = "state", .kind = FIELD_WORD, .required = true, .words = states},
    {.name = "fields",
	.kind = FIELD_LIST,
	.required = true,
	.high = FIELDS_MAX,
	.schema = &one},
};
const struct schema case_form_input = {fields, NELEM(fields)};

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

void
case_form_check(const json_t *body, struct faults *faults)
{
	json_t *seen = json_object(), *field;
	size_t i;

	json_array_foreach(json_object_get(body, "fields"), i, field)
	{
		const char *name = text_of(field, "name");
		char *at = xasprintf("/fields/%zu/name", i);

		if (strspn(name, NAME_SIGNS) != strlen(name))
			faults_add(faults, at,
			    "chỉ gồm chữ thường không dấu, số và _ .");
		else if (json_object_get(seen, name) != NULL)
			faults_add(faults, at, "mục này đã có ở trên");
		json_object_set_new(seen, name, json_true());
		free(at);
	}
	json_decref(seen);
}

bool
case_form_is_known(struct tx *tx, const char *code)
{
	const struct procedure *p = tx_context(tx)->procedure;

	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const char *form = step_form(procedure_nth_step(p, i));

		if (form != NULL && strcmp(form, code) == 0)
			return strlen(code) < FORM_CODE_SIZE;
	}
	return false;
}

enum outcome
case_form_find(struct tx *tx, const struct case_row *c, const char *what,
    struct case_form *out)
{
	struct rows *rows =
	    tx_query(tx, Q_CASE_FORM_FIND, ARGS(V_TEXT(c->id), V_TEXT(what)));
	enum outcome how = rows_next(rows) ? OK : NOT_FOUND, ended;

	*out = (struct case_form){0};
	if (how == OK) {
		row_copy(out->id, ID_SIZE, rows, 0);
		row_copy(out->case_id, ID_SIZE, rows, 1);
		row_copy(out->code, FORM_CODE_SIZE, rows, 2);
		out->version = row_int(rows, 3);
		out->is_filed = row_int(rows, 4) != 0;
	}
	ended = rows_end(rows);
	return ended == OK ? how : ended;
}

/* A draft of this very case is written over. */
static enum outcome
store(struct tx *tx, const struct case_form *f, bool is_new,
    const struct subject *by, struct value sealed)
{
	if (!is_new)
		return tx_exec(tx, Q_CASE_FORM_REDRAFT,
		    ARGS(V_TEXT(f->id), V_INT(f->version), V_INT(f->is_filed),
			V_TEXT(by->id), V_INT(clock_now()), sealed));
	return tx_exec(tx, Q_CASE_FORM_ADD,
	    ARGS(V_TEXT(f->id), V_TEXT(tx_ward(tx)), V_TEXT(f->case_id),
		V_TEXT(f->code), V_INT(f->version), V_INT(f->is_filed),
		V_TEXT(by->id), V_INT(clock_now()), sealed));
}

enum outcome
case_form_save(struct tx *tx, const struct case_row *c, const json_t *body,
    const struct subject *by, struct case_form *newest)
{
	bool is_new = newest->version == 0 || newest->is_filed ||
		      strcmp(newest->case_id, c->id) != 0;
	const struct place at = {"case_form", "body_sealed", newest->id};
	struct happening h = {.actor = by,
	    .object_kind = "form",
	    .object_id = newest->id,
	    .case_id = c->id};
	struct value sealed = V_NULL;
	enum outcome how;

	if (is_new)
		id_new(newest->id);
	snprintf(newest->case_id, ID_SIZE, "%s", c->id);
	newest->version++;
	newest->is_filed = strcmp(text_of(body, "state"), "filed") == 0;
	h.act = newest->is_filed ? "form.filed" : "form.saved";
	h.detail = json_pack("{s:s, s:I}", "form", newest->code, "version",
	    (json_int_t)newest->version);
	how = intake_seal(
	    tx, c->id, &at, json_object_get(body, "fields"), &sealed);
	if (how == OK)
		how = store(tx, newest, is_new, by, sealed);
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	else
		json_decref(h.detail);
	keyring_done(&sealed);
	return how;
}

static json_t *
head(struct tx *tx, const struct rows *rows)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:o}", "id",
	    row_text(rows, 0), "form", row_text(rows, 2), "version",
	    (json_int_t)row_int(rows, 3), "state",
	    states[row_int(rows, 4) != 0], "author", row_text(rows, 5),
	    "saved_at", json_instant(tx, row_int(rows, 6)));
}

json_t *
case_form_json(struct tx *tx, const struct case_form *f)
{
	const struct opening_of what = {
	    f->case_id, "case_form", "body_sealed", f->id};
	struct rows *rows = tx_query(tx, Q_CASE_FORM_READ, ARGS(V_TEXT(f->id)));
	json_t *o = NULL, *body = NULL;

	if (rows_next(rows)) {
		o = head(tx, rows);
		body = json_open(tx, &what, rows, 7);
	}
	(void)rows_end(rows);
	if (body == NULL) {
		json_decref(o);
		return NULL;
	}
	json_object_set_new(o, "fields", body);
	return o;
}

json_t *
case_forms_json(struct tx *tx, const struct case_row *c)
{
	struct rows *rows = tx_query(tx, Q_VIEW_FORMS, ARGS(V_TEXT(c->id)));
	json_t *list = json_array();

	while (rows_next(rows))
		json_array_append_new(list, head(tx, rows));
	(void)rows_end(rows);
	return list;
}
