/* What happened to a case, for members and for hotlinectl. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_timeline.h"
#include "cursor.h"
#include "handlers.h"
#include "member_case.h"

#define PAGE_DEFAULT 200
#define PAGE_MAX     500

/*
 * A cursor is "after.until": each page is a look and so one event more, which
 * would never end.
 */
static bool
read_cursor(struct tx *tx, const struct request *r, const struct cursor_of *of,
    struct timeline_page *page)
{
	char *text = cursor_open(tx, of, request_query(r, "after"));
	char *dot = text == NULL ? NULL : strchr(text, '.');
	bool is_good = text != NULL && *text == '\0';

	if (dot != NULL) {
		*dot = '\0';
		is_good = number_parse(text, 1, INT64_MAX, &page->after) &&
			  number_parse(dot + 1, 1, INT64_MAX, &page->until);
	}
	free(text);
	return is_good;
}

/* A word of the query that is yes or, also where it is missing, no. */
static bool
read_choice(const char *text, const char *yes, const char *no, bool *is_yes)
{
	*is_yes = text != NULL && strcmp(text, yes) == 0;
	return text == NULL || *is_yes || strcmp(text, no) == 0;
}

/* order, limit and open of the query; false: answer 400. */
static bool
read_page(const struct request *r, struct timeline_page *page)
{
	const char *limit = request_query(r, "limit");

	*page = (struct timeline_page){.limit = PAGE_DEFAULT};
	return read_choice(request_query(r, "open"), "true", "false",
		   &page->is_opened) &&
	       read_choice(request_query(r, "order"), "desc", "asc",
		   &page->is_newest) &&
	       (limit == NULL ||
		   number_parse(limit, 1, PAGE_MAX, &page->limit));
}

/* What a cursor is good for: a case in one order. */
static json_t *
question_of(const struct case_row *c, const struct timeline_page *page)
{
	return json_pack("{s:s,s:s}", "case", c->code, "order",
	    page->is_newest ? "desc" : "asc");
}

static void
add_next(struct tx *tx, struct response *a, const struct cursor_of *of,
    const struct timeline_page *page, json_t *answer)
{
	char after[48], *cursor;

	snprintf(after, sizeof(after), "%lld.%lld", (long long)page->next,
	    (long long)page->until);
	cursor = cursor_make(tx, of, after);
	json_object_set_new(answer, "next", json_string(cursor));
	if (of->by->kind == BY_MEMBER)
		answer_header(a, "Link",
		    "</v1/cases/%s/timeline?limit=%lld&open=%s&order=%s"
		    "&after=%s>; rel=\"next\"",
		    json_string_value(json_object_get(of->question, "case")),
		    (long long)page->limit, page->is_opened ? "true" : "false",
		    json_string_value(json_object_get(of->question, "order")),
		    cursor);
	free(cursor);
}

/* The look is recorded first: it is the last event of what is shown. */
static enum outcome
answer_timeline(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	struct cursor_of of = {.list = "timeline", .by = &r->subject};
	struct timeline_page page;
	json_t *question, *answer;
	char head[2 * HASH_SIZE + 1];
	enum outcome how;

	if (!read_page(r, &page))
		return answer_problem(a, "invalid_query");
	question = question_of(c, &page);
	of.question = question;
	if (!read_cursor(tx, r, &of, &page)) {
		json_decref(question);
		return answer_problem(a, "invalid_query");
	}
	how = admin_audit(tx, r,
	    &(struct happening){.act = "case.timeline",
		.object_kind = "case",
		.object_id = c->id,
		.case_id = c->id,
		.detail = json_pack("{s:b}", "is_opened", page.is_opened)});
	if (how == OK && page.until == 0)
		page.until = audit_head(tx, head);
	if (how == OK) {
		answer = json_pack("{s:o}", "items",
		    case_timeline_json(tx, c, &r->subject, &page));
		if (page.next != 0)
			add_next(tx, a, &of, &page, answer);
		(void)answer_json(a, 200, answer);
	}
	json_decref(question);
	return how == OK ? OK : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/timeline?limit=&open=&order=&after= */
enum outcome
case_timeline(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	return how == OK ? answer_timeline(tx, r, a, &c) : how;
}

/* GET /v1/admin/cases/{code}/timeline: never the words. */
enum outcome
admin_case_timeline(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_timeline(tx, r, a, &c)
			 : answer_outcome(a, how);
}
