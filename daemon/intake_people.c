/* Who is around the child, and whether one of them is one of us. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bars.h"
#include "case_give.h"
#include "case_open.h"
#include "context.h"
#include "intake_case.h"
#include "keyring.h"
#include "mau01.h"
#include "people.h"
#include "text.h"

/* Members and agencies whom a name or a number fits; the list is owned. */
struct matches {
	struct person *list;
	size_t n;
};

static void
on_owner(void *arg, const char *kind, const char *owner)
{
	struct matches *m = arg;
	struct person who = {0};

	if (strcmp(kind, "member") == 0)
		snprintf(who.member_id, ID_SIZE, "%s", owner);
	else if (strcmp(kind, "agency") == 0)
		snprintf(who.agency_id, ID_SIZE, "%s", owner);
	else
		return;
	m->list = xrealloc(m->list, m->n + 1, sizeof(*m->list));
	m->list[m->n++] = who;
}

/* Provisionally: a namesake is cleared by people, not by us. */
static enum outcome
bar_all(struct tx *tx, const struct case_row *c, const struct matches *m,
    const char *ground, int *hits)
{
	enum outcome how = OK;

	for (size_t i = 0; i < m->n && how == OK; i++) {
		how = case_bar(tx, c,
		    &(struct bar){&m->list[i], "provisional", "match", ground},
		    &audit_system);
		++*hits;
	}
	return how;
}

static enum outcome
find_agencies(struct tx *tx, const char *named, struct matches *m)
{
	char *folded = named == NULL ? NULL : text_fold(named);
	struct rows *rows;

	if (folded == NULL)
		return OK;
	rows = tx_query(tx, Q_AGENCY_NAMES, ARGS(V_TEXT(tx_ward(tx))));
	while (rows_next(rows))
		if (bars_names(folded, row_text(rows, 1), row_text(rows, 2)))
			on_owner(m, "agency", row_text(rows, 0));
	free(folded);
	return rows_end(rows);
}

static enum outcome
bar_matches(
    struct tx *tx, const struct case_row *c, const json_t *person, int *hits)
{
	static const char *const grounds[] = {"name", "phone"};
	struct matches agencies = {0};
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(grounds) && how == OK; i++) {
		struct matches m = {0};

		how = blind_find(tx, grounds[i], mau01_text(person, grounds[i]),
		    on_owner, &m);
		if (how == OK)
			how = bar_all(tx, c, &m, grounds[i], hits);
		free(m.list);
	}
	if (how == OK)
		how =
		    find_agencies(tx, mau01_text(person, "agency"), &agencies);
	if (how == OK)
		how = bar_all(tx, c, &agencies, "agency", hits);
	free(agencies.list);
	return how;
}

enum outcome
intake_index_person(struct tx *tx, const struct case_row *c, const char *id,
    const json_t *person, int *hits)
{
	static const char *const kinds[] = {"name", "phone"};
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(kinds) && how == OK; i++)
		how = blind_add(
		    tx, kinds[i], mau01_text(person, kinds[i]), "person", id);
	return how == OK ? bar_matches(tx, c, person, hits) : how;
}

/* Was exactly this told before?  A copy repeats all that it copies. */
static bool
is_known(struct tx *tx, const struct case_row *c, const char *role,
    const json_t *person)
{
	struct rows *rows =
	    tx_query(tx, Q_PERSONS_OF_ROLE, ARGS(V_TEXT(c->id), V_TEXT(role)));
	bool is = false;

	while (!is && rows_next(rows)) {
		struct opening_of what = {row_text(rows, 2), "person",
		    "body_sealed", row_text(rows, 0)};
		json_t *one = json_open(tx, &what, rows, 1);

		is = json_equal(one, person);
		json_decref(one);
	}
	(void)rows_end(rows);
	return is;
}

static enum outcome
add_person(struct tx *tx, const struct case_row *c, const char *role,
    const json_t *person, int *hits)
{
	char id[ID_SIZE];
	struct place at = {"person", "body_sealed", id};
	struct happening h = {.actor = &audit_system,
	    .act = "person.added",
	    .object_kind = "person",
	    .object_id = id,
	    .case_id = c->id};
	struct value sealed = V_NULL;
	enum outcome how;

	if (person == NULL || is_known(tx, c, role, person))
		return OK;
	id_new(id);
	how = intake_seal(tx, c->id, &at, person, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_PERSON_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
			V_TEXT(role),
			strcmp(role, "alleged") == 0
			    ? V_TEXT(mau01_text(person, "relation"))
			    : V_NULL,
			sealed, V_INT(mau01_text(person, "agency") != NULL)));
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	keyring_done(&sealed);
	return how == OK ? intake_index_person(tx, c, id, person, hits) : how;
}

enum outcome
intake_people(struct tx *tx, const struct case_row *c, const json_t *child,
    const json_t *body, int *hits)
{
	static const char *const roles[] = {"father", "mother", "carer"};
	const json_t *one;
	enum outcome how = OK;
	size_t i;

	for (i = 0; i < NELEM(roles) && how == OK; i++)
		how = add_person(
		    tx, c, roles[i], json_object_get(child, roles[i]), hits);
	json_array_foreach(json_object_get(body, "alleged"), i, one)
	{
		if (how == OK)
			how = add_person(tx, c, "alleged", one, hits);
	}
	return how == OK && *hits > 0 ? bars_unseat(tx, c) : how;
}
