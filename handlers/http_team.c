/* The decision that the team stands on. */
#include <string.h>

#include "clock.h"
#include "duty_admin.h"
#include "handlers.h"
#include "people.h"

#define OFFICES_MAX 60

static const struct field office_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "office",
	.kind = FIELD_WORD,
	.required = true,
	.words = role_names},
};
static const struct schema office_schema = {
    office_fields, NELEM(office_fields)};
static const struct field team_fields[] = {
    {.name = "number", .kind = FIELD_TEXT, .required = true, 1, 64},
    {.name = "date", .kind = FIELD_DATE, .required = true},
    {.name = "members",
	.kind = FIELD_LIST,
	.required = true,
	.low = 1,
	.high = OFFICES_MAX,
	.schema = &office_schema},
};
static const struct schema team_schema = {team_fields, NELEM(team_fields)};

static json_t *
members_json(struct tx *tx, const char *decision)
{
	json_t *rows = tx_list(tx, Q_TEAM_OFFICES, ARGS(V_TEXT(decision))), *o;
	size_t i;

	json_array_foreach(rows, i, o)
	{
		json_object_del(o, "id");
		json_object_del(o, "roles");
	}
	return rows;
}

/* GET /v1/admin/team */
enum outcome
admin_team_get(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *last = tx_object(tx, Q_TEAM_LAST, ARGS(V_TEXT(tx_ward(tx)))),
	       *o;
	const char *id = json_string_value(json_object_get(last, "id"));

	(void)r;
	if (last == NULL)
		return answer_problem(a, "not_found");
	o = tx_object(tx, Q_TEAM_GET, ARGS(V_TEXT(id)));
	json_object_set(o, "date", json_object_get(o, "decided_on"));
	json_object_del(o, "decided_on");
	json_object_set_new(o, "members", members_json(tx, id));
	json_decref(last);
	return answer_json(a, 200, o);
}

/* GET /v1/team */
enum outcome
team_get(struct tx *tx, const struct request *r, struct response *a)
{
	return admin_team_get(tx, r, a);
}

/* The office is one of the member's roles: the decision says what is so. */
static enum outcome
add_office(struct tx *tx, const struct request *r, struct response *a,
    const char *decision, const json_t *row)
{
	const char *office = json_string_value(json_object_get(row, "office"));
	struct subject who;
	enum role role;
	enum outcome how = member_subject(
	    tx, json_string_value(json_object_get(row, "member")), &who);

	(void)r;
	if (how == NOT_FOUND)
		return answer_fault(
		    a, "/members", "có người không phải thành viên");
	if (how == OK &&
	    (!role_parse(office, &role) || !has_role(who.roles, role)))
		return answer_fault(
		    a, "/members", "có người không giữ vai trò đã nêu");
	if (how == OK)
		how = tx_exec(tx, Q_TEAM_OFFICE_ADD,
		    ARGS(V_TEXT(decision), V_TEXT(tx_ward(tx)), V_TEXT(who.id),
			V_TEXT(office)));
	if (how == CONFLICT)
		return answer_fault(a, "/members", "có người nêu hai lần");
	return how == OK ? OK : answer_outcome(a, how);
}

static enum outcome
set_team(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	json_t *row;
	size_t i;
	enum outcome how;

	id_new(id);
	how = tx_exec(tx, Q_TEAM_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)),
		V_TEXT(body_text(r, "number")), V_TEXT(body_text(r, "date")),
		V_INT(clock_now())));
	if (how != OK)
		return answer_outcome(a, how);
	json_array_foreach(json_object_get(r->body, "members"), i, row)
	{
		how = add_office(tx, r, a, id, row);
		if (how != OK)
			return how;
	}
	how = duty_record(tx, r, "team.set", id,
	    json_pack("{s:O, s:O, s:O}", "number",
		json_object_get(r->body, "number"), "date",
		json_object_get(r->body, "date"), "members",
		json_object_get(r->body, "members")));
	return how == OK ? admin_team_get(tx, r, a) : answer_outcome(a, how);
}

/* PUT /v1/admin/team {number, date, members} */
enum outcome
admin_team_put(struct tx *tx, const struct request *r, struct response *a)
{
	return body_ok(r, &team_schema, a) ? set_team(tx, r, a) : INVALID;
}

/* PUT /v1/team: for those who decide */
enum outcome
team_put(struct tx *tx, const struct request *r, struct response *a)
{
	return may_manage(r) ? admin_team_put(tx, r, a)
			     : answer_problem(a, "forbidden");
}
