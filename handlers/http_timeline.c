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

/* limit, open and after of the query; false: answer 400. */
static bool
read_page(struct tx *tx, const struct request *r, const struct cursor_of *of,
    struct timeline_page *page)
{
	const char *limit = request_query(r, "limit");
	const char *open = request_query(r, "open");

	*page = (struct timeline_page){.limit = PAGE_DEFAULT};
	page->is_opened = open != NULL && strcmp(open, "true") == 0;
	return (open == NULL || page->is_opened ||
		   strcmp(open, "false") == 0) &&
	       (limit == NULL ||
		   number_parse(limit, 1, PAGE_MAX, &page->limit)) &&
	       read_cursor(tx, r, of, page);
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
		    "</v1/cases/%s/timeline?limit=%lld&open=%s&after=%s>; "
		    "rel=\"next\"",
		    json_string_value(of->question), (long long)page->limit,
		    page->is_opened ? "true" : "false", cursor);
	free(cursor);
}

/* The look comes first: it is the last event of what is shown. */
static enum outcome
answer_timeline(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	json_t *code = json_string(c->code), *answer;
	const struct cursor_of of = {"timeline", &r->subject, code};
	struct timeline_page page;
	char head[2 * HASH_SIZE + 1];
	enum outcome how;

	if (!read_page(tx, r, &of, &page)) {
		json_decref(code);
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
	json_decref(code);
	return how == OK ? OK : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/timeline?limit=&open=&after= */
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
