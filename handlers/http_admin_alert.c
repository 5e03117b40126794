/* Alerts and notifications for hotlinectl. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "alert.h"
#include "clock.h"
#include "handlers.h"
#include "people.h"

#define PAGE 500

static const char *
text_or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* GET /v1/admin/alerts?all=&case=&kind=&after=; the oldest come first. */
enum outcome
admin_alert_list(struct tx *tx, const struct request *r, struct response *a)
{
	const char *after = text_or_empty(request_query(r, "after"));
	json_t *items, *last;
	enum outcome how;

	if (*after != '\0' && !id_ok(after))
		return answer_problem(a, "invalid_query");
	items = tx_list(tx, Q_ADMIN_ALERT_LIST,
	    ARGS(V_TEXT(tx_ward(tx)), V_INT(request_query(r, "all") != NULL),
		V_TEXT(text_or_empty(request_query(r, "case"))),
		V_TEXT(text_or_empty(request_query(r, "kind"))), V_TEXT(after),
		V_INT(PAGE)));
	last = json_incref(json_array_get(items, PAGE - 1));
	how = answer_json(a, 200,
	    json_pack("{s:o, s:O*}", "items", items, "next",
		json_object_get(last, "id")));
	json_decref(last);
	return how;
}

static const struct field ack_fields[] = {
    {.name = "code", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "by_phone", .kind = FIELD_TEXT, .required = true, 1, 32},
};
static const struct schema ack_schema = {ack_fields, NELEM(ack_fields)};

/* POST /v1/admin/alerts/ack {code, by_phone}: they read it out to us. */
enum outcome
admin_alert_ack(struct tx *tx, const struct request *r, struct response *a)
{
	struct answered found;
	struct ack k = {
	    .by = &found.who,
	    .how = "phone",
	    .acted_at = clock_now(),
	    .evidence = r->subject.id,
	};
	char member[ID_SIZE];
	enum outcome how;

	if (!body_ok(r, &ack_schema, a))
		return INVALID;
	if (member_find(tx, body_text(r, "by_phone"), member) != OK)
		return answer_fault(a, "/by_phone", "không có thành viên này");
	how = alert_of_spoken(tx, member, body_text(r, "code"), &found);
	if (how == NOT_FOUND)
		return answer_problem(a, "wrong_code");
	if (how == OK)
		how = alert_ack(tx, found.alert_id, &k);
	if (how == CONFLICT)
		return answer_problem(a, "already_acknowledged");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "alert.ack_by_phone",
			.object_kind = "alert",
			.object_id = found.alert_id,
			.detail = json_pack("{s:s}", "member", member)});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 200,
	    json_pack("{s:s, s:s}", "id", found.alert_id, "state", "acked"));
}

/*
 * POST /v1/admin/referrals: a member took it, by phone or on paper; the record
 * names that member and the agency it came from.
 */
enum outcome
admin_referral_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct request as = *r;
	enum outcome how = as_member(tx, r, a, "recorded_by", &as);

	if (how != OK)
		return how;
	how = referral_post(tx, &as, a);
	json_decref(as.body);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "referral.by_hand",
			.object_kind = "member",
			.object_id = as.subject.id});
	return how;
}

/* GET /v1/admin/refused */
enum outcome
admin_refused_list(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_list(
	    a, tx_list(tx, Q_REFUSED_LIST,
		   ARGS(V_TEXT(tx_ward(tx)),
		       V_TEXT(text_or_empty(request_query(r, "after"))),
		       V_INT(PAGE))));
}
