/* Written down: what was done, and facts that came to light with it. */
#include "step.h"

const char *const step_no_yes[] = {"no", "yes", NULL};
const char *const step_residences[] = {"here", "elsewhere", NULL};
const char *const step_placements[] = {"no", "yes", "ended", NULL};

static const struct field fields[] = {STEP_FIELDS};
static const struct schema schema = {fields, NELEM(fields)};

const struct step_kind step_record = {.name = "record", .schema = &schema};

/* A visit or another contact, by which the next one is counted. */
static const char *const places[] = {
    "home", "school", "shelter", "office", "phone", "other", NULL};
static const struct field visit_fields[] = {
    STEP_FIELDS,
    {.name = "place", .kind = FIELD_WORD, .required = true, .words = places},
    {.name = "child_seen", .kind = FIELD_BOOL, .required = true},
    {.name = "findings", .kind = FIELD_TEXT, .low = 1, .high = 20000},
};
static const struct schema visit_schema = {visit_fields, NELEM(visit_fields)};
const struct step_kind step_visit = {.name = "visit", .schema = &visit_schema};

/* Filed (D56 30.3): done only with the entry's reference. */
static const struct field file_fields[] = {
    STEP_FIELDS,
    {.name = "reference",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
};
static const struct schema file_schema = {file_fields, NELEM(file_fields)};
const struct step_kind step_file = {.name = "file", .schema = &file_schema};
