#include "case_notes.h"

#include <string.h>

#include "case_open.h"
#include "clock.h"
#include "intake_case.h"
#include "keyring.h"

static enum outcome
insert(struct tx *tx, const struct case_row *c, const struct note *n,
    const struct subject *by)
{
	const struct place at = {"note", "body_sealed", n->id};
	struct happening h = {.actor = by,
	    .act = n->corrects == NULL ? "note.added" : "note.corrected",
	    .object_kind = "note",
	    .object_id = n->id,
	    .case_id = c->id};
	struct value sealed = V_NULL;
	enum outcome how = intake_seal(tx, c->id, &at, n->body, &sealed);

	if (how == OK)
		how = tx_exec(tx, Q_NOTE_ADD,
		    ARGS(V_TEXT(n->id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
			V_TEXT(by->id), V_INT(clock_now()), V_TEXT(n->corrects),
			sealed));
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	keyring_done(&sealed);
	return how;
}

enum outcome
case_note_add(struct tx *tx, const struct case_row *c, struct note *n,
    const struct subject *by)
{
	if (n->corrects != NULL &&
	    tx_number(tx, Q_NOTE_OF_CASE, 0,
		ARGS(V_TEXT(c->id), V_TEXT(n->corrects))) == 0)
		return NOT_FOUND;
	id_new(n->id);
	return insert(tx, c, n, by);
}

static json_t *
note_json(struct tx *tx, const struct rows *rows, bool sealed)
{
	const struct opening_of what = {
	    row_text(rows, 1), "note", "body_sealed", row_text(rows, 0)};
	json_t *one = json_pack("{s:s, s:s, s:o, s:s*}", "id",
	    row_text(rows, 0), "author", row_text(rows, 2), "made_at",
	    json_instant(tx, row_int(rows, 3)), "corrects", row_text(rows, 4));

	if (sealed) {
		json_t *body = json_open(tx, &what, rows, 5);

		json_object_update(one, body);
		json_decref(body);
	}
	return one;
}

json_t *
case_notes_json(struct tx *tx, const struct case_row *c, bool sealed)
{
	struct rows *rows = tx_query(tx, Q_VIEW_NOTES, ARGS(V_TEXT(c->id)));
	json_t *list = json_array();

	while (rows_next(rows))
		json_array_append_new(list, note_json(tx, rows, sealed));
	(void)rows_end(rows);
	return list;
}
