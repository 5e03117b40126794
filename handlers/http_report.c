/*
 * The ward's own clocks: reports and requests of data subjects.  They belong to
 * no case and hold nothing but codes and instants.
 */
#include <string.h>

#include "admin.h"
#include "allow.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"
#include "evidence.h"
#include "handlers.h"
#include "people.h"
#include "procedure_check.h"

#define PAGE 200

static bool
may(const struct subject *s, enum action what)
{
	return allow(s, what, &(struct object){0}, SEE_thing);
}

/* Whose report it is, and whoever decides in the ward. */
static bool
is_theirs(const struct subject *s, const struct step *step)
{
	unsigned bits = 0;

	return may(s, ACTION_report_decide) ||
	       (roles_parse(step_role(step), &bits) && (s->roles & bits) != 0);
}

/* Each row with the name of its step. */
static void
name_rows(const struct procedure *p, json_t *items)
{
	json_t *row;
	size_t i;

	json_array_foreach(items, i, row)
	{
		const struct step *s = procedure_step(
		    p, json_string_value(json_object_get(row, "report")));

		if (s == NULL)
			continue;
		json_object_set_new(
		    row, "name_vi", json_string(step_name(s, "vi")));
		json_object_set_new(
		    row, "name_en", json_string(step_name(s, "en")));
	}
}

static bool
is_state(const char *s)
{
	static const char *const states[] = {"", "open", "done", "dropped"};

	for (size_t i = 0; i < NELEM(states); i++)
		if (strcmp(s, states[i]) == 0)
			return true;
	return false;
}

static const char *
query_or_empty(const struct request *r, const char *name)
{
	const char *s = request_query(r, name);

	return s == NULL ? "" : s;
}

/* One page; the path is that of the list, for the link to the next. */
static enum outcome
answer_reports(struct tx *tx, const struct request *r, struct response *a,
    const char *path)
{
	const char *state = query_or_empty(r, "state");
	const char *after = query_or_empty(r, "after");
	json_t *items;

	if (!is_state(state) || (*after != '\0' && !id_ok(after)))
		return answer_problem(a, "invalid_query");
	items = tx_list(tx, Q_REPORT_LIST,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(state), V_TEXT(after),
		V_INT(PAGE)));
	if (json_array_size(items) == PAGE)
		answer_header(a, "Link", "<%s?state=%s&after=%s>; rel=\"next\"",
		    path, state,
		    json_string_value(json_object_get(
			json_array_get(items, PAGE - 1), "id")));
	name_rows(tx_context(tx)->procedure, items);
	return answer_list(a, items);
}

/* GET /v1/reports?state=&after= */
enum outcome
report_list(struct tx *tx, const struct request *r, struct response *a)
{
	if (!may(&r->subject, ACTION_report_read))
		return answer_problem(a, "forbidden");
	return answer_reports(tx, r, a, "/v1/reports");
}

/* GET /v1/admin/reports?state=&after= */
enum outcome
admin_report_list(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_reports(tx, r, a, "/v1/admin/reports");
}

/* GET /v1/procedure?brief=yes */
enum outcome
member_procedure_get(struct tx *tx, const struct request *r, struct response *a)
{
	const char *brief = request_query(r, "brief");

	if (brief != NULL && strcmp(brief, "yes") != 0)
		return answer_problem(a, "invalid_query");
	return answer_json(
	    a, 200, procedure_json(tx_context(tx)->procedure, brief != NULL));
}

static enum outcome
answer_one(struct tx *tx, struct response *a, int status, const char *id)
{
	json_t *row =
	    tx_object(tx, Q_REPORT_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(id)));
	json_t *rows = json_pack("[O]", row);

	name_rows(tx_context(tx)->procedure, rows);
	json_decref(rows);
	return answer_json(a, status, row);
}

/* ---- A new one ---- */

static const struct field add_fields[] = {
    {.name = "report",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = STEP_ID_SIZE - 1},
    {.name = "item",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = ITEM_SIZE - 1},
    {.name = "happened_at", .kind = FIELD_INSTANT},
};
static const struct schema add_schema = {add_fields, NELEM(add_fields)};

/*
 * The event is not in the future, and its name is nobody's; nor a case's, which
 * is not there for who is barred from it and reads this all the same.
 */
static enum outcome
check_add(const struct request *r, int64_t happened_at, struct response *a)
{
	if (!evidence_ok(body_text(r, "item")))
		return answer_fault(a, "/item", EVIDENCE_RULE);
	if (case_code_in(body_text(r, "item")))
		return answer_fault(a, "/item",
		    "không ghi mã vụ việc: cả tổ đọc được; hãy dùng số công "
		    "văn");
	if (happened_at > clock_now())
		return answer_fault(
		    a, "/happened_at", "không được ở tương lai");
	return OK;
}

static enum outcome
add(struct tx *tx, const struct request *r, struct response *a,
    const struct step *s)
{
	struct item_clock i = {
	    .step = step_id(s),
	    .item = body_text(r, "item"),
	    .start_at = body_instant(r, "happened_at", clock_now()),
	};
	char id[ID_SIZE];
	enum outcome how = check_add(r, i.start_at, a);

	if (how != OK)
		return how;
	if (tx_number(tx, Q_REPORT_IS_THERE, 0,
		ARGS(V_TEXT(tx_ward(tx)), V_TEXT(i.step), V_TEXT(i.item))) > 0)
		return answer_problem(a, "conflict");
	how = clocks_open_item(tx, &i);
	if (how == OK)
		how = clocks_item_id(tx, &i, id);
	if (how == OK)
		how = audit_add(tx, &(struct happening){
					.actor = &r->subject,
					.act = "report.asked",
					.object_kind = "clock",
					.object_id = id,
					.detail = json_pack("{s:s, s:s}",
					    "report", i.step, "item", i.item),
				    });
	return how == OK ? answer_one(tx, a, 201, id) : answer_outcome(a, how);
}

/* POST /v1/reports {report, item, happened_at} */
enum outcome
report_add(struct tx *tx, const struct request *r, struct response *a)
{
	const struct step *s;

	if (!may(&r->subject, ACTION_report_act))
		return answer_problem(a, "forbidden");
	if (!body_ok(r, &add_schema, a))
		return INVALID;
	s = procedure_step(tx_context(tx)->procedure, body_text(r, "report"));
	if (s == NULL || !step_is_ward(s) || !step_is_asked(s))
		return answer_fault(
		    a, "/report", "không phải báo cáo được mở theo yêu cầu");
	return add(tx, r, a, s);
}

/* ---- Done ---- */

static const struct field done_fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
};
static const struct schema done_schema = {done_fields, NELEM(done_fields)};

/* An open clock of the ward's, and its step. */
static enum outcome
find(struct tx *tx, const char *id, struct clock_row *k, const struct step **s)
{
	enum outcome how = id_ok(id) ? clock_get(tx, id, k) : NOT_FOUND;

	if (how != OK)
		return how;
	*s = procedure_step(tx_context(tx)->procedure, k->step);
	return clock_case_id(k) == NULL && k->news[0] == '\0' && *s != NULL
		   ? OK
		   : NOT_FOUND;
}

static enum outcome
read_done(const struct request *r, const struct clock_row *k, struct act *act,
    struct response *a)
{
	int64_t now = clock_now();

	*act = (struct act){.step = k->step,
	    .kind = "report",
	    .by = &r->subject,
	    .acted_at = now};
	if (r->body == NULL)
		return OK;
	if (!body_ok(r, &done_schema, a))
		return INVALID;
	act->acted_at = body_instant(r, "acted_at", now);
	act->evidence = body_text(r, "evidence");
	if (act->acted_at > now)
		return answer_fault(a, "/acted_at", "không được ở tương lai");
	if (act->acted_at < k->climb.start_at)
		return answer_fault(
		    a, "/acted_at", "không được trước khi thời hạn bắt đầu");
	return evidence_ok(act->evidence)
		   ? OK
		   : answer_fault(a, "/evidence", EVIDENCE_RULE);
}

/* POST /v1/reports/{}/done {acted_at, evidence}, both optional */
enum outcome
report_done(struct tx *tx, const struct request *r, struct response *a)
{
	const struct step *s;
	struct clock_row k;
	struct act act;
	enum outcome how;

	if (!may(&r->subject, ACTION_report_act))
		return answer_problem(a, "forbidden");
	how = find(tx, r->args[0], &k, &s);
	if (how != OK)
		return answer_outcome(a, how);
	if (!is_theirs(&r->subject, s))
		return answer_problem(a, "forbidden");
	if (!k.is_open)
		return answer_problem(a, "state_conflict");
	how = read_done(r, &k, &act, a);
	if (how != OK)
		return how;
	how = act_add(tx, &act);
	if (how == OK)
		how = clocks_done_item(tx, NULL, k.item, &act);
	return how == OK ? answer_one(tx, a, 200, k.id)
			 : answer_outcome(a, how);
}

/* ---- For hotlinectl: what a member says on the phone ---- */

static enum outcome
by_phone(struct tx *tx, const struct request *r, struct response *a,
    handler_run *run)
{
	struct request as = *r;
	enum outcome how = as_member(tx, r, a, "by", &as);

	if (how != OK)
		return how;
	how = run(tx, &as, a);
	json_decref(as.body);
	if (how != OK || a->status >= 300)
		return how;
	return admin_audit(tx, r,
	    &(struct happening){.act = "report.by_phone",
		.object_kind = "member",
		.object_id = as.subject.id});
}

/* POST /v1/admin/reports {report, item, happened_at, by} */
enum outcome
admin_report_add(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(tx, r, a, report_add);
}

/* POST /v1/admin/reports/{}/done {acted_at, evidence, by} */
enum outcome
admin_report_done(struct tx *tx, const struct request *r, struct response *a)
{
	return by_phone(tx, r, a, report_done);
}
