/* The team asks another body for help, and writes down what it answers. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "case_open.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"
#include "mau01.h"
#include "member_case.h"
#include "phoned.h"
#include "referral.h"
#include "referral_transfer.h"
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

/* To another ward: the case itself, not a service. */
static const struct field transfer_fields[] = {
    {.name = "agency",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 2,
	.high = 16},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
    {.name = "conflict_reason", .kind = FIELD_TEXT, .low = 1, .high = 1000},
    {.name = "share",
	.kind = FIELD_LIST,
	.required = true,
	.low = 1,
	.high = SHARES_MAX,
	.schema = &share_schema},
};
static const struct schema transfer_schema = {
    transfer_fields, NELEM(transfer_fields)};

/* What is sent: to serve a child, or to take the case over. */
struct errand_kind {
	const char *purpose;
	const struct schema *schema;
	enum action what;
	bool to_ward;
};

/* The agency that a child is sent to. */
struct receiver {
	char id[ID_SIZE];
	bool is_barred, is_ward;
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
	bool is_ward = false;
	enum outcome how;

	if (is_there) {
		memcpy(s.id, row_text(rows, 0), ID_SIZE);
		is_ward = strcmp(row_text(rows, 3), "ward") == 0;
	}
	how = rows_end(rows);
	if (how != OK)
		return how;
	if (!is_there)
		return NOT_FOUND;
	memcpy(to->id, s.id, ID_SIZE);
	to->is_ward = is_ward;
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

/* One that the other ward can open a case with. */
static enum outcome
notification_ok(const json_t *notification, struct response *a)
{
	struct faults faults = {0};
	char *text = json_dumps(notification, JSON_COMPACT);
	bool fits = strlen(text) <= TRANSFER_MAX;
	bool ok = mau01_check(notification, true, clock_now(), &faults);

	seal_free(text);
	faults_done(&faults);
	if (!fits)
		return answer_fault(a, "/share",
		    "quá dài để chuyển qua mạng: chia sẻ ít trường hơn");
	return ok ? OK
		  : answer_fault(a, "/share",
			"nơi nhận không mở được vụ việc: cần chia sẻ nơi ở "
			"(place) hoặc lời kể (narrative)");
}

/* One errand under way. */
struct sending {
	const struct errand_kind *kind;
	struct case_row *c;
	struct receiver to;
	struct sharing sharing;
	struct out_referral out;
	json_t *body; /* as it is kept */
};

static enum outcome
send_out(struct tx *tx, const struct request *r, struct response *a,
    struct sending *s)
{
	json_t *coded = share_coded(s->sharing.share);
	enum outcome how;

	s->out.body = s->body;
	s->out.share = coded;
	how = referral_send(tx, s->c, &r->subject, &s->out);
	if (how == OK && s->kind->to_ward)
		how = case_set_fact(tx, s->c, FACT_transfer,
		    fact_word(FACT_transfer, "asked"), &r->subject);
	json_decref(coded);
	return how == OK ? answer_sent(tx, a, &s->out) : answer_outcome(a, how);
}

static enum outcome
take_and_send(struct tx *tx, const struct request *r, struct response *a,
    struct sending *s)
{
	json_t *taken = NULL, *notification;
	enum outcome how = share_take(tx, &s->sharing, &taken);

	json_object_set_new(s->body, "shared", taken);
	if (how != OK)
		return answer_outcome(a, how);
	if (s->kind->to_ward) {
		notification =
		    transfer_notification(tx, s->c, s->out.id, taken);
		json_object_set_new(s->body, "notification", notification);
		how = notification_ok(notification, a);
	}
	return how == OK ? send_out(tx, r, a, s) : how;
}

static enum outcome
check_and_send(struct tx *tx, const struct request *r, struct response *a,
    struct sending *s)
{
	struct faults faults = {0};
	enum outcome how;

	s->sharing = (struct sharing){s->c, &r->subject,
	    json_object_get(r->body, "share"), case_open_sealed(tx, s->c)};
	s->body = json_copy(r->body);
	s->out = (struct out_referral){
	    .purpose = s->kind->purpose,
	    .agency_id = s->to.id,
	    .despite_bar = s->to.is_barred,
	    .due_at = body_instant(r, "due_at", 0),
	};
	id_new(s->out.id);
	share_check(tx, &s->sharing, &faults);
	how = faults.n > 0 ? answer_faults(a, "invalid_fields", &faults)
			   : take_and_send(tx, r, a, s);
	json_decref(s->sharing.opened);
	json_decref(s->body);
	faults_done(&faults);
	return how;
}

static enum outcome
send_on(struct tx *tx, const struct request *r, struct response *a,
    const struct errand_kind *kind)
{
	struct case_row c;
	struct sending s = {.kind = kind, .c = &c};
	enum outcome how = member_case(tx, r, a, kind->what, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!c.is_open)
		return answer_problem(a, "state_conflict");
	if (!body_ok(r, kind->schema, a))
		return INVALID;
	how = receiver_ok(r, a, &s.to, find_receiver(tx, r, &c, &s.to));
	if (how == OK && kind->to_ward && !s.to.is_ward)
		return answer_fault(
		    a, "/agency", "chỉ chuyển vụ việc cho phường, xã khác");
	return how == OK ? check_and_send(tx, r, a, &s) : how;
}

/* POST /v1/cases/{code}/refer */
enum outcome
case_refer(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct errand_kind service = {
	    "service", &refer_schema, ACTION_case_refer, false};

	return send_on(tx, r, a, &service);
}

/* POST /v1/cases/{code}/transfer: only who may end our care of it. */
enum outcome
case_transfer(struct tx *tx, const struct request *r, struct response *a)
{
	static const struct errand_kind transfer = {
	    "transfer", &transfer_schema, ACTION_case_close, true};

	return send_on(tx, r, a, &transfer);
}

/* ---- What a partner without a client says on the phone ---- */

static const char *const answers[] = {
    "accepted", "refused", "completed", "withdrawn", "told", NULL};
static const struct field answer_fields[] = {
    {.name = "answer", .kind = FIELD_WORD, .required = true, .words = answers},
    {.name = "call", .kind = FIELD_OBJECT, .schema = &phoned_schema},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 500},
    {.name = "outcome", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema answer_schema = {
    answer_fields, NELEM(answer_fields)};

/* What each answer must say: a partner's to us, and ours to a transfer. */
static void
check_answer(const struct request *r, const struct referral_about *w,
    struct faults *faults)
{
	static const struct {
		bool is_out;
		const char *answer, *needs, *at, *what;
	} needs[] = {
	    {true, "accepted", "call", "/call", "cần ghi ai trả lời"},
	    {true, "refused", "call", "/call", "cần ghi ai trả lời"},
	    {true, "completed", "call", "/call", "cần ghi ai trả lời"},
	    {true, "refused", "reason", "/reason", "cần lý do"},
	    {true, "withdrawn", "reason", "/reason", "cần lý do"},
	    {true, "completed", "outcome", "/outcome", "cần kết quả"},
	    {false, "refused", "reason", "/reason", "cần lý do"},
	    {true, "told", "call", "/call", "cần ghi đã báo cho ai"},
	    {false, "told", "call", "/call", "cần ghi đã báo cho ai"},
	    {false, "withdrawn", "call", "/call", "cần ghi ai rút lại"},
	};
	const char *answer = body_text(r, "answer");

	for (size_t i = 0; i < NELEM(needs); i++)
		if (needs[i].is_out == w->is_out &&
		    strcmp(needs[i].answer, answer) == 0 &&
		    json_object_get(r->body, needs[i].needs) == NULL)
			faults_add(faults, needs[i].at, "%s", needs[i].what);
	phoned_check(
	    json_object_get(r->body, "call"), "/call", w->sent_at, faults);
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
    struct case_row *c, const struct referral_about *w)
{
	const struct referral_reply reply = {
	    .id = r->args[1],
	    .to = body_text(r, "answer"),
	    .by = &r->subject,
	    .acted_at = answered_at(r),
	    .words = r->body,
	};
	bool is_partners = w->is_out && strcmp(reply.to, "told") != 0;
	enum outcome how = is_partners ? referral_reply(tx, &reply)
				       : transfer_answer(tx, w, &reply);

	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	if (how == OK)
		how = case_get(tx, c->id, c);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c->version);
	return answer_json(a, 200, case_summary_json(tx, c));
}

/* Whose case it is from now on is said by who may give it away. */
static enum outcome
check_and_answer(struct tx *tx, const struct request *r, struct response *a,
    struct case_row *c)
{
	struct faults faults = {0};
	struct referral_about w;
	struct object o;
	enum outcome how = referral_about(tx, r->args[1], &w);

	referral_about_done(&w);
	if (how != OK)
		return answer_outcome(a, how);
	case_object(tx, c, &r->subject, &o);
	if ((!w.is_out || strcmp(w.purpose, "transfer") == 0) &&
	    !allow(&r->subject, ACTION_case_close, &o, SEE_thing))
		return answer_problem(a, "forbidden");
	check_answer(r, &w, &faults);
	how = faults.n > 0 ? answer_faults(a, "invalid_fields", &faults)
			   : take_answer(tx, r, a, c, &w);
	faults_done(&faults);
	return how;
}

/* POST /v1/cases/{code}/referrals/{id}/answer */
enum outcome
case_referral_answer(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_refer, &c);

	if (how != OK)
		return how;
	if (tx_number(tx, Q_REFERRAL_OF_CASE, 0,
		ARGS(V_TEXT(r->args[1]), V_TEXT(c.id))) == 0)
		return answer_problem(a, "not_found");
	return body_ok(r, &answer_schema, a) ? check_and_answer(tx, r, a, &c)
					     : INVALID;
}
