/* Who gets a new case. */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "keyring.h"
#include "languages.h"
#include "log.h"
#include "people.h"

/* Asked in this order. */
static const char *const order[] = {
    "duty", "lead", "chairman", "outside:hotline"};

/* An open urgent clock weighs as much as so many quiet cases. */
#define URGENT_WEIGHT 2

/* What of a person counts beside that they can be called. */
struct fitness {
	bool speaks; /* a language of a child that is not everybody's */
	int64_t load;
};

enum outcome
people_languages(struct tx *tx, const char *case_id, unsigned *bits)
{
	struct rows *rows =
	    tx_query(tx, Q_VIEW_CHILDREN, ARGS(V_TEXT(case_id)));

	*bits = 0;
	while (rows_next(rows)) {
		struct place at = {"child", "body_sealed", row_text(rows, 0)};
		struct value sealed = {.kind = VALUE_BLOB};
		char *text = NULL;
		json_t *body;

		sealed.p = row_blob(rows, 1, &sealed.n);
		if (keyring_unseal(
			tx, row_text(rows, 2), &at, &sealed, &text) != OK)
			continue;
		body = json_loads(text, 0, NULL);
		*bits |= language_of(
		    json_string_value(json_object_get(body, "language")));
		json_decref(body);
		seal_free(text);
	}
	return rows_end(rows);
}

static enum outcome
weigh(struct tx *tx, const struct person *p, unsigned languages,
    struct fitness *f)
{
	struct rows *rows =
	    tx_query(tx, Q_PEOPLE_LOAD, ARGS(V_TEXT(p->member_id)));

	*f = (struct fitness){0};
	if (rows_next(rows)) {
		f->load = row_int(rows, 0) + URGENT_WEIGHT * row_int(rows, 1);
		f->speaks =
		    (languages_parse(row_text(rows, 2)) & languages) != 0;
	}
	return rows_end(rows);
}

static bool
is_fitter(const struct fitness *a, const struct fitness *b)
{
	return a->speaks != b->speaks ? a->speaks : a->load < b->load;
}

/* The one who speaks the child's language, then the one with the least. */
static enum outcome
pick(struct tx *tx, const struct people *found, unsigned languages,
    struct fitness *best, size_t *which)
{
	enum outcome how = OK;

	*which = 0;
	*best = (struct fitness){.load = -1};
	/* Of one there is nothing to weigh, but for the words of a child. */
	if (found->n == 1 && languages == 0)
		return OK;
	for (size_t i = 0; i < found->n && how == OK; i++) {
		struct fitness f;

		how = weigh(tx, &found->list[i], languages, &f);
		if (how == OK && (i == 0 || is_fitter(&f, best))) {
			*best = f;
			*which = i;
		}
	}
	return how;
}

/*
 * A body outside is called by ladders; it cannot hold a case.  The record says
 * that a language decided, not which one.
 */
static enum outcome
give(struct tx *tx, struct case_row *c, const struct people *found,
    unsigned languages, json_t *why)
{
	struct fitness best = {0};
	size_t which = 0;
	const char *to;
	enum outcome how = pick(tx, found, languages, &best, &which);

	if (how != OK)
		return how;
	to = found->n > 0 ? found->list[which].member_id : "";
	if (to[0] != '\0' && best.load >= 0)
		json_object_set_new(why, "load", json_integer(best.load));
	if (to[0] != '\0' && languages != 0)
		json_object_set_new(why, "language",
		    json_string(best.speaks ? "match" : "nobody_speaks_it"));
	return case_give(tx, c, to, why, &audit_system);
}

enum outcome
people_assign(struct tx *tx, struct case_row *c, int64_t at, unsigned languages)
{
	struct people found = {0};
	json_t *passed = json_array(), *why;
	enum outcome how = NOT_FOUND, given;
	size_t i;

	for (i = 0; i < NELEM(order) && how == NOT_FOUND; i++) {
		people_done(&found);
		how = people_find(tx, c->id, order[i], at, &found);
		if (found.skipped != NULL)
			json_array_extend(passed, found.skipped);
	}
	why = json_pack("{s:s, s:o}", "rule",
	    how == OK ? order[i - 1] : "nobody", "passed", passed);
	/* All speak the one: it decides nothing. */
	languages &= ~(1u << LANGUAGE_vie);
	given = how == OK || how == NOT_FOUND
		    ? give(tx, c, &found, languages, why)
		    : how;
	if (how == NOT_FOUND)
		log_error("nobody to assign case=%s", case_for_log(tx, c->id));
	json_decref(why);
	people_done(&found);
	return given == OK ? how : given;
}
