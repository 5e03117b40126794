/* Cases as members see them; every look is in the audit chain. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_answer.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"
#include "keyring.h"
#include "member_case.h"
#include "people.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX     200

/* The work on a merged case is done in the file that it is in. */
static bool
is_work(enum action what)
{
	return what == ACTION_case_act || what == ACTION_case_approve ||
	       what == ACTION_case_close || what == ACTION_case_assign ||
	       what == ACTION_case_escalate || what == ACTION_case_refer;
}

enum outcome
member_case(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct case_row *c)
{
	struct object o;
	enum outcome how = case_find(tx, r->args[0], c);

	if (how != OK && how != NOT_FOUND)
		return answer_outcome(a, how);
	/* Also of what is not there: "no" takes the same time for both. */
	case_object(tx, c, &r->subject, &o);
	if (how == NOT_FOUND)
		return answer_problem(a, "not_found");
	if (allow(&r->subject, what, &o, SEE_thing))
		return c->is_merged && is_work(what)
			   ? answer_problem(a, "case_merged")
			   : OK;
	return answer_problem(a,
	    allow(&r->subject, ACTION_case_read, &o, SEE_thing) ? "forbidden"
								: "not_found");
}

static enum outcome
audit_read(struct tx *tx, const struct request *r, const struct case_row *c,
    const char *act)
{
	return audit_add(tx, &(struct happening){
				 .actor = &r->subject,
				 .act = act,
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
			     });
}

/* GET /v1/cases/{code} */
enum outcome
case_read(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	how = audit_read(tx, r, &c, "case.read");
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_full_json(tx, &c, &r->subject));
}

/* GET /v1/cases/{code}/timeline */
enum outcome
case_timeline(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how == OK)
		how = audit_read(tx, r, &c, "case.timeline");
	else
		return how;
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, case_timeline_json(tx, &c, &r->subject));
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* limit, after and state of the query; false: answer 400. */
static bool
read_page(const struct request *r, int64_t *limit)
{
	const char *n = request_query(r, "limit");
	const char *after = request_query(r, "after");
	const char *state = or_empty(request_query(r, "state"));

	*limit = PAGE_DEFAULT;
	return (n == NULL || number_parse(n, 1, PAGE_MAX, limit)) &&
	       (after == NULL || id_ok(after)) &&
	       (*state == '\0' || strcmp(state, "open") == 0 ||
		   strcmp(state, "closed") == 0);
}

/*
 * Ids of a page of cases, newest last.  What the caller is barred from is left
 * out by the query, what allow() refuses by the caller; a page may be short.
 */
static size_t
page_ids(struct tx *tx, const struct request *r, int64_t limit,
    char list[PAGE_MAX][ID_SIZE])
{
	struct rows *rows = tx_query(tx, Q_CASE_PAGE,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(r->subject.id),
		V_TEXT(or_empty(request_query(r, "state"))),
		V_TEXT(or_empty(request_query(r, "after"))), V_INT(limit)));
	size_t n = 0;

	while (n < PAGE_MAX && rows_next(rows))
		memcpy(list[n++], row_text(rows, 0), ID_SIZE);
	(void)rows_end(rows);
	return n;
}

static void
add_seen(struct tx *tx, const struct request *r, const char *id, json_t *items)
{
	struct case_row c;
	struct object o;

	if (case_get(tx, id, &c) != OK)
		return;
	case_object(tx, &c, &r->subject, &o);
	if (allow(&r->subject, ACTION_case_read, &o, SEE_thing))
		json_array_append_new(items, case_summary_json(tx, &c));
}

enum outcome
audit_list(struct tx *tx, const struct request *r, size_t n)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = &r->subject,
		    .act = "case.list",
		    .object_kind = "ward",
		    .object_id = tx_ward(tx),
		    .detail = json_pack("{s:I}", "shown", (json_int_t)n),
		});
}

/* GET /v1/cases?state=&after=&limit= */
enum outcome
case_list(struct tx *tx, const struct request *r, struct response *a)
{
	char list[PAGE_MAX][ID_SIZE];
	json_t *items, *page;
	int64_t limit;
	size_t n;
	enum outcome how;

	if (!allow(
		&r->subject, ACTION_case_list, &(struct object){0}, SEE_thing))
		return answer_problem(a, "forbidden");
	if (!read_page(r, &limit))
		return answer_problem(a, "invalid_query");
	n = page_ids(tx, r, limit, list);
	items = json_array();
	for (size_t i = 0; i < n; i++)
		add_seen(tx, r, list[i], items);
	how = audit_list(tx, r, json_array_size(items));
	page = json_pack("{s:o}", "items", items);
	if ((int64_t)n == limit) {
		json_object_set_new(page, "next", json_string(list[n - 1]));
		answer_header(a, "Link",
		    "</v1/cases?state=%s&limit=%d&after=%s>; rel=\"next\"",
		    or_empty(request_query(r, "state")), (int)limit,
		    list[n - 1]);
	}
	(void)answer_json(a, 200, page);
	return how == OK ? OK : answer_outcome(a, how);
}
