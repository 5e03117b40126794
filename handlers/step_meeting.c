/*
 * The meeting that finds out what the child needs (D56 27.2).  Whoever is
 * alleged to harm the child is not invited, parent and carer included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_open.h"
#include "keyring.h"
#include "step.h"
#include "text.h"

#define INVITED_MAX 50

static const char *const capacities[] = {"father", "mother", "carer", "kin",
    "resident", "team", "agency", "child", "other", NULL};

static const struct field invited_fields[] = {
    {.name = "capacity",
	.kind = FIELD_WORD,
	.required = true,
	.words = capacities},
    {.name = "name",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "phone", .kind = FIELD_TEXT, .low = 1, .high = 30},
    {.name = "came", .kind = FIELD_BOOL},
};
static const struct schema invited_schema = {
    invited_fields, NELEM(invited_fields)};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "invited",
	.kind = FIELD_LIST,
	.required = true,
	.low = 1,
	.high = INVITED_MAX,
	.schema = &invited_schema},
    {.name = "minutes",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 20000},
};
static const struct schema schema = {fields, NELEM(fields)};

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

typedef char *fold(const char *s);

/* Both are known and, folded, the same. */
static bool
is_same(const json_t *a, const json_t *b, const char *name, fold *by)
{
	const char *x = text_of(a, name), *y = text_of(b, name);
	char *p, *q;
	bool same;

	if (x == NULL || y == NULL)
		return false;
	p = by(x);
	q = by(y);
	same = p != NULL && q != NULL && *p != '\0' && strcmp(p, q) == 0;
	free(p);
	free(q);
	return same;
}

/* A parent without a name is any parent: nobody may guess which. */
static bool
may_be(const json_t *alleged, const json_t *invited)
{
	const char *relation = text_of(alleged, "relation");
	const char *capacity = text_of(invited, "capacity");

	if (text_of(alleged, "name") != NULL || relation == NULL)
		return false;
	if (strcmp(relation, "parent") == 0)
		return strcmp(capacity, "father") == 0 ||
		       strcmp(capacity, "mother") == 0;
	return strcmp(relation, capacity) == 0;
}

static void
check_invited(const json_t *alleged, const json_t *invited, size_t i,
    struct faults *faults)
{
	char *at = xasprintf("/invited/%zu", i);

	if (is_same(alleged, invited, "name", text_fold) ||
	    is_same(alleged, invited, "phone", text_phone))
		faults_add(
		    faults, at, "người bị cho là gây hại không được mời họp");
	else if (may_be(alleged, invited))
		faults_add(faults, at,
		    "chưa rõ người bị cho là gây hại là ai: không mời người "
		    "có cùng quan hệ với trẻ");
	free(at);
}

/* Members whom a name or a number of a guest fits. */
struct seat {
	struct tx *tx;
	const char *case_id;
	bool is_barred;
};

static void
on_owner(void *arg, const char *kind, const char *owner)
{
	struct seat *seat = arg;
	struct subject who = {.kind = BY_MEMBER};

	if (strcmp(kind, "member") != 0)
		return;
	snprintf(who.id, sizeof(who.id), "%s", owner);
	seat->is_barred |= case_is_barred(seat->tx, seat->case_id, &who);
}

/* Whoever is kept away from the case is kept away from its meeting. */
static void
check_bar(
    struct tx *tx, const struct step_call *k, size_t i, struct faults *faults)
{
	const json_t *one =
	    json_array_get(json_object_get(k->body, "invited"), i);
	struct seat seat = {tx, k->c->id, false};
	const char *phone = text_of(one, "phone");
	char *at = xasprintf("/invited/%zu", i);

	(void)blind_find(tx, "name", text_of(one, "name"), on_owner, &seat);
	if (phone != NULL)
		(void)blind_find(tx, "phone", phone, on_owner, &seat);
	if (seat.is_barred)
		faults_add(faults, at, "người này không tham gia vụ việc này");
	free(at);
}

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	json_t *sealed = case_open_sealed(tx, k->c), *person, *one;
	const json_t *invited = json_object_get(k->body, "invited");
	size_t i, j;

	json_array_foreach(json_object_get(sealed, "persons"), i, person)
	{
		if (strcmp(text_of(person, "role"), "alleged") != 0)
			continue;
		json_array_foreach(invited, j, one)
		    check_invited(person, one, j, faults);
	}
	json_array_foreach(invited, j, one) check_bar(tx, k, j, faults);
	json_decref(sealed);
}

const struct step_kind step_meeting = {
    .name = "meeting", .schema = &schema, .check = check};
