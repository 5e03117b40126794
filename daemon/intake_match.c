/*
 * Is it a child we know?  A suspicion only: the same personal id, or the same
 * folded name and a birth that may be the same.  The team sees it, no agency
 * ever does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "clock.h"
#include "context.h"
#include "intake_case.h"
#include "keyring.h"
#include "mau01.h"
#include "text.h"

#define MATCHES_MAX 32
#define YEAR	    ((int64_t)366 * DAY)

/* When a child can have been born, UTC ms; low > high: nobody knows. */
struct birth {
	int64_t low, high;
};

static struct birth
birth_of(const json_t *child, int64_t seen_at)
{
	const char *date = mau01_text(child, "birth_date");
	const json_t *age = json_object_get(child, "age");
	struct birth b = {1, 0};
	char *start;
	int64_t at;

	if (date != NULL) {
		start = xasprintf("%sT00:00:00Z", date);
		if (instant_parse(start, &at))
			b = (struct birth){at, at};
		free(start);
	} else if (json_is_integer(age)) {
		/* Ages are estimates: a year either way. */
		at = seen_at - json_integer_value(age) * YEAR;
		b = (struct birth){at - 2 * YEAR, at + YEAR};
	}
	return b;
}

static bool
may_be_same(const struct birth *a, const struct birth *b)
{
	if (a->low > a->high || b->low > b->high)
		return true;
	return a->low <= b->high && b->low <= a->high;
}

static bool
folds_to_same(const char *a, const char *b)
{
	char *one = text_fold(a), *two = text_fold(b);
	bool is_same = one != NULL && two != NULL && strcmp(one, two) == 0;

	free(one);
	free(two);
	return is_same;
}

/* Both say it, and differently. */
static bool
contradicts(const json_t *a, const json_t *b, const char *name)
{
	const char *one = mau01_text(a, name), *two = mau01_text(b, name);

	return one != NULL && two != NULL && strcmp(one, two) != 0;
}

enum likeness
intake_likeness(const struct described *a, const struct described *b)
{
	const char *id_a = mau01_text(a->child, "personal_id");
	const char *id_b = mau01_text(b->child, "personal_id");
	const char *name_a = mau01_text(a->child, "name");
	const char *name_b = mau01_text(b->child, "name");
	struct birth born_a = birth_of(a->child, a->seen_at);
	struct birth born_b = birth_of(b->child, b->seen_at);

	if (id_a != NULL && id_b != NULL)
		return strcmp(id_a, id_b) == 0 ? SAME_CHILD : OTHER_CHILD;
	if (!may_be_same(&born_a, &born_b))
		return OTHER_CHILD;
	if (name_a != NULL && name_b != NULL)
		return folds_to_same(name_a, name_b) ? SAME_CHILD : OTHER_CHILD;
	return contradicts(a->child, b->child, "sex") ? OTHER_CHILD
						      : NAMELESS_CHILD;
}

struct suspects {
	char children[MATCHES_MAX][ID_SIZE];
	size_t n;
};

static void
on_owner(void *arg, const char *kind, const char *owner)
{
	struct suspects *s = arg;

	if (strcmp(kind, "child") != 0 || s->n == MATCHES_MAX)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->children[i], owner) == 0)
			return;
	snprintf(s->children[s->n++], ID_SIZE, "%s", owner);
}

/* A child's case and when it can have been born; false if it was erased. */
static bool
read_child(
    struct tx *tx, const char *id, char case_id[ID_SIZE], struct birth *b)
{
	struct place at = {"child", "body_sealed", id};
	struct rows *rows = tx_query(tx, Q_CHILD_GET, ARGS(V_TEXT(id)));
	int64_t seen_at = 0;
	char *text = NULL;
	json_t *child;
	struct value sealed = {.kind = VALUE_BLOB};

	if (rows_next(rows)) {
		snprintf(case_id, ID_SIZE, "%s", row_text(rows, 0));
		sealed.p = row_blob(rows, 1, &sealed.n);
		seen_at = row_int(rows, 2);
		if (keyring_unseal(tx, case_id, &at, &sealed, &text) != OK)
			text = NULL;
	}
	(void)rows_end(rows);
	if (text == NULL)
		return false;
	child = json_loads(text, 0, NULL);
	seal_free(text);
	*b = birth_of(child, seen_at);
	json_decref(child);
	return true;
}

enum outcome
intake_copy_bars(struct tx *tx, const struct case_row *c, const char *other)
{
	struct person *list = NULL;
	struct rows *rows = tx_query(tx, Q_BARS_OF_CASE, ARGS(V_TEXT(other)));
	size_t n = 0;
	enum outcome how;

	while (rows_next(rows)) {
		const char *member = row_text(rows, 0);
		const char *agency = row_text(rows, 1);

		list = xrealloc(list, n + 1, sizeof(*list));
		list[n] = (struct person){0};
		snprintf(list[n].member_id, ID_SIZE, "%s",
		    member == NULL ? "" : member);
		snprintf(list[n].agency_id, ID_SIZE, "%s",
		    agency == NULL ? "" : agency);
		n++;
	}
	how = rows_end(rows);
	for (size_t i = 0; i < n && how == OK; i++)
		how = case_bar(tx, c,
		    &(struct bar){&list[i], "provisional", "match", "case"},
		    &audit_system);
	free(list);
	return how;
}

static enum outcome
mark(struct tx *tx, const struct case_row *c, const char *other)
{
	enum outcome how = tx_exec(tx, Q_CASE_DUPLICATE, ARGS(V_TEXT(c->id)));

	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = &audit_system,
				 .act = "case.possible_duplicate",
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
				 .detail = json_pack("{s:s}", "other", other),
			     });
}

enum outcome
intake_suspect(struct tx *tx, const struct case_row *c, const char *other,
    char holder[ID_SIZE])
{
	struct case_row first;
	enum outcome how = case_get(tx, other, &first);

	if (how == OK)
		how = tx_exec(tx, Q_DUPLICATE_ADD,
		    ARGS(V_TEXT(c->id), V_TEXT(other), V_TEXT(tx_ward(tx)),
			V_INT(clock_now())));
	if (how == NOT_FOUND || how == CONFLICT)
		return OK;
	if (how == OK)
		how = mark(tx, c, other);
	if (how == OK)
		how = mark(tx, &first, c->id);
	if (how == OK)
		how = intake_copy_bars(tx, c, other);
	if (how == OK && first.is_open && holder[0] == '\0')
		memcpy(holder, first.assignee, ID_SIZE);
	return how;
}

enum outcome
intake_duplicates(struct tx *tx, const struct case_row *c, const json_t *child,
    char holder[ID_SIZE])
{
	struct suspects list = {0};
	struct birth mine = birth_of(child, c->received_at);
	size_t n_same_id;
	enum outcome how = blind_find(
	    tx, "id", mau01_text(child, "personal_id"), on_owner, &list);

	n_same_id = list.n;
	if (how == OK)
		how = blind_find(
		    tx, "name", mau01_text(child, "name"), on_owner, &list);
	for (size_t i = 0; i < list.n && how == OK; i++) {
		char other[ID_SIZE];
		struct birth theirs;

		if (!read_child(tx, list.children[i], other, &theirs) ||
		    strcmp(other, c->id) == 0)
			continue;
		if (i < n_same_id || may_be_same(&mine, &theirs))
			how = intake_suspect(tx, c, other, holder);
	}
	return how;
}
