/*
 * A decision by a human.  A presumed emergency ends here or not at all: no
 * conclusion leaves it presumed.
 */
#include <string.h>

#include "step.h"

static const char *const isolations[] = {"ground", "decided", "ended", NULL};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "emergency", .kind = FIELD_WORD, .words = step_no_yes},
    {.name = "isolation", .kind = FIELD_WORD, .words = isolations},
    {.name = "approved", .kind = FIELD_BOOL},
    {.name = "measures", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(const struct step_call *k, struct faults *faults)
{
	const char *word =
	    json_string_value(json_object_get(k->body, "emergency"));
	const char *now = fact_text(&k->c->facts, FACT_emergency);

	if (word == NULL && strcmp(now, "presumed") == 0)
		faults_add(faults, "/emergency",
		    "cần kết luận yes hoặc no: vụ việc đang được coi là khẩn "
		    "cấp");
	if (word != NULL && strcmp(word, "no") == 0 &&
	    json_object_get(k->body, "reason") == NULL)
		faults_add(faults, "/reason",
		    "cần nêu căn cứ khi kết luận không khẩn cấp");
}

const struct step_kind step_conclude = {
    .name = "conclude", .schema = &schema, .check = check};
