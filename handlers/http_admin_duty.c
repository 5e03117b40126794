/* Who is on duty and who is away, for hotlinectl. */
#include <stdlib.h>

#include "admin.h"
#include "clock.h"
#include "handlers.h"

static const struct field span_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "from", .kind = FIELD_INSTANT, .required = true},
    {.name = "until", .kind = FIELD_INSTANT, .required = true},
};
static const struct schema span_schema = {span_fields, NELEM(span_fields)};

/* GET /v1/admin/duty: duty and leave that are not over. */
enum outcome
duty_list(struct tx *tx, const struct request *r, struct response *a)
{
	const struct value args[] = {V_TEXT(tx_ward(tx)), V_INT(clock_now())};

	(void)r;
	return answer_json(a, 200,
	    json_pack("{s:o, s:o}", "duty",
		tx_list(tx, Q_DUTY_LIST, args, NELEM(args)), "leave",
		tx_list(tx, Q_LEAVE_LIST, args, NELEM(args))));
}

/* A span of a member's time; the rows of duty and leave look the same. */
static enum outcome
span_add(struct tx *tx, const struct request *r, struct response *a,
    enum query q, const char *kind)
{
	int64_t from = body_instant(r, "from", 0);
	int64_t until = body_instant(r, "until", 0);
	char id[ID_SIZE], member[ID_SIZE], *act;
	enum outcome how;

	if (!body_ok(r, &span_schema, a))
		return INVALID;
	if (until <= from)
		return answer_fault(a, "/until", "phải muộn hơn from");
	if (member_find(tx, body_text(r, "member"), member) != OK)
		return answer_fault(a, "/member", "không có thành viên này");
	id_new(id);
	how = tx_exec(tx, q,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(member), V_INT(from),
		V_INT(until)));
	if (how != OK)
		return answer_outcome(a, how);
	act = xasprintf("%s.add", kind);
	how = admin_audit(tx, r,
	    &(struct happening){.act = act,
		.object_kind = kind,
		.object_id = id,
		.detail = json_pack("{s:s, s:I, s:I}", "member", member, "from",
		    (json_int_t)from, "until", (json_int_t)until)});
	free(act);
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, json_pack("{s:s}", "id", id));
}

/* POST /v1/admin/duty */
enum outcome
duty_add(struct tx *tx, const struct request *r, struct response *a)
{
	return span_add(tx, r, a, Q_DUTY_ADD, "duty");
}

/* POST /v1/admin/leave */
enum outcome
leave_add(struct tx *tx, const struct request *r, struct response *a)
{
	return span_add(tx, r, a, Q_LEAVE_ADD, "leave");
}
