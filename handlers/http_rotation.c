/* Rotations: members who take turns. */
#include <string.h>

#include "clock.h"
#include "duty_admin.h"
#include "handlers.h"

#define NAME_REST "abcdefghijklmnopqrstuvwxyz0123456789._-"
#define ORDER_MAX 60

static const char *const units[] = {"day", "week", NULL};
static const struct field rotation_fields[] = {
    {.name = "unit", .kind = FIELD_WORD, .required = true, .words = units},
    {.name = "first", .kind = FIELD_INSTANT, .required = true},
    {.name = "members",
	.kind = FIELD_TEXTS,
	.required = true,
	.low = 1,
	.high = ORDER_MAX},
};
static const struct schema rotation_schema = {
    rotation_fields, NELEM(rotation_fields)};

static bool
name_ok(const char *s)
{
	size_t n = strlen(s);

	return n >= 2 && n <= 32 && s[0] >= 'a' && s[0] <= 'z' &&
	       s[strspn(s, NAME_REST)] == '\0';
}

/* Nobody twice is not asked: some take two turns in a round. */
static enum outcome
add_members(struct tx *tx, const struct request *r, struct response *a,
    const char *rotation)
{
	json_t *login;
	size_t i;

	json_array_foreach(json_object_get(r->body, "members"), i, login)
	{
		char member[ID_SIZE];
		enum outcome how =
		    member_find(tx, json_string_value(login), member);

		if (how == NOT_FOUND)
			return answer_fault(
			    a, "/members", "có người không phải thành viên");
		if (how == OK)
			how = tx_exec(tx, Q_ROTATION_MEMBER_ADD,
			    ARGS(V_TEXT(rotation), V_TEXT(tx_ward(tx)),
				V_INT((int64_t)i), V_TEXT(member)));
		if (how != OK)
			return answer_outcome(a, how);
	}
	return OK;
}

/* Gone with its members, if it was there. */
static enum outcome
drop(struct tx *tx, const char *name)
{
	const struct value args[] = {V_TEXT(tx_ward(tx)), V_TEXT(name)};
	enum outcome how = tx_exec(tx, Q_ROTATION_MEMBERS_DROP, args, 2);

	return how == OK || how == NOT_FOUND
		   ? tx_exec(tx, Q_ROTATION_DROP, args, 2)
		   : how;
}

static enum outcome
replace(struct tx *tx, const struct request *r, struct response *a,
    const char *name)
{
	char id[ID_SIZE];
	enum outcome how = drop(tx, name);

	if (how != OK && how != NOT_FOUND)
		return answer_outcome(a, how);
	id_new(id);
	how = tx_exec(tx, Q_ROTATION_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(name),
		V_TEXT(body_text(r, "unit")),
		V_INT(body_instant(r, "first", 0)), V_INT(clock_now())));
	if (how != OK)
		return answer_outcome(a, how);
	how = add_members(tx, r, a, id);
	if (how != OK)
		return how;
	how = duty_record(tx, r, "rotation.set", id,
	    json_pack("{s:s, s:O}", "name", name, "as", r->body));
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* PUT /v1/admin/rotations/{name}: the whole of it, new or not */
enum outcome
admin_rotation_put(struct tx *tx, const struct request *r, struct response *a)
{
	if (!name_ok(r->args[0]))
		return answer_problem(a, "not_found");
	if (!body_ok(r, &rotation_schema, a))
		return INVALID;
	return replace(tx, r, a, r->args[0]);
}

/* PUT /v1/duty/rotations/{name}: for leads */
enum outcome
rotation_put(struct tx *tx, const struct request *r, struct response *a)
{
	return may_manage(r) ? admin_rotation_put(tx, r, a)
			     : answer_problem(a, "forbidden");
}

/* DELETE /v1/admin/rotations/{name} */
enum outcome
admin_rotation_remove(
    struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how = drop(tx, r->args[0]);

	if (how == OK)
		how = duty_record(tx, r, "rotation.remove", r->args[0], NULL);
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* DELETE /v1/duty/rotations/{name}: for leads */
enum outcome
rotation_remove(struct tx *tx, const struct request *r, struct response *a)
{
	return may_manage(r) ? admin_rotation_remove(tx, r, a)
			     : answer_problem(a, "forbidden");
}
