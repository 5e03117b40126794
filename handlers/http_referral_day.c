/* An agency compares what it sent on a day with what came in here. */
#include "audit.h"
#include "handlers.h"
#include "receipts.h"
#include "schema.h"

static const struct field fields[] = {
    {.name = "day", .kind = FIELD_DATE, .required = true}};
static const struct schema schema = {fields, NELEM(fields)};

static bool
day_ok(const char *day)
{
	struct faults faults = {0};
	json_t *o = json_pack("{s:s*}", "day", day);
	bool ok = schema_check(&schema, o, &faults);

	json_decref(o);
	faults_done(&faults);
	return ok;
}

/* GET /v1/referrals/reconciliation?day= */
enum outcome
referral_reconciliation(
    struct tx *tx, const struct request *r, struct response *a)
{
	const char *day = request_query(r, "day");
	enum outcome how;

	if (!day_ok(day))
		return answer_problem(a, "invalid_query");
	how = audit_add(tx, &(struct happening){
				.actor = &r->subject,
				.act = "referral.reconciled",
				.object_kind = "agency",
				.object_id = r->subject.id,
				.detail = json_pack("{s:s}", "day", day),
			    });
	if (how == OK)
		how = receipts_fetched(tx, &r->subject, day_of_date(day));
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(
	    a, 200, receipts_of_day(tx, r->subject.id, day_of_date(day)));
}
