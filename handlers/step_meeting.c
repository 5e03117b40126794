/*
 * The meeting that finds out what the child needs (D56 27.2), and the decision
 * that goes out.  Whoever is alleged to harm the child is not invited, parent and
 * carer included; they are sent a decision only for a reason.
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

/* Whom a step is about to reach, and what it says of one who is alleged. */
struct reach {
	const char *list;   /* of the body */
	const char *is_one; /* it is them */
	const char *may_be; /* it may be: nobody knows which parent */
};
static const struct reach invites = {"invited",
    "người bị cho là gây hại không được mời họp",
    "chưa rõ người bị cho là gây hại là ai: không mời người có cùng quan hệ "
    "với trẻ"};
static const struct reach sends = {"recipients",
    "người này bị cho là gây hại: nếu vẫn phải gửi, ghi lý do vẫn gửi "
    "(despite)",
    "chưa rõ người bị cho là gây hại là ai, có thể là người này: nếu vẫn phải "
    "gửi, ghi lý do vẫn gửi (despite)"};

static void
check_one(const struct reach *r, const json_t *alleged, size_t i,
    const json_t *one, struct faults *faults)
{
	char *at = xasprintf("/%s/%zu", r->list, i);

	if (is_same(alleged, one, "name", text_fold) ||
	    is_same(alleged, one, "phone", text_phone))
		faults_add(faults, at, "%s", r->is_one);
	else if (may_be(alleged, one))
		faults_add(faults, at, "%s", r->may_be);
	free(at);
}

/* Members and agencies whom a name or a number of a guest fits. */
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

	if (strcmp(kind, "agency") == 0)
		who.kind = BY_AGENCY;
	else if (strcmp(kind, "member") != 0)
		return;
	snprintf(who.id, sizeof(who.id), "%s", owner);
	seat->is_barred |= case_is_barred(seat->tx, seat->case_id, &who);
}

/* Whoever is kept away from the case is kept away from its meeting. */
static void
check_bar(struct tx *tx, const struct step_call *k, const struct reach *r,
    size_t i, struct faults *faults)
{
	const json_t *one =
	    json_array_get(json_object_get(k->body, r->list), i);
	struct seat seat = {tx, k->c->id, false};
	const char *phone = text_of(one, "phone");
	char *at = xasprintf("/%s/%zu", r->list, i);

	(void)blind_find(tx, "name", text_of(one, "name"), on_owner, &seat);
	if (phone != NULL)
		(void)blind_find(tx, "phone", phone, on_owner, &seat);
	if (seat.is_barred)
		faults_add(faults, at, "người này không tham gia vụ việc này");
	free(at);
}

/* A reason, which is kept, answers what the step asks. */
static void
ask(struct tx *tx, const struct step_call *k, const struct reach *r,
    struct faults *faults)
{
	json_t *sealed = case_open_sealed(tx, k->c), *person, *one;
	const json_t *list = json_object_get(k->body, r->list);
	size_t i, j;

	json_array_foreach(json_object_get(sealed, "persons"), i, person)
	{
		if (strcmp(text_of(person, "role"), "alleged") != 0)
			continue;
		json_array_foreach(list, j, one)
		{
			if (text_of(one, "despite") == NULL)
				check_one(r, person, j, one, faults);
		}
	}
	json_array_foreach(list, j, one) check_bar(tx, k, r, j, faults);
	json_decref(sealed);
}

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	ask(tx, k, &invites, faults);
}

const struct step_kind step_meeting = {
    .name = "meeting", .schema = &schema, .check = check};

/* ---- The decision goes out (D56 28.5) ---- */

static const struct field recipient_fields[] = {
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
    {.name = "despite", .kind = FIELD_TEXT, .low = 1, .high = 1000},
};
static const struct schema recipient_schema = {
    recipient_fields, NELEM(recipient_fields)};
static const struct field send_fields[] = {
    STEP_FIELDS,
    {.name = "recipients",
	.kind = FIELD_LIST,
	.required = true,
	.low = 1,
	.high = INVITED_MAX,
	.schema = &recipient_schema},
};
static const struct schema send_schema = {send_fields, NELEM(send_fields)};

static void
check_send(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	ask(tx, k, &sends, faults);
}

const struct step_kind step_send = {
    .name = "send", .schema = &send_schema, .check = check_send};
