/*
 * An assessment: the form counts marks (Cao, Trung binh, Thap), it does not
 * add points.  The risk is a human's conclusion, never ours.
 */
#include <string.h>

#include "step.h"

#define ITEMS_MAX 100

static const char *const parts[] = {"harm", "protection", NULL};
static const char *const marks[] = {"high", "medium", "low", NULL};
static const char *const risks[] = {"low", "medium", "high", NULL};
static const char *const grounds[] = {"ground", NULL};

static const struct field item_fields[] = {
    {.name = "item",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "part", .kind = FIELD_WORD, .words = parts},
    {.name = "mark", .kind = FIELD_WORD, .required = true, .words = marks},
};
static const struct schema item_schema = {item_fields, NELEM(item_fields)};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "items",
	.kind = FIELD_LIST,
	.high = ITEMS_MAX,
	.schema = &item_schema},
    {.name = "risk", .kind = FIELD_WORD, .required = true, .words = risks},
    {.name = "isolation", .kind = FIELD_WORD, .words = grounds},
    {.name = "conclusion", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static int
count(const json_t *items, const char *mark)
{
	const json_t *one;
	size_t i;
	int n = 0;

	json_array_foreach(items, i, one)
	{
		const char *m = json_string_value(json_object_get(one, "mark"));

		n += m != NULL && strcmp(m, mark) == 0;
	}
	return n;
}

static void
check(const struct step_call *k, struct faults *faults)
{
	const json_t *items = json_object_get(k->body, "items");

	(void)faults;
	if (items != NULL)
		json_object_set_new(k->body, "counts",
		    json_pack("{s:i, s:i, s:i}", "high", count(items, "high"),
			"medium", count(items, "medium"), "low",
			count(items, "low")));
}

const struct step_kind step_assess = {
    .name = "assess", .schema = &schema, .check = check};
