/* Who is on duty, and who is away. */
#include <stdlib.h>
#include <string.h>

#include "allow.h"
#include "clock.h"
#include "duty.h"
#include "duty_admin.h"
#include "duty_view.h"
#include "handlers.h"

bool
may_manage(const struct request *r)
{
	return allow(
	    &r->subject, ACTION_duty_manage, &(struct object){0}, SEE_thing);
}

enum outcome
duty_member(struct tx *tx, const struct request *r, struct response *a,
    const char *field, char id[ID_SIZE])
{
	const char *login = body_text(r, field);
	char *pointer;
	enum outcome how = NOT_FOUND;

	if (login == NULL && r->subject.kind == BY_MEMBER) {
		memcpy(id, r->subject.id, ID_SIZE);
		return OK;
	}
	if (login != NULL)
		how = member_find(tx, login, id);
	if (how == OK && strcmp(id, r->subject.id) != 0 && !may_manage(r))
		return answer_problem(a, "forbidden");
	if (how != NOT_FOUND)
		return how == OK ? OK : answer_outcome(a, how);
	pointer = xasprintf("/%s", field);
	how = answer_fault(a, pointer, "không có thành viên này");
	free(pointer);
	return how;
}

bool
duty_span(const struct request *r, struct response *a,
    const char *const names[2], int64_t span[2])
{
	char *pointer;

	span[0] = body_instant(r, names[0], 0);
	span[1] = body_instant(r, names[1], 0);
	if (span[0] < span[1])
		return true;
	pointer = xasprintf("/%s", names[1]);
	(void)answer_fault(a, pointer, "phải muộn hơn lúc bắt đầu");
	free(pointer);
	return false;
}

/*
 * Does a member who is no lead change what the team counts on?  An admin may;
 * their own leave and swaps are theirs.
 */
static bool
is_admins(const struct request *r, const char *act, const json_t *detail)
{
	const char *whose = json_string_value(json_object_get(
	    detail, strncmp(act, "swap.", 5) == 0 ? "asker" : "member"));
	bool is_personal =
	    strncmp(act, "swap.", 5) == 0 || strncmp(act, "leave.", 6) == 0;

	return r->subject.kind == BY_MEMBER &&
	       !allow(&r->subject, ACTION_change_approve, &(struct object){0},
		   SEE_thing) &&
	       (!is_personal ||
		   (whose != NULL && strcmp(whose, r->subject.id) != 0));
}

enum outcome
duty_record(struct tx *tx, const struct request *r, const char *act,
    const char *id, json_t *detail)
{
	bool is_told = is_admins(r, act, detail);
	char *kind = xstrndup(act, strcspn(act, "."));
	enum outcome how = admin_audit(tx, r,
	    &(struct happening){.act = act,
		.object_kind = kind,
		.object_id = id,
		.detail = detail});

	free(kind);
	if (how == OK)
		how = is_told ? leads_told(tx, act) : admin_told(tx, r, act);
	return how == OK ? duty_changed(tx) : how;
}

/* GET /v1/admin/duty */
enum outcome
admin_duty_get(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *o = NULL;
	enum outcome how = duty_json(tx, &o);

	(void)r;
	return how == OK ? answer_json(a, 200, o) : answer_outcome(a, how);
}

/* GET /v1/duty */
enum outcome
duty_get(struct tx *tx, const struct request *r, struct response *a)
{
	return admin_duty_get(tx, r, a);
}

/* GET /v1/admin/duty/gaps */
enum outcome
admin_duty_gaps(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *items = NULL;
	enum outcome how = gaps_json(tx, &items);

	(void)r;
	if (how == OK)
		return answer_list(a, items);
	json_decref(items);
	return answer_outcome(a, how);
}

/* GET /v1/duty/gaps */
enum outcome
duty_gaps(struct tx *tx, const struct request *r, struct response *a)
{
	return admin_duty_gaps(tx, r, a);
}

static const struct field span_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .low = 1, .high = 32},
    {.name = "from", .kind = FIELD_INSTANT, .required = true},
    {.name = "until", .kind = FIELD_INSTANT, .required = true},
};
static const struct schema span_schema = {span_fields, NELEM(span_fields)};
static const char *const span_names[2] = {"from", "until"};

/* A span of a member's time; the rows of duty and leave look the same. */
static enum outcome
span_add(struct tx *tx, const struct request *r, struct response *a,
    enum query q, const char *act)
{
	char id[ID_SIZE], member[ID_SIZE];
	int64_t span[2];
	enum outcome how;

	if (!body_ok(r, &span_schema, a) || !duty_span(r, a, span_names, span))
		return INVALID;
	how = duty_member(tx, r, a, "member", member);
	if (how != OK)
		return how;
	id_new(id);
	how = tx_exec(tx, q,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(member),
		V_INT(span[0]), V_INT(span[1])));
	if (how == OK)
		how = duty_record(tx, r, act, id,
		    json_pack("{s:s, s:I, s:I}", "member", member, "from",
			(json_int_t)span[0], "until", (json_int_t)span[1]));
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, json_pack("{s:s}", "id", id));
}

/* Whoever it is of may take it back, and who manages. */
static enum outcome
span_remove(struct tx *tx, const struct request *r, struct response *a,
    const enum query q[2], const char *act)
{
	struct value own = may_manage(r) ? V_NULL : V_TEXT(r->subject.id);
	json_t *was = tx_object(
	    tx, q[0], ARGS(V_TEXT(tx_ward(tx)), V_TEXT(r->args[0]), own));
	enum outcome how;

	if (was == NULL)
		return answer_problem(a, "not_found");
	how = tx_exec(tx, q[1], ARGS(V_TEXT(r->args[0])));
	if (how == OK)
		how = duty_record(tx, r, act, r->args[0], was);
	else
		json_decref(was);
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* POST /v1/admin/duty */
enum outcome
admin_duty_add(struct tx *tx, const struct request *r, struct response *a)
{
	return span_add(tx, r, a, Q_DUTY_ADD, "duty.add");
}

/* POST /v1/duty: for leads; others swap. */
enum outcome
duty_add(struct tx *tx, const struct request *r, struct response *a)
{
	return may_manage(r) ? admin_duty_add(tx, r, a)
			     : answer_problem(a, "forbidden");
}

/* DELETE /v1/admin/duty/{id} */
enum outcome
admin_duty_remove(struct tx *tx, const struct request *r, struct response *a)
{
	static const enum query q[2] = {Q_DUTY_GET, Q_DUTY_REMOVE};

	return span_remove(tx, r, a, q, "duty.remove");
}

/* DELETE /v1/duty/{id}: for leads */
enum outcome
duty_remove(struct tx *tx, const struct request *r, struct response *a)
{
	return may_manage(r) ? admin_duty_remove(tx, r, a)
			     : answer_problem(a, "forbidden");
}

/* POST /v1/admin/leave */
enum outcome
admin_leave_add(struct tx *tx, const struct request *r, struct response *a)
{
	return span_add(tx, r, a, Q_LEAVE_ADD, "leave.add");
}

/* POST /v1/leave: one's own, or as a lead anybody's */
enum outcome
leave_add(struct tx *tx, const struct request *r, struct response *a)
{
	return admin_leave_add(tx, r, a);
}

/* DELETE /v1/leave/{id} */
enum outcome
leave_remove(struct tx *tx, const struct request *r, struct response *a)
{
	static const enum query q[2] = {Q_LEAVE_GET, Q_LEAVE_REMOVE};

	return span_remove(tx, r, a, q, "leave.remove");
}

/* DELETE /v1/admin/leave/{id} */
enum outcome
admin_leave_remove(struct tx *tx, const struct request *r, struct response *a)
{
	return leave_remove(tx, r, a);
}

/* GET /v1/leave: what is not over, of everybody */
enum outcome
leave_list(struct tx *tx, const struct request *r, struct response *a)
{
	(void)r;
	return answer_list(
	    a, tx_list(tx, Q_LEAVE_LIST,
		   ARGS(V_TEXT(tx_ward(tx)), V_INT(clock_now()))));
}
