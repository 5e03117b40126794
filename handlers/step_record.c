/* Written down: what was done, and facts that came to light with it. */
#include "step.h"

const char *const step_no_yes[] = {"no", "yes", NULL};
const char *const step_residences[] = {"here", "elsewhere", NULL};
const char *const step_placements[] = {"no", "yes", "ended", NULL};

static const struct field paper_fields[] = {
    {.name = "number",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
    {.name = "date", .kind = FIELD_DATE, .required = true},
    {.name = "signer",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
};
const struct schema step_paper = {paper_fields, NELEM(paper_fields)};

static const struct field fields[] = {STEP_FIELDS};
static const struct schema schema = {fields, NELEM(fields)};

const struct step_kind step_record = {.name = "record", .schema = &schema};
