/* The plan is submitted (Mau 04, D56 28.1-28.3), and each activity done. */
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "step.h"

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "goal", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "activities",
	.kind = FIELD_LIST,
	.required = true,
	.low = 1,
	.high = ACTIVITIES_MAX,
	.schema = &plan_activity},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const json_t *one;
	size_t i;

	(void)tx;
	json_array_foreach(json_object_get(k->body, "activities"), i, one)
	{
		char *at = xasprintf("/activities/%zu", i);

		plan_activity_check(one, at, faults);
		free(at);
	}
}

static enum outcome
submit(struct tx *tx, struct step_call *k)
{
	enum outcome how = plan_submit(tx, k->c, &k->act, k->body);

	return how == OK ? step_finish(tx, k) : how;
}

const struct step_kind step_plan = {
    .name = "plan", .schema = &schema, .check = check, .done = submit};

/* ---- One activity was carried out (D56 29) ---- */

static const struct field activity_fields[] = {
    STEP_FIELDS,
    {.name = "item",
	.kind = FIELD_INT,
	.required = true,
	.low = 1,
	.high = INT32_MAX},
    {.name = "result", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema activity_schema = {
    activity_fields, NELEM(activity_fields)};

static enum outcome
carried_out(struct tx *tx, struct step_call *k)
{
	enum outcome how =
	    activity_done(tx, k->c, step_number(k, "item"), &k->act);

	return how == OK ? step_facts(tx, k) : how;
}

const struct step_kind step_activity = {
    .name = "activity", .schema = &activity_schema, .done = carried_out};
