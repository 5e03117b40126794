/*
 * A decision by a human.  A presumed emergency ends here or not at all: no
 * conclusion leaves it presumed.
 */
#include <string.h>

#include "plan.h"
#include "step.h"

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "emergency", .kind = FIELD_WORD, .words = step_no_yes},
    {.name = "measures", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const char *word = step_text(k, "emergency");
	const char *now = fact_text(&k->c->facts, FACT_emergency);

	(void)tx;
	if (*word == '\0' && strcmp(now, "presumed") == 0)
		faults_add(faults, "/emergency",
		    "cần kết luận yes hoặc no: vụ việc đang được coi là khẩn "
		    "cấp");
	if (strcmp(word, "no") == 0 && !step_has(k, "reason"))
		faults_add(faults, "/reason",
		    "cần nêu căn cứ khi kết luận không khẩn cấp");
}

const struct step_kind step_conclude = {
    .name = "conclude", .schema = &schema, .check = check};

/* ---- The plan is approved (D56 28.4): its activities have clocks now ---- */

static const struct field approve_fields[] = {STEP_FIELDS};
static const struct schema approve_schema = {
    approve_fields, NELEM(approve_fields)};

static enum outcome
approve(struct tx *tx, struct step_call *k)
{
	enum outcome how = step_finish(tx, k);

	return how == OK ? plan_approve(tx, k->c, &k->act) : how;
}

const struct step_kind step_approve = {
    .name = "approve", .schema = &approve_schema, .done = approve};
