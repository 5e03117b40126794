#include "case_correct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "bars.h"
#include "case_give.h"
#include "case_open.h"
#include "clock.h"
#include "intake_case.h"
#include "keyring.h"
#include "mau01.h"
#include "schema.h"

static bool
is_child(const struct correction *k)
{
	return strcmp(k->object, "child") == 0;
}

/* Fields set to null are taken away. */
static json_t *
mend(const json_t *old, const json_t *set)
{
	json_t *mended = json_deep_copy(old);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)set, name, value)
	{
		if (json_is_null(value))
			json_object_del(mended, name);
		else
			json_object_set(mended, name, value);
	}
	return mended;
}

enum outcome
case_correct_read(struct tx *tx, const struct case_row *c, struct correction *k)
{
	struct opening_of what = {NULL, k->object, "body_sealed", k->id};
	struct rows *rows =
	    tx_query(tx, is_child(k) ? Q_CHILD_OF_CASE : Q_PERSON_OF_CASE,
		ARGS(V_TEXT(c->id), V_TEXT(k->id)));
	enum outcome how;

	k->role[0] = '\0';
	if (rows_next(rows)) {
		row_copy(k->case_id, sizeof(k->case_id), rows, 1);
		what.owner = k->case_id;
		k->old = json_open(tx, &what, rows, 0);
		if (!is_child(k))
			row_copy(k->role, sizeof(k->role), rows, 2);
	}
	how = rows_end(rows);
	if (how == OK && k->old == NULL)
		return NOT_FOUND;
	if (how == OK)
		k->mended = mend(k->old, k->set);
	return how;
}

void
case_correct_done(struct correction *k)
{
	json_decref(k->old);
	json_decref(k->mended);
}

/* Who is around the child is a person of the case: mended there. */
static void
check_around(const struct correction *k, struct faults *faults)
{
	static const char *const around[] = {"father", "mother", "carer"};

	for (size_t i = 0; i < NELEM(around) && is_child(k); i++)
		if (json_object_get(k->set, around[i]) != NULL) {
			char *at = xasprintf("/set/%s", around[i]);

			faults_add(faults, at, "hãy sửa ở mục người quanh trẻ");
			free(at);
		}
}

bool
case_correct_check(const struct correction *k, struct faults *faults)
{
	struct faults found = {0};
	size_t before = faults->n;

	(void)mau01_check_part(
	    is_child(k) ? "child" : k->role, k->mended, clock_now(), &found);
	for (size_t i = 0; i < faults_held(&found); i++) {
		char *at = xasprintf("/set%s", found.list[i].where);

		faults_add(faults, at, "%s", found.list[i].what);
		free(at);
	}
	faults_done(&found);
	check_around(k, faults);
	return faults->n == before;
}

/* {value}, sealed; NULL if there is none. */
static enum outcome
seal_value(struct tx *tx, const struct case_row *c, const struct place *at,
    const json_t *value, struct value *out)
{
	json_t *wrapped;
	enum outcome how;

	*out = V_NULL;
	if (value == NULL)
		return OK;
	wrapped = json_pack("{s:O}", "value", value);
	how = intake_seal(tx, c->id, at, wrapped, out);
	json_decref(wrapped);
	return how;
}

struct change_of {
	const struct correction *k;
	const char *act_id, *field;
	const json_t *old, *new;
};

static enum outcome
keep_field(struct tx *tx, const struct case_row *c, const struct change_of *f)
{
	char id[ID_SIZE];
	const struct place was = {"correction", "old_sealed", id},
			   is = {"correction", "new_sealed", id};
	struct value old = V_NULL, new = V_NULL;
	enum outcome how;

	if (json_equal(f->old, f->new))
		return OK;
	id_new(id);
	how = seal_value(tx, c, &was, f->old, &old);
	if (how == OK)
		how = seal_value(tx, c, &is, f->new, &new);
	if (how == OK)
		how = tx_exec(tx, Q_CORRECTION_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
			V_TEXT(f->act_id), V_TEXT(f->k->object),
			V_TEXT(f->k->id), V_TEXT(f->field), old, new));
	keyring_done(&old);
	keyring_done(&new);
	return how;
}

static enum outcome
save_object(struct tx *tx, const struct case_row *c, const struct correction *k,
    const struct act *a)
{
	const struct place at = {k->object, "body_sealed", k->id};
	struct happening h = {.actor = a->by,
	    .act = "case.corrected",
	    .object_kind = k->object,
	    .object_id = k->id,
	    .case_id = c->id,
	    .detail = json_pack("{s:s}", "act", a->id)};
	struct value sealed = V_NULL;
	enum outcome how = intake_seal(tx, k->case_id, &at, k->mended, &sealed);

	if (how == OK)
		how = is_child(k)
			  ? tx_exec(
				tx, Q_CHILD_CHANGE, ARGS(V_TEXT(k->id), sealed))
			  : tx_exec(tx, Q_PERSON_CHANGE,
				ARGS(V_TEXT(k->id), sealed,
				    strcmp(k->role, "alleged") == 0
					? V_TEXT(
					      mau01_text(k->mended, "relation"))
					: V_NULL,
				    V_INT(mau01_text(k->mended, "agency") !=
					  NULL)));
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	else
		json_decref(h.detail);
	keyring_done(&sealed);
	return how;
}

/* The child's own description names them, too. */
static enum outcome
mend_child(struct tx *tx, struct case_row *c, const struct correction *k,
    const char *child_id, const struct act *a)
{
	json_t *set = json_pack("{s:O}", k->role, k->mended);
	struct correction of = {.object = "child", .id = child_id, .set = set};
	enum outcome how = case_correct_read(tx, c, &of);

	if (how == OK && json_equal(json_object_get(of.old, k->role), k->old))
		how = save_object(tx, c, &of, a);
	case_correct_done(&of);
	json_decref(set);
	return how;
}

static enum outcome
mend_children(struct tx *tx, struct case_row *c, const struct correction *k,
    const struct act *a)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how = OK;

	if (is_child(k) || strcmp(k->role, "alleged") == 0)
		return OK;
	how = ids_read(tx_query(tx, Q_CHILD_IDS, ARGS(V_TEXT(k->case_id))),
	    list, CASES_MAX, &n);
	for (size_t i = 0; i < n && how == OK; i++)
		how = mend_child(tx, c, k, list[i], a);
	return how;
}

/* Looked up from now on; who it fits is barred, like at intake. */
static enum outcome
find_anew(struct tx *tx, struct case_row *c, const struct correction *k)
{
	char holder[ID_SIZE] = "";
	int hits = 0;
	enum outcome how;

	if (is_child(k)) {
		how = intake_index_child(tx, k->id, k->mended);
		return how == OK ? intake_duplicates(tx, c, k->mended, holder)
				 : how;
	}
	how = intake_index_person(tx, c, k->id, k->mended, &hits);
	if (how == OK && hits > 0)
		how = bars_unseat(tx, c);
	return how == OK && hits > 0 ? case_tell_lead(tx, c, "bar") : how;
}

enum outcome
case_correct(struct tx *tx, struct case_row *c, const struct correction *k,
    const struct subject *by)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = "correct",
	    .by = by,
	    .acted_at = clock_now(),
	    .body = k->body,
	};
	const char *field;
	json_t *value;
	enum outcome how = act_add(tx, &act);

	json_object_foreach((json_t *)(uintptr_t)k->set, field, value)
	{
		const struct change_of one = {k, act.id, field,
		    json_object_get(k->old, field),
		    json_object_get(k->mended, field)};

		if (how == OK)
			how = keep_field(tx, c, &one);
	}
	if (how == OK)
		how = save_object(tx, c, k, &act);
	if (how == OK)
		how = mend_children(tx, c, k, &act);
	c->version++;
	if (how == OK)
		how = tx_exec(
		    tx, Q_CASE_VERSION, ARGS(V_TEXT(c->id), V_INT(c->version)));
	return how == OK ? find_anew(tx, c, k) : how;
}

/* ---- Shown ---- */

static enum case_field
field_of(const struct rows *rows)
{
	const char *role = row_text(rows, 10);

	if (strcmp(row_text(rows, 4), "child") == 0)
		return SEE_child;
	return role != NULL && strcmp(role, "alleged") == 0 ? SEE_alleged
							    : SEE_persons;
}

static void
add_value(struct tx *tx, json_t *one, const struct rows *rows, int column)
{
	bool is_old = column == 7;
	const struct opening_of what = {row_text(rows, 1), "correction",
	    is_old ? "old_sealed" : "new_sealed", row_text(rows, 0)};
	json_t *wrapped = json_open(tx, &what, rows, column);

	if (wrapped != NULL)
		json_object_set(one, is_old ? "old" : "new",
		    json_object_get(wrapped, "value"));
	json_decref(wrapped);
}

static json_t *
correction_json(struct tx *tx, const struct rows *rows, bool sealed)
{
	json_t *one = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "id",
	    row_text(rows, 0), "by", row_text(rows, 2), "made_at",
	    json_instant(tx, row_int(rows, 3)), "object", row_text(rows, 4),
	    "object_id", row_text(rows, 5), "field", row_text(rows, 6));
	json_t *act;

	if (!sealed)
		return one;
	add_value(tx, one, rows, 7);
	add_value(tx, one, rows, 8);
	act = case_open_act(tx, row_text(rows, 9));
	json_object_update_new(
	    one, json_pack("{s:O*}", "reason", json_object_get(act, "reason")));
	json_decref(act);
	return one;
}

json_t *
case_corrections_json(
    struct tx *tx, const struct case_row *c, const struct subject *by)
{
	struct rows *rows =
	    tx_query(tx, Q_VIEW_CORRECTIONS, ARGS(V_TEXT(c->id)));
	json_t *list = json_array();
	struct object o;

	case_object(tx, c, by, &o);
	while (rows_next(rows)) {
		bool sees = allow(by, ACTION_case_read, &o, field_of(rows));

		if (sees || by->kind == BY_ADMIN)
			json_array_append_new(
			    list, correction_json(tx, rows, sees));
	}
	(void)rows_end(rows);
	return list;
}
