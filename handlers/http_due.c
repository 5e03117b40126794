/* What is due, of all cases that one may read. */
#include <stdlib.h>
#include <string.h>

#include "case_list.h"
#include "case_search.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"

static const char *const only[] = {"true", NULL};
static const struct field clock_fields[] = {
    {.name = "mine", .kind = FIELD_WORD, .words = only},
    {.name = "steps", .kind = FIELD_TEXT, .low = 1, .high = 400},
    {.name = "after", .kind = FIELD_TEXT, .low = 1, .high = 400},
    {.name = "limit", .kind = FIELD_INT, .low = 1, .high = LIST_PAGE_MAX},
};
static const struct schema clock_schema = {clock_fields, NELEM(clock_fields)};

/* What after says: "<ms>.<id of a clock>", or "". */
static bool
read_place(const char *after, struct clock_filter *f)
{
	char *at = xstrdup(after), *dot = strchr(at, '.');
	bool is_good = *after == '\0';

	f->after = "";
	if (dot != NULL) {
		*dot = '\0';
		is_good = number_parse(at, 0, INT64_MAX, &f->after_at);
		f->after = after + (dot + 1 - at);
	}
	free(at);
	return is_good;
}

/* The place of the last of at most limit clocks if there are more. */
static char *
cut(json_t *items, size_t limit)
{
	const json_t *last;
	int64_t due = 0;

	if (json_array_size(items) <= limit)
		return NULL;
	json_array_remove(items, limit);
	last = json_array_get(items, limit - 1);
	(void)instant_parse(list_text(last, "due_at"), &due);
	return xasprintf("%lld.%s", (long long)due, list_text(last, "id"));
}

/* Only of cases that may be read; the codes of these, each once. */
static json_t *
only_seen(struct tx *tx, const struct subject *by, json_t *items)
{
	json_t *codes = json_object(), *list = json_array();
	const char *code;
	json_t *none;

	for (size_t i = json_array_size(items); i-- > 0;) {
		json_t *one = json_array_get(items, i);

		if (case_may_know(tx, by, list_text(one, "case_id"))) {
			json_object_del(one, "case_id");
			json_object_set_new(
			    codes, list_text(one, "case"), json_null());
		} else {
			json_array_remove(items, i);
		}
	}
	json_object_foreach(codes, code, none)
	    json_array_append_new(list, json_string(code));
	json_decref(codes);
	return list;
}

/* 200 with a page of clocks. */
static enum outcome
answer_clocks(struct tx *tx, const struct request *r, struct response *a,
    const json_t *asked)
{
	json_t *question = list_question(asked), *page = json_object(), *items;
	const struct cursor_of of = {"clocks", &r->subject, question};
	char *after = cursor_open(tx, &of, list_text(asked, "after"));
	char *steps = list_text(asked, "steps") == NULL
			  ? xstrdup("")
			  : xasprintf(",%s,", list_text(asked, "steps"));
	struct clock_filter f = {.is_held = list_text(asked, "mine") != NULL,
	    .steps = steps,
	    .limit = list_limit(asked) + 1};
	enum outcome how = INVALID;

	if (after != NULL && read_place(after, &f)) {
		items = case_clocks(tx, &r->subject, &f);
		char *last = cut(items, f.limit - 1);

		how = list_audit(tx, r, only_seen(tx, &r->subject, items));
		json_object_set_new(page, "items", items);
		if (how == OK)
			list_next(tx, &of, last, page);
		free(last);
	}
	free(steps);
	free(after);
	json_decref(question);
	return list_answer(r, a, "clocks", how, page);
}

/* GET /v1/clocks?mine=&steps=&after=&limit= */
enum outcome
clock_list(struct tx *tx, const struct request *r, struct response *a)
{
	return list_query(tx, r, a, &clock_schema, answer_clocks);
}
