/* Lists of cases, and search; each is in the audit chain. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_list.h"
#include "case_search.h"
#include "case_view.h"
#include "clock.h"
#include "cursor.h"
#include "handlers.h"

#define PAGE_DEFAULT 50
#define ADMIN_PAGE   200

static const char *const states[] = {"open", "closed", "merged", NULL};
static const char *const risks[] = {"unknown", "low", "medium", "high", NULL};

#define PAGE_FIELDS                                                            \
	{.name = "state", .kind = FIELD_WORD, .words = states},                \
	    {.name = "risk", .kind = FIELD_WORD, .words = risks},              \
	    {.name = "assignee", .kind = FIELD_TEXT, .low = 1, .high = 32},    \
	    {.name = "due_before", .kind = FIELD_INSTANT},                     \
	    {.name = "code", .kind = FIELD_TEXT, .low = 1, .high = 9},         \
	    {.name = "after", .kind = FIELD_TEXT, .low = 1, .high = 400},      \
	{                                                                      \
		.name = "limit", .kind = FIELD_INT, .low = 1,                  \
		.high = LIST_PAGE_MAX                                          \
	}
static const struct field list_fields[] = {PAGE_FIELDS};
static const struct schema list_schema = {list_fields, NELEM(list_fields)};
/* A name stands in no address: proxies and browsers keep those. */
static const struct field search_fields[] = {
    PAGE_FIELDS,
    {.name = "name", .kind = FIELD_TEXT, .low = 1, .high = 200},
    {.name = "phone", .kind = FIELD_TEXT, .low = 1, .high = 40},
};
static const struct schema search_schema = {
    search_fields, NELEM(search_fields)};

enum outcome
list_audit(struct tx *tx, const struct request *r, json_t *codes)
{
	return admin_audit(tx, r,
	    &(struct happening){.act = "case.list",
		.object_kind = "ward",
		.object_id = tx_ward(tx),
		.detail = json_pack("{s:o}", "cases", codes)});
}

/* By what it was searched, never for whom. */
static enum outcome
audit_search(struct tx *tx, const struct request *r, const json_t *items)
{
	json_t *by = json_array(), *value;
	const char *name;

	json_object_foreach(r->body, name, value)
	    json_array_append_new(by, json_string(name));
	return admin_audit(tx, r,
	    &(struct happening){.act = "case.search",
		.object_kind = "ward",
		.object_id = tx_ward(tx),
		.detail = json_pack(
		    "{s:o, s:o}", "cases", column(items, "code"), "by", by)});
}

const char *
list_text(const json_t *asked, const char *name)
{
	return json_string_value(json_object_get(asked, name));
}

static int64_t
instant(const json_t *asked, const char *name)
{
	const char *s = list_text(asked, name);
	int64_t at = 0;

	return s != NULL && instant_parse(s, &at) ? at : 0;
}

/* Letters and digits with one hyphen: nothing that a pattern gives a sense. */
static bool
is_code(const char *s)
{
	return s == NULL || s[strspn(s, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789-"
					"abcdefghjklmnpqrstuvwxyz")] == '\0';
}

json_t *
list_question(const json_t *asked)
{
	json_t *q = json_copy((json_t *)(uintptr_t)asked);

	json_object_del(q, "after");
	json_object_del(q, "limit");
	return q;
}

/*
 * The summaries of at most limit cases, and who looks for a person how many
 * proved untrue.  The id of the last, which the caller frees, if there are
 * more; else NULL.
 */
static char *
fill(struct tx *tx, const struct request *r, const struct case_filter *f,
    size_t limit, json_t *page)
{
	json_t *items = json_object_get(page, "items");
	struct case_page p = {
	    .ids = xcalloc(limit + 1, ID_SIZE), .size = limit + 1};
	size_t n = case_search(tx, &r->subject, f, &p);
	char *last = n > limit ? xstrdup(p.ids[limit - 1]) : NULL;

	for (size_t i = 0; i < n && i < limit; i++) {
		struct case_row c;
		struct object o;

		if (case_get(tx, p.ids[i], &c) != OK)
			continue;
		case_object(tx, &c, &r->subject, &o);
		if (!allow(&r->subject, ACTION_case_read, &o, SEE_thing))
			continue;
		json_array_append_new(items, case_summary_json(tx, &c));
	}
	if (f->name != NULL || f->phone != NULL)
		json_object_set_new(
		    page, "unfounded", json_integer(p.unfounded));
	free(p.ids);
	return last;
}

/* The next page's address: what was asked, but for after. */
static void
link_next(const struct request *r, struct response *a, const char *list,
    const char *cursor)
{
	struct buf b = BUF_MAX(2048);
	const char *name;
	json_t *value;

	json_object_foreach(r->query, name, value)
	{
		if (strcmp(name, "after") == 0)
			continue;
		buf_addf(&b, "%s=", name);
		for (const char *s = json_string_value(value); *s != '\0'; s++)
			buf_addf(&b, "%%%02X", (unsigned)(unsigned char)*s);
		buf_adds(&b, "&");
	}
	answer_header(a, "Link", "</v1/%s?%safter=%s>; rel=\"next\"", list,
	    b.data == NULL ? "" : b.data, cursor);
	buf_done(&b);
}

void
list_next(
    struct tx *tx, const struct cursor_of *of, const char *last, json_t *page)
{
	char *cursor = last == NULL ? NULL : cursor_make(tx, of, last);

	if (cursor != NULL)
		json_object_set_new(page, "next", json_string(cursor));
	free(cursor);
}

enum outcome
list_answer(const struct request *r, struct response *a, const char *list,
    enum outcome how, json_t *page)
{
	const char *next = list_text(page, "next");

	if (how == OK && next != NULL && r->body == NULL)
		link_next(r, a, list, next);
	if (how == OK)
		return answer_json(a, 200, page);
	json_decref(page);
	return how == INVALID ? answer_problem(a, "invalid_query")
			      : answer_outcome(a, how);
}

size_t
list_limit(const json_t *asked)
{
	const json_t *limit = json_object_get(asked, "limit");

	return limit == NULL ? PAGE_DEFAULT : (size_t)json_integer_value(limit);
}

/* 200 with a page; what is asked for was looked at already. */
static enum outcome
answer_page(struct tx *tx, const struct request *r, struct response *a,
    const json_t *asked)
{
	json_t *question = list_question(asked), *items = json_array(), *page;
	const struct cursor_of of = {"cases", &r->subject, question};
	char *after = cursor_open(tx, &of, list_text(asked, "after"));
	struct case_filter f = {list_text(asked, "state"),
	    list_text(asked, "risk"), list_text(asked, "code"),
	    list_text(asked, "assignee"), list_text(asked, "name"),
	    list_text(asked, "phone"), instant(asked, "due_before"), after};
	char *last = NULL;
	bool is_search = r->body != NULL;
	enum outcome how = after == NULL || !is_code(f.code) ? INVALID : OK;

	page = json_pack("{s:o}", "items", items);
	if (how == OK)
		last = fill(tx, r, &f, list_limit(asked), page);
	if (how == OK)
		how = is_search ? audit_search(tx, r, items)
				: list_audit(tx, r, column(items, "code"));
	if (how == OK)
		list_next(tx, &of, last, page);
	free(last);
	free(after);
	json_decref(question);
	return list_answer(r, a, "cases", how, page);
}

/* The query as an object of the schema; limit is a number there. */
static json_t *
read_query(const struct request *r)
{
	json_t *asked = json_copy(r->query);
	const char *limit = request_query(r, "limit");
	int64_t n;

	if (limit != NULL && number_parse(limit, 1, LIST_PAGE_MAX, &n))
		json_object_set_new(asked, "limit", json_integer(n));
	return asked;
}

enum outcome
list_query(struct tx *tx, const struct request *r, struct response *a,
    const struct schema *schema,
    enum outcome (*answer)(struct tx *tx, const struct request *r,
	struct response *a, const json_t *asked))
{
	struct faults faults = {0};
	json_t *asked;
	enum outcome how;

	if (!allow(
		&r->subject, ACTION_case_list, &(struct object){0}, SEE_thing))
		return answer_problem(a, "forbidden");
	asked = read_query(r);
	if (schema_check(schema, asked, &faults))
		how = answer(tx, r, a, asked);
	else
		how = answer_problem(a, "invalid_query");
	faults_done(&faults);
	json_decref(asked);
	return how;
}

/* GET /v1/cases?state=&risk=&assignee=&due_before=&code=&after=&limit= */
enum outcome
case_list(struct tx *tx, const struct request *r, struct response *a)
{
	return list_query(tx, r, a, &list_schema, answer_page);
}

/* POST /v1/cases/search */
enum outcome
case_search_post(struct tx *tx, const struct request *r, struct response *a)
{
	if (!allow(
		&r->subject, ACTION_case_list, &(struct object){0}, SEE_thing))
		return answer_problem(a, "forbidden");
	if (!body_ok(r, &search_schema, a))
		return INVALID;
	return answer_page(tx, r, a, r->body);
}

static const char *
query_or_empty(const struct request *r, const char *name)
{
	const char *s = request_query(r, name);

	return s == NULL ? "" : s;
}

/* GET /v1/admin/cases?state=&assignee=&due_before=&after= */
enum outcome
admin_case_list(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *question = list_question(r->query), *items;
	const struct cursor_of of = {"admin_cases", &r->subject, question};
	char *after = cursor_open(tx, &of, request_query(r, "after"));
	char *next = NULL;
	enum outcome how;

	if (after == NULL) {
		json_decref(question);
		return answer_problem(a, "invalid_query");
	}
	items = tx_list(tx, Q_ADMIN_CASE_LIST,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(query_or_empty(r, "state")),
		V_TEXT(query_or_empty(r, "assignee")),
		V_INT(instant(r->query, "due_before")), V_TEXT(after),
		V_INT(ADMIN_PAGE)));
	if (json_array_size(items) == ADMIN_PAGE)
		next = cursor_make(tx, &of,
		    list_text(json_array_get(items, ADMIN_PAGE - 1), "code"));
	how = list_audit(tx, r, column(items, "code"));
	if (how == OK)
		(void)answer_json(a, 200,
		    json_pack("{s:O, s:s*}", "items", items, "next", next));
	json_decref(items);
	json_decref(question);
	free(after);
	free(next);
	return how == OK ? OK : answer_outcome(a, how);
}
