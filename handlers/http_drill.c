/* Drills, and agencies that must report. */
#include <string.h>

#include "admin.h"
#include "alert_rows.h"
#include "clock.h"
#include "conf_term.h"
#include "drill.h"
#include "handlers.h"
#include "heartbeat.h"

#define PEOPLE_ALL 500
#define LIST_MAX   1000
#define LIST_DAYS  60
/* Longer than that nobody waits for a sign of life. */
#define WITHIN_MAX (365 * DAY)

/* GET /v1/admin/drills */
enum outcome
drill_list(struct tx *tx, const struct request *r, struct response *a)
{
	(void)r;
	return answer_list(
	    a, tx_list(tx, Q_DRILL_LIST,
		   ARGS(V_TEXT(tx_ward(tx)),
		       V_INT(clock_now() - LIST_DAYS * DAY), V_INT(LIST_MAX))));
}

static const struct field drill_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .low = 1, .high = 32},
    {.name = "agency", .kind = FIELD_TEXT, .low = 2, .high = 16},
};
static const struct schema drill_schema = {drill_fields, NELEM(drill_fields)};

static enum outcome
drill_everybody(struct tx *tx, int *n)
{
	char(*list)[ID_SIZE] = xcalloc(PEOPLE_ALL, sizeof(*list));
	size_t all = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_MEMBERS_ACTIVE,
			 ARGS(V_TEXT(tx_ward(tx)), V_INT(PEOPLE_ALL))),
		list, PEOPLE_ALL, &all);

	for (size_t i = 0; i < all && how == OK; i++) {
		struct person p = {0};

		memcpy(p.member_id, list[i], ID_SIZE);
		how = drill_person(tx, &p, n);
	}
	free(list);
	return how;
}

/* Whom the body names; NOT_FOUND after answering. */
static enum outcome
find_person(struct tx *tx, const struct request *r, struct response *a,
    struct person *p)
{
	const char *member = body_text(r, "member");

	*p = (struct person){0};
	if (member != NULL && member_find(tx, member, p->member_id) != OK)
		return answer_fault(a, "/member", "không có thành viên này");
	if (member == NULL &&
	    agency_find(tx, body_text(r, "agency"), p->agency_id) != OK)
		return answer_fault(a, "/agency", "không có cơ quan này");
	return OK;
}

/* POST /v1/admin/drills {member or agency; else every member} */
enum outcome
drill_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct person p;
	enum outcome how;
	int n = 0;

	if (!body_ok(r, &drill_schema, a))
		return INVALID;
	if (json_object_size(r->body) == 0) {
		how = drill_everybody(tx, &n);
	} else {
		how = find_person(tx, r, a, &p);
		if (how != OK)
			return how;
		how = drill_person(tx, &p, &n);
	}
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "drill.sent",
			.object_kind = "ward",
			.object_id = tx_ward(tx),
			.detail = json_pack("{s:i}", "messages", n)});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, json_pack("{s:i}", "messages", n));
}

/* ---- Heartbeats ---- */

static const struct field heartbeat_fields[] = {
    {.name = "within", .kind = FIELD_TEXT, .required = true, 2, 24},
};
static const struct schema heartbeat_schema = {
    heartbeat_fields, NELEM(heartbeat_fields)};

/* The longest silence a body asks for, in whole seconds; false if none. */
static bool
read_within(const struct request *r, int64_t *seconds)
{
	int64_t ms;

	if (!term_parse(
		json_string_value(json_object_get(r->body, "within")), &ms) ||
	    ms % SECOND != 0 || ms > WITHIN_MAX)
		return false;
	*seconds = ms / SECOND;
	return true;
}

/* POST /v1/admin/agencies/{agency}/heartbeat {within} */
enum outcome
agency_heartbeat(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	int64_t seconds;
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	if (!body_ok(r, &heartbeat_schema, a))
		return INVALID;
	if (!read_within(r, &seconds))
		return answer_fault(a, "/within",
		    "cần một khoảng thời gian như 3m hoặc 6h, tối đa 365d");
	how = heartbeat_set(tx, id, r->args[0], seconds);
	if (how == OK)
		how = admin_told(tx, r, "agency.heartbeat");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "agency.heartbeat",
			.object_kind = "agency",
			.object_id = id,
			.detail = json_pack(
			    "{s:I}", "silent_after_s", (json_int_t)seconds)});
	return answer_outcome(a, how);
}

/* POST /v1/heartbeat: it called, which authenticate() has noted. */
enum outcome
heartbeat_post(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_outcome(a, OK);
}
