/* The team asks another body for help, and writes down what it answers. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "case_open.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"
#include "member_case.h"
#include "phoned.h"
#include "referral.h"
#include "referral_out.h"
#include "share.h"

static const struct field refer_fields[] = {
    {.name = "agency",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 2,
	.high = 16},
    {.name = "service",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
    {.name = "due_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "conflict_reason", .kind = FIELD_TEXT, .low = 1, .high = 1000},
    {.name = "share",
	.kind = FIELD_LIST,
	.high = SHARES_MAX,
	.schema = &share_schema},
};
static const struct schema refer_schema = {refer_fields, NELEM(refer_fields)};

/* The agency that a child is sent to. */
struct receiver {
	char id[ID_SIZE];
	bool is_barred;
};

/* An agency that is there and runs. */
static enum outcome
find_receiver(struct tx *tx, const struct request *r, const struct case_row *c,
    struct receiver *to)
{
	struct subject s = {.kind = BY_AGENCY};
	struct rows *rows = tx_query(tx, Q_AGENCY_GET,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(body_text(r, "agency"))));
	bool is_there =
	    rows_next(rows) && strcmp(row_text(rows, 2), "active") == 0;
	enum outcome how;

	if (is_there)
		memcpy(s.id, row_text(rows, 0), ID_SIZE);
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there)
		return NOT_FOUND;
	memcpy(to->id, s.id, ID_SIZE);
	to->is_barred = case_is_barred(tx, c->id, &s);
	return OK;
}

/*
 * To an agency that is barred (somebody alleged works there) only who decides
 * sends a child, and says why; to others it is as if it were not there.
 */
static enum outcome
receiver_ok(const struct request *r, struct response *a,
    const struct receiver *to, enum outcome found)
{
	bool decides =
	    allow(&r->subject, ACTION_case_bar, &(struct object){0}, SEE_thing);

	if (found == NOT_FOUND || (to->is_barred && !decides))
		return answer_fault(
		    a, "/agency", "không chuyển được đến cơ quan này");
	if (found != OK)
		return answer_outcome(a, found);
	if (to->is_barred && body_text(r, "conflict_reason") == NULL)
		return answer_fault(a, "/conflict_reason",
		    "cơ quan này có xung đột lợi ích trong vụ việc: ghi rõ lý "
		    "do vẫn chuyển");
	return OK;
}

static enum outcome
answer_sent(struct tx *tx, struct response *a, const struct out_referral *out)
{
	struct referral_row row = {.is_out = true,
	    .state = "sent",
	    .received_at = out->sent_at,
	    .due_at = out->due_at,
	    .version = 1};

	memcpy(row.id, out->id, ID_SIZE);
	memcpy(row.purpose, out->purpose, strlen(out->purpose) + 1);
	answer_header(a, "Location", "/v1/referrals/%s", row.id);
	return answer_json(a, 201, referral_json(tx, &row));
}

static enum outcome
send_out(struct tx *tx, const struct request *r, struct response *a,
    const struct sharing *s, const struct receiver *to)
{
	json_t *body = json_copy(r->body), *coded = share_coded(s->share);
	json_t *taken = NULL;
	struct case_row c = *s->c;
	struct out_referral out = {
	    .purpose = "service",
	    .agency_id = to->id,
	    .despite_bar = to->is_barred,
	    .due_at = body_instant(r, "due_at", 0),
	    .body = body,
	    .share = coded,
	};
	enum outcome how = share_take(tx, s, &taken);

	json_object_set_new(body, "shared", taken);
	if (how == OK)
		how = referral_send(tx, &c, &r->subject, &out);
	json_decref(body);
	json_decref(coded);
	return how == OK ? answer_sent(tx, a, &out) : answer_outcome(a, how);
}

static enum outcome
check_and_send(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c, const struct receiver *to)
{
	struct faults faults = {0};
	struct sharing s = {c, &r->subject, json_object_get(r->body, "share"),
	    case_open_sealed(tx, c)};
	enum outcome how;

	share_check(tx, &s, &faults);
	how = faults.n > 0 ? answer_faults(a, "invalid_fields", &faults)
			   : send_out(tx, r, a, &s, to);
	json_decref(s.opened);
	faults_done(&faults);
	return how;
}

/* POST /v1/cases/{code}/refer */
enum outcome
case_refer(struct tx *tx, const struct request *r, struct response *a)
{
	struct receiver to = {0};
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_refer, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!c.is_open)
		return answer_problem(a, "state_conflict");
	if (!body_ok(r, &refer_schema, a))
		return INVALID;
	how = receiver_ok(r, a, &to, find_receiver(tx, r, &c, &to));
	return how == OK ? check_and_send(tx, r, a, &c, &to) : how;
}

/* ---- What a partner without a client says on the phone ---- */

static const char *const answers[] = {
    "accepted", "refused", "completed", "withdrawn", NULL};
static const struct field answer_fields[] = {
    {.name = "answer", .kind = FIELD_WORD, .required = true, .words = answers},
    {.name = "call", .kind = FIELD_OBJECT, .schema = &phoned_schema},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 500},
    {.name = "outcome", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema answer_schema = {
    answer_fields, NELEM(answer_fields)};

/* What each answer must say. */
static void
check_answer(const struct request *r, int64_t sent_at, struct faults *faults)
{
	static const struct {
		const char *answer, *needs, *at, *what;
	} needs[] = {
	    {"accepted", "call", "/call", "cần ghi ai trả lời, qua số nào"},
	    {"refused", "call", "/call", "cần ghi ai trả lời, qua số nào"},
	    {"completed", "call", "/call", "cần ghi ai trả lời, qua số nào"},
	    {"refused", "reason", "/reason", "cần lý do"},
	    {"withdrawn", "reason", "/reason", "cần lý do"},
	    {"completed", "outcome", "/outcome", "cần kết quả"},
	};
	const char *answer = body_text(r, "answer");

	for (size_t i = 0; i < NELEM(needs); i++)
		if (strcmp(needs[i].answer, answer) == 0 &&
		    json_object_get(r->body, needs[i].needs) == NULL)
			faults_add(faults, needs[i].at, "%s", needs[i].what);
	phoned_check(
	    json_object_get(r->body, "call"), "/call", sent_at, faults);
}

static int64_t
answered_at(const struct request *r)
{
	const json_t *call = json_object_get(r->body, "call");
	int64_t at = clock_now();

	if (call != NULL)
		(void)instant_parse(
		    json_string_value(json_object_get(call, "called_at")), &at);
	return at;
}

static enum outcome
take_answer(struct tx *tx, const struct request *r, struct response *a,
    struct case_row *c)
{
	enum outcome how = referral_reply(tx, &(struct referral_reply){
						  .id = r->args[1],
						  .to = body_text(r, "answer"),
						  .by = &r->subject,
						  .acted_at = answered_at(r),
						  .words = r->body,
					      });

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how == OK)
		how = case_get(tx, c->id, c);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c->version);
	return answer_json(a, 200, case_summary_json(tx, c));
}

/* POST /v1/cases/{code}/referrals/{id}/answer */
enum outcome
case_referral_answer(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct referral_about w;
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_refer, &c);

	if (how != OK)
		return how;
	if (tx_number(tx, Q_REFERRAL_OF_CASE, 0,
		ARGS(V_TEXT(r->args[1]), V_TEXT(c.id))) == 0)
		return answer_problem(a, "not_found");
	if (!body_ok(r, &answer_schema, a))
		return INVALID;
	how = referral_about(tx, r->args[1], &w);
	referral_about_done(&w);
	if (how != OK)
		return answer_outcome(a, how);
	check_answer(r, w.sent_at, &faults);
	how = faults.n > 0 ? answer_faults(a, "invalid_fields", &faults)
			   : take_answer(tx, r, a, &c);
	faults_done(&faults);
	return how;
}
