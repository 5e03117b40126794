#include "assessment.h"

#include <stdlib.h>
#include <string.h>

#define ITEM_SIGNS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char *const parts[] = {"harm", "protection", NULL};
static const char *const marks[] = {"high", "medium", "low", NULL};
const char *const assessment_risks[] = {"low", "medium", "high", NULL};

static const struct field item_fields[] = {
    {.name = "item",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 16},
    {.name = "part", .kind = FIELD_WORD, .words = parts},
    {.name = "mark", .kind = FIELD_WORD, .required = true, .words = marks},
};
const struct schema assessment_item = {item_fields, NELEM(item_fields)};

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static int
count(const json_t *items, const char *mark)
{
	const json_t *one;
	size_t i;
	int n = 0;

	json_array_foreach(items, i, one) n +=
	    strcmp(text_of(one, "mark"), mark) == 0;
	return n;
}

/* The same number in both parts of a form is two items. */
static bool
is_there_before(const json_t *items, size_t at)
{
	const json_t *one = json_array_get(items, at);

	for (size_t i = 0; i < at; i++) {
		const json_t *other = json_array_get(items, i);

		if (strcmp(text_of(one, "item"), text_of(other, "item")) == 0 &&
		    strcmp(text_of(one, "part"), text_of(other, "part")) == 0)
			return true;
	}
	return false;
}

static void
check_item(const json_t *items, size_t i, struct faults *faults)
{
	const char *id = text_of(json_array_get(items, i), "item");
	char *at = xasprintf("/items/%zu/item", i);

	if (strspn(id, ITEM_SIGNS) != strlen(id))
		faults_add(faults, at,
		    "chỉ gồm chữ không dấu, số và . _ -, ví dụ 1.2");
	else if (is_there_before(items, i))
		faults_add(faults, at, "mục này đã có ở trên");
	free(at);
}

void
assessment_check(json_t *body, struct faults *faults)
{
	const json_t *items = json_object_get(body, "items");

	for (size_t i = 0; i < json_array_size(items); i++)
		check_item(items, i, faults);
	if (items != NULL)
		json_object_set_new(body, "counts",
		    json_pack("{s:i, s:i, s:i}", "high", count(items, "high"),
			"medium", count(items, "medium"), "low",
			count(items, "low")));
}

enum outcome
assessment_add(
    struct tx *tx, const struct act *a, const char *form, const json_t *body)
{
	const json_t *items = json_object_get(body, "items");
	char *text =
	    items == NULL ? xstrdup("[]") : json_dumps(items, JSON_COMPACT);
	char id[ID_SIZE];
	enum outcome how;

	id_new(id);
	how = tx_exec(tx, Q_ASSESSMENT_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(a->case_id),
		V_TEXT(a->id), V_TEXT(form), V_TEXT(text_of(body, "risk")),
		V_INT(count(items, "high")), V_INT(count(items, "medium")),
		V_INT(count(items, "low")), V_TEXT(text), V_INT(a->acted_at)));
	free(text);
	return how;
}
