/* A member's alerts, and acknowledging one by hand. */
#include <string.h>

#include "admin.h"
#include "alert.h"
#include "clock.h"
#include "evidence.h"
#include "handlers.h"
#include "news.h"
#include "people.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX     200

static const struct field ack_fields[] = {
    {.name = "acted_at", .kind = FIELD_INSTANT},
    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},
};
static const struct schema ack_schema = {ack_fields, NELEM(ack_fields)};

/* limit and after of the query; false after answering. */
static bool
read_page(const struct request *r, int64_t *limit, const char **after,
    struct response *a)
{
	const char *text = request_query(r, "limit");

	*limit = PAGE_DEFAULT;
	*after = request_query(r, "after");
	if ((text == NULL || number_parse(text, 1, PAGE_MAX, limit)) &&
	    (*after == NULL || id_ok(*after)))
		return true;
	(void)answer_problem(a, "invalid_query");
	return false;
}

/* GET /v1/alerts?limit=&after= */
enum outcome
alert_list(struct tx *tx, const struct request *r, struct response *a)
{
	const struct subject *s = &r->subject;
	const char *after, *last;
	int64_t limit;
	json_t *items;

	if (!read_page(r, &limit, &after, a))
		return INVALID;
	items = tx_list(tx, Q_ALERT_LIST,
	    ARGS(V_TEXT(s->id), V_INT((s->roles & NEWS_ALL_ALERTS) != 0),
		V_TEXT(after == NULL ? "" : after), V_INT(limit)));
	if ((int64_t)json_array_size(items) == limit) {
		last = json_string_value(json_object_get(
		    json_array_get(items, (size_t)limit - 1), "id"));
		answer_header(a, "Link",
		    "</v1/alerts?limit=%lld&after=%s>; rel=\"next\"",
		    (long long)limit, last);
	}
	return answer_list(a, items);
}

bool
evidence_ok(const char *s)
{
	return s == NULL ||
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789-_./") == strlen(s);
}

static bool
read_ack(const struct request *r, struct ack *k, struct response *a)
{
	int64_t now = clock_now();

	*k = (struct ack){.by = &r->subject, .how = "api", .acted_at = now};
	if (r->body == NULL)
		return true;
	if (!body_ok(r, &ack_schema, a))
		return false;
	k->acted_at = body_instant(r, "acted_at", now);
	k->evidence = body_text(r, "evidence");
	if (k->acted_at > now) {
		(void)answer_fault(a, "/acted_at", "không được ở tương lai");
		return false;
	}
	if (evidence_ok(k->evidence))
		return true;
	(void)answer_fault(a, "/evidence", EVIDENCE_RULE);
	return false;
}

/* May the caller acknowledge it?  NOT_FOUND if not: no oracle. */
static enum outcome
may_ack(struct tx *tx, const struct request *r, const char *alert_id)
{
	char case_id[ID_SIZE] = "";
	struct case_row c;
	struct object o = {0};
	bool is_own = false, is_there;
	struct rows *rows = tx_query(
	    tx, Q_ALERT_CASE, ARGS(V_TEXT(alert_id), V_TEXT(r->subject.id)));
	enum outcome how;

	is_there = rows_next(rows);
	if (is_there && !row_is_null(rows, 0))
		memcpy(case_id, row_text(rows, 0), ID_SIZE);
	if (is_there)
		is_own = row_int(rows, 2) > 0;
	how = rows_end(rows);
	if (how == OK && is_there && case_id[0] != '\0') {
		how = case_get(tx, case_id, &c);
		if (how == OK)
			case_object(tx, &c, &r->subject, &o);
	}
	o.is_own = is_own;
	if (how != OK)
		return how;
	return is_there && allow(&r->subject, ACTION_alert_ack, &o, SEE_thing)
		   ? OK
		   : NOT_FOUND;
}

/* POST /v1/alerts/{}/ack {acted_at, evidence}, both optional */
enum outcome
alert_ack_post(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->args[0];
	struct ack k;
	enum outcome how;

	if (!id_ok(id))
		return answer_problem(a, "not_found");
	how = may_ack(tx, r, id);
	if (how != OK)
		return answer_outcome(a, how);
	if (!read_ack(r, &k, a))
		return INVALID;
	how = alert_ack(tx, id, &k);
	if (how == CONFLICT)
		return answer_problem(a, "already_acknowledged");
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(
	    a, 200, json_pack("{s:s, s:s}", "id", id, "state", "acked"));
}
