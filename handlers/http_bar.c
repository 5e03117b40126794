/* Who is kept away from a case: told, added, and cleared as a namesake. */
#include <string.h>

#include "admin.h"
#include "allow.h"
#include "bars.h"
#include "handlers.h"
#include "member_case.h"
#include "people.h"

#define LIST_MAX 200

static enum outcome
audit_look(struct tx *tx, const struct request *r, const struct case_row *c)
{
	return admin_audit(tx, r,
	    &(struct happening){.act = "bar.list",
		.object_kind = "case",
		.object_id = c->id,
		.case_id = c->id});
}

static const struct field bar_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .low = 1, .high = 32},
    {.name = "agency", .kind = FIELD_TEXT, .low = 1, .high = 16},
};
static const struct schema bar_schema = {bar_fields, NELEM(bar_fields)};

/* Who is to be barred: exactly one of member and agency. */
static enum outcome
read_barred(struct tx *tx, const struct request *r, struct response *a,
    struct person *who)
{
	const char *member = body_text(r, "member");
	const char *agency = body_text(r, "agency");
	enum outcome how;

	*who = (struct person){0};
	if (!body_ok(r, &bar_schema, a))
		return INVALID;
	if ((member == NULL) == (agency == NULL))
		return answer_fault(a, "", "cần đúng một trong member, agency");
	how = member != NULL ? member_find(tx, member, who->member_id)
			     : agency_find(tx, agency, who->agency_id);
	return how == OK ? OK : answer_outcome(a, how);
}

static enum outcome
add(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	struct person who;
	const struct bar bar = {&who, "standing", "lead", NULL};
	enum outcome how = read_barred(tx, r, a, &who);

	if (how != OK)
		return how;
	return answer_outcome(a, bars_add(tx, c, &bar, &r->subject));
}

/* POST /v1/admin/cases/{code}/bars */
enum outcome
admin_bar_add(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? add(tx, r, a, &c) : answer_outcome(a, how);
}

/* GET /v1/admin/cases/{code}/bars: that there are some, not of whom. */
enum outcome
admin_bar_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	if (how == OK)
		how = audit_look(tx, r, &c);
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(
	    a, tx_list(tx, Q_ADMIN_BAR_LIST, ARGS(V_TEXT(c.id))));
}

/* POST /v1/cases/{code}/bars */
enum outcome
case_bar_add(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_bar, &c);

	return how == OK ? add(tx, r, a, &c) : how;
}

/* GET /v1/cases/{code}/bars */
enum outcome
case_bar_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_bar, &c);

	if (how != OK)
		return how;
	how = audit_look(tx, r, &c);
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, bars_json(tx, &c));
}

/* GET /v1/bars: of all cases, those that wait to be cleared. */
enum outcome
bar_list(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *items;
	enum outcome how;

	if (!allow(
		&r->subject, ACTION_case_bar, &(struct object){0}, SEE_thing))
		return answer_problem(a, "forbidden");
	items = tx_list(tx, Q_BARS_WAITING,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(r->subject.id), V_INT(LIST_MAX)));
	how = admin_audit(tx, r,
	    &(struct happening){.act = "bar.list",
		.object_kind = "ward",
		.object_id = tx_ward(tx),
		.detail = json_pack("{s:o}", "cases", column(items, "case"))});
	if (how == OK)
		return answer_list(a, items);
	json_decref(items);
	return answer_outcome(a, how);
}

/*
 * POST /v1/cases/{code}/bars/{id}/clear: "it is a namesake", by anybody who may
 * see the case, so never by the hit; the second of two clears.
 */
enum outcome
case_bar_clear(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	int n = 0;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	how = bars_clear(tx, &c, r->args[1], &r->subject, &n);
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 200,
	    json_pack("{s:s, s:s, s:i, s:i}", "id", r->args[1], "state",
		n >= BAR_CLEARINGS ? "cleared" : "provisional", "clearings", n,
		"needed", BAR_CLEARINGS));
}
