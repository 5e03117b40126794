/* Bodies outside without a client: agreed contacts, and talks on the phone. */
#include <string.h>

#include "admin.h"
#include "alert_rows.h"
#include "allow.h"
#include "change.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "keyring.h"
#include "phone_task.h"
#include "phoned.h"

/* ---- Who agreed that they are written to ---- */

static const struct field contact_fields[] = {
    {.name = "who",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "agreed_on", .kind = FIELD_DATE, .required = true},
    {.name = "paper",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
};
static const struct schema contact_schema = {
    contact_fields, NELEM(contact_fields)};

enum outcome
agency_contact_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE], *text = json_dumps(r->body, JSON_COMPACT);
	const struct place at = {"agency", "contact_sealed", id};
	struct value sealed = V_NULL;
	struct person who = {0};
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how == OK)
		how = keyring_seal(tx, tx_ward(tx), &at, text, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_AGENCY_CONTACT,
		    ARGS(
			V_TEXT(id), sealed, V_TEXT(body_text(r, "agreed_on"))));
	if (how == OK) {
		memcpy(who.agency_id, id, ID_SIZE);
		how = person_index(tx, &who, "name", body_text(r, "who"));
	}
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "agency.contact",
			.object_kind = "agency",
			.object_id = id,
			.detail = json_pack("{s:O}", "agreed_on",
			    json_object_get(r->body, "agreed_on"))});
	keyring_done(&sealed);
	seal_free(text);
	return answer_outcome(a, how);
}

/* PUT /v1/admin/agencies/{code}/contact {who, agreed_on, paper} */
enum outcome
agency_contact_put(struct tx *tx, const struct request *r, struct response *a)
{
	const struct calendar *c = tx_context(tx)->calendar;
	char id[ID_SIZE];
	enum outcome how = agency_find(tx, r->args[0], id);

	if (how != OK)
		return answer_outcome(a, how);
	if (!body_ok(r, &contact_schema, a))
		return INVALID;
	if (day_of_date(body_text(r, "agreed_on")) >
	    calendar_day_of(c, clock_now()))
		return answer_fault(a, "/agreed_on", "không được ở tương lai");
	return change_make(tx, r, a,
	    &(struct wanted){
		CHANGE_agency_contact, r->args[0], NULL, r->body, false});
}

/* ---- Tasks ---- */

/* May the caller do this with the task?  Of the ward's own, who minds reports. */
static bool
may(struct tx *tx, const struct subject *s, const char *case_id,
    enum action of_case, enum action of_ward)
{
	struct object o = {0};
	struct case_row c;

	if (case_id == NULL || *case_id == '\0')
		return allow(s, of_ward, &o, SEE_thing);
	if (case_get_file(tx, case_id, &c) != OK)
		return false;
	case_object(tx, &c, s, &o);
	return allow(s, of_case, &o, SEE_thing);
}

/* GET /v1/phone-tasks: of the cases that the caller may read. */
enum outcome
phone_task_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct rows *rows =
	    tx_query(tx, Q_PHONE_TASK_LIST, ARGS(V_TEXT(tx_ward(tx))));
	int offset = (int)tx_context(tx)->conf->utc_offset_min;
	json_t *items = json_array();
	enum outcome how;

	while (rows_next(rows)) {
		char at[INSTANT_SIZE];

		if (!may(tx, &r->subject, row_text(rows, 1), ACTION_case_read,
			ACTION_report_act))
			continue;
		instant_format(at, row_int(rows, 3), offset);
		json_array_append_new(
		    items, json_pack("{s:s, s:s, s:s, s:s*}", "id",
			       row_text(rows, 0), "body", row_text(rows, 2),
			       "opened_at", at, "case", row_text(rows, 4)));
	}
	how = rows_end(rows);
	if (how == OK)
		return answer_list(a, items);
	json_decref(items);
	return answer_outcome(a, how);
}

/* An open task of the caller's; others are not there. */
static enum outcome
find(struct tx *tx, const struct request *r, struct clock_row *k)
{
	enum outcome how =
	    id_ok(r->args[0]) ? clock_get(tx, r->args[0], k) : NOT_FOUND;

	if (how != OK)
		return how;
	if (!is_phone_task(k) || !may(tx, &r->subject, clock_case_id(k),
				     ACTION_case_act, ACTION_report_act))
		return NOT_FOUND;
	return k->is_open ? OK : CONFLICT;
}

static enum outcome
check_call(const struct request *r, struct response *a)
{
	struct faults faults = {0};
	enum outcome how = OK;

	if (schema_check(&phoned_schema, r->body, &faults))
		phoned_check(r->body, "", 0, &faults);
	if (faults.n > 0)
		how = answer_faults(a, "invalid_fields", &faults);
	faults_done(&faults);
	return how;
}

/* POST /v1/phone-tasks/{id}/done {who, rank, number, called_at, paper} */
enum outcome
phone_task_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct clock_row k;
	struct act act;
	enum outcome how = find(tx, r, &k);

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how != OK)
		return answer_outcome(a, how);
	how = check_call(r, a);
	if (how != OK)
		return how;
	act = (struct act){.case_id = clock_case_id(&k),
	    .step = PHONE_TASK,
	    .kind = "phone",
	    .by = &r->subject,
	    .acted_at = body_instant(r, "called_at", 0),
	    .body = r->body};
	how = act_add(tx, &act);
	if (how == OK)
		how = phone_task_done(tx, &k, &act);
	return how == OK ? answer_json(a, 200,
			       json_pack("{s:s, s:s, s:s}", "id", k.id, "act",
				   act.id, "state", "done"))
			 : answer_outcome(a, how);
}

/* POST /v1/admin/phone-tasks/{id}/done {..., by}: for a member on the phone. */
enum outcome
admin_phone_task_post(
    struct tx *tx, const struct request *r, struct response *a)
{
	struct request as = *r;
	struct clock_row k;
	enum outcome how;

	/* Of a case that no admin must know of there is none. */
	if (id_ok(r->args[0]) && clock_get(tx, r->args[0], &k) == OK &&
	    clock_case_id(&k) != NULL &&
	    case_is_barred(tx, clock_case_id(&k), &r->subject))
		return answer_problem(a, "not_found");
	how = as_member(tx, r, a, "by", &as);

	if (how != OK)
		return how;
	how = phone_task_post(tx, &as, a);
	json_decref(as.body);
	if (how != OK || a->status >= 300)
		return how;
	return admin_audit(tx, r,
	    &(struct happening){.act = "phone_task.by_phone",
		.object_kind = "clock",
		.object_id = r->args[0],
		.detail = json_pack("{s:s}", "member", as.subject.id)});
}

/* GET /v1/admin/phone-tasks */
enum outcome
admin_phone_task_list(
    struct tx *tx, const struct request *r, struct response *a)
{
	(void)r;
	return answer_list(
	    a, tx_list(tx, Q_ADMIN_PHONE_TASKS, ARGS(V_TEXT(tx_ward(tx)))));
}
