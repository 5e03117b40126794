/*
 * An assessment: the form counts marks (Cao, Trung binh, Thap), it does not
 * add points.  The risk is a human's conclusion, never ours.
 */
#include <string.h>

#include "assessment.h"
#include "step.h"

static const char *const grounds[] = {"ground", NULL};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "items",
	.kind = FIELD_LIST,
	.low = 1,
	.high = ASSESSMENT_ITEMS_MAX,
	.schema = &assessment_item},
    {.name = "risk",
	.kind = FIELD_WORD,
	.required = true,
	.words = assessment_risks},
    {.name = "isolation", .kind = FIELD_WORD, .words = grounds},
    {.name = "carer_safe", .kind = FIELD_WORD, .words = step_no_yes},
    {.name = "conclusion", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

/* Where there is a form, its marks belong to the conclusion. */
static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	(void)tx;
	if (step_form(k->step) != NULL && !step_has(k, "items"))
		faults_add(
		    faults, "/items", "cần mức đánh giá từng mục của biểu mẫu");
	if (strcmp(step_text(k, "isolation"), "ground") == 0 &&
	    strcmp(fact_text(&k->c->facts, FACT_isolation), "decided") == 0)
		faults_add(
		    faults, "/isolation", "trẻ đang được tạm thời cách ly");
	assessment_check(k->body, faults);
}

static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how =
	    assessment_add(tx, &k->act, step_form(k->step), k->body);

	return how == OK ? step_finish(tx, k) : how;
}

const struct step_kind step_assess = {
    .name = "assess", .schema = &schema, .check = check, .done = done};
/* The same at the end of a plan (D56 30.1), whose end is its due. */
const struct step_kind step_review = {
    .name = "review", .schema = &schema, .check = check, .done = done};
