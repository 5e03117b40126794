#include "bars.h"

#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "keyring.h"

/* Of what somebody did before they were barred, the oldest. */
#define EARLIER_MAX 10000

enum outcome
bars_unseat(struct tx *tx, const struct case_row *c)
{
	struct subject holder = {.kind = BY_MEMBER};

	memcpy(holder.id, c->assignee, ID_SIZE);
	if (c->assignee[0] == '\0' || !case_is_barred(tx, c->id, &holder))
		return OK;
	return people_reassign(tx, c->file);
}

enum outcome
bars_add(struct tx *tx, const struct case_row *c, const struct bar *bar,
    const struct subject *by)
{
	enum outcome how = case_bar(tx, c, bar, by);

	if (how == OK)
		how = bars_unseat(tx, c);
	return how == OK ? case_tell_lead(tx, c, "bar") : how;
}

/* Persons around children whom a name or number fits. */
struct fits {
	char (*ids)[ID_SIZE];
	size_t n;
};

static void
on_owner(void *arg, const char *kind, const char *owner)
{
	struct fits *f = arg;

	if (strcmp(kind, "person") != 0)
		return;
	f->ids = xrealloc(f->ids, f->n + 1, ID_SIZE);
	memcpy(f->ids[f->n++], owner, ID_SIZE);
}

enum outcome
bars_of_person(struct tx *tx, const char *person, const struct bar *bar)
{
	char list[1][ID_SIZE];
	struct case_row c;
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_BAR_PERSON_CASE, ARGS(V_TEXT(person))),
		list, NELEM(list), &n);

	if (how != OK || n == 0)
		return how;
	how = case_get(tx, list[0], &c);
	return how == OK ? bars_add(tx, &c, bar, &audit_system) : how;
}

enum outcome
bars_match(struct tx *tx, const struct person *who, const char *kind,
    const char *value)
{
	const struct bar bar = {who, "provisional", "match", kind};
	struct fits f = {0};
	enum outcome how = blind_find(tx, kind, value, on_owner, &f);

	for (size_t i = 0; i < f.n && how == OK; i++)
		how = bars_of_person(tx, f.ids[i], &bar);
	free(f.ids);
	return how;
}

static enum outcome
audit_bar(struct tx *tx, const struct case_row *c, const char *id,
    const struct subject *by, const char *act)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = act,
				 .object_kind = "bar",
				 .object_id = id,
				 .case_id = c->id,
			     });
}

/* Only what a look-up found may be a namesake. */
static enum outcome
check_open(struct tx *tx, const struct case_row *c, const char *id)
{
	struct rows *rows =
	    tx_query(tx, Q_BAR_STATE, ARGS(V_TEXT(id), V_TEXT(c->id)));
	bool is_there = rows_next(rows);
	bool is_open =
	    is_there && strcmp(row_text(rows, 0), "provisional") == 0;
	enum outcome how = rows_end(rows);

	if (how != OK)
		return how;
	if (!is_there)
		return NOT_FOUND;
	return is_open ? OK : CONFLICT;
}

enum outcome
bars_clear(struct tx *tx, const struct case_row *c, const char *id,
    const struct subject *by, int *n)
{
	enum outcome how = check_open(tx, c, id);

	if (how != OK)
		return how;
	how = tx_exec(tx, Q_BAR_CLEARING_ADD,
	    ARGS(V_TEXT(id), V_TEXT(by->id), V_TEXT(tx_ward(tx)),
		V_INT(clock_now())));
	if (how == NOT_FOUND)
		return CONFLICT;
	if (how == OK)
		how = audit_bar(tx, c, id, by, "bar.clearing");
	*n = (int)tx_number(
	    tx, Q_BAR_CLEARINGS, 0, ARGS(V_TEXT(id), V_TEXT(c->id)));
	if (how != OK || *n < BAR_CLEARINGS)
		return how;
	how = tx_exec(tx, Q_BAR_CLEAR, ARGS(V_TEXT(id), V_INT(clock_now())));
	return how == OK ? audit_bar(tx, c, id, by, "bar.cleared") : how;
}

static json_t *
earlier_json(struct tx *tx, const struct case_row *c, const char *bar)
{
	struct rows *rows = tx_query(tx, Q_VIEW_BAR_PARTY, ARGS(V_TEXT(bar)));
	char party[ID_SIZE] = "";
	int64_t made_at = 0;

	if (rows_next(rows)) {
		memcpy(party, row_text(rows, 0), ID_SIZE);
		made_at = row_int(rows, 1);
	}
	(void)rows_end(rows);
	return tx_list(tx, Q_BAR_EARLIER,
	    ARGS(V_TEXT(c->id), V_TEXT(party), V_INT(made_at),
		V_INT(EARLIER_MAX)));
}

json_t *
bars_json(struct tx *tx, const struct case_row *c)
{
	json_t *list = tx_list(tx, Q_VIEW_BARS, ARGS(V_TEXT(c->id)));

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *one = json_array_get(list, i);
		const char *id = json_string_value(json_object_get(one, "id"));

		json_object_set_new(one, "clearings",
		    tx_list(tx, Q_VIEW_BAR_CLEARINGS, ARGS(V_TEXT(id))));
		json_object_set_new(one, "earlier", earlier_json(tx, c, id));
	}
	return list;
}
