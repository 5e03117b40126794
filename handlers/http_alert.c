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

/* Which of them. */
struct page {
	int64_t limit;
	const char *after; /* "" or the id of an alert */
	bool is_by_clock;  /* one a clock, the most urgent first */
};

/* False after answering. */
static bool
read_page(const struct request *r, struct page *p, struct response *a)
{
	const char *limit = request_query(r, "limit");
	const char *after = request_query(r, "after");
	const char *by = request_query(r, "by");

	*p = (struct page){PAGE_DEFAULT, after == NULL ? "" : after,
	    by != NULL && strcmp(by, "clock") == 0};
	if ((limit == NULL || number_parse(limit, 1, PAGE_MAX, &p->limit)) &&
	    (after == NULL || (id_ok(after) && !p->is_by_clock)) &&
	    (by == NULL || p->is_by_clock))
		return true;
	(void)answer_problem(a, "invalid_query");
	return false;
}

/* The newest of each clock with the ids of its older ones, at most so many. */
static json_t *
fold(json_t *alerts, size_t limit)
{
	json_t *items = json_array(), *one, *last = NULL;
	const char *clock, *before = "";
	size_t i;

	json_array_foreach(alerts, i, one)
	{
		clock = json_string_value(json_object_get(one, "clock_id"));
		if (strcmp(clock, before) == 0) {
			json_array_append(json_object_get(last, "older"),
			    json_object_get(one, "id"));
			continue;
		}
		if (json_array_size(items) == limit)
			break;
		last = json_copy(one);
		before = clock;
		json_object_del(last, "clock_id");
		json_object_set_new(last, "older", json_array());
		json_array_append_new(items, last);
	}
	json_decref(alerts);
	return items;
}

static enum outcome
list_by_clock(struct tx *tx, const struct request *r, struct response *a,
    const struct page *p)
{
	const struct subject *s = &r->subject;
	json_t *alerts = tx_list(tx, Q_ALERT_LIST_URGENT,
	    ARGS(V_TEXT(s->id), V_INT((s->roles & NEWS_ALL_ALERTS) != 0)));

	return answer_list(a, fold(alerts, (size_t)p->limit));
}

/* GET /v1/alerts?by=&limit=&after= */
enum outcome
alert_list(struct tx *tx, const struct request *r, struct response *a)
{
	const struct subject *s = &r->subject;
	struct page p;
	const char *last;
	json_t *page, *items;

	if (!read_page(r, &p, a))
		return INVALID;
	if (p.is_by_clock)
		return list_by_clock(tx, r, a, &p);
	items = tx_list(tx, Q_ALERT_LIST,
	    ARGS(V_TEXT(s->id), V_INT((s->roles & NEWS_ALL_ALERTS) != 0),
		V_TEXT(p.after), V_INT(p.limit)));
	page = json_pack("{s:o}", "items", items);
	if ((int64_t)json_array_size(items) == p.limit) {
		last = json_string_value(json_object_get(
		    json_array_get(items, (size_t)p.limit - 1), "id"));
		json_object_set_new(page, "next", json_string(last));
		answer_header(a, "Link",
		    "</v1/alerts?limit=%lld&after=%s>; rel=\"next\"",
		    (long long)p.limit, last);
	}
	return answer_json(a, 200, page);
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
