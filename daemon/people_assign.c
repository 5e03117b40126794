/* Who gets a new case. */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "log.h"
#include "people.h"

/* Asked in this order; people_find puts fewest open cases first. */
static const char *const order[] = {
    "duty", "lead", "chairman", "outside:hotline"};

/* A body outside is called by ladders; it cannot hold a case. */
static enum outcome
give(struct tx *tx, const char *case_id, const struct people *found,
    const json_t *why)
{
	struct case_row c;
	enum outcome how = case_get(tx, case_id, &c);

	if (how != OK)
		return how;
	return case_give(tx, &c, found->n > 0 ? found->list[0].member_id : "",
	    why, &audit_system);
}

enum outcome
people_assign(struct tx *tx, const char *case_id, int64_t at)
{
	struct people found = {0};
	json_t *passed = json_array(), *why;
	enum outcome how = NOT_FOUND, given;
	size_t i;

	for (i = 0; i < NELEM(order) && how == NOT_FOUND; i++) {
		people_done(&found);
		how = people_find(tx, case_id, order[i], at, &found);
		if (found.skipped != NULL)
			json_array_extend(passed, found.skipped);
	}
	why = json_pack("{s:s, s:o}", "rule",
	    how == OK ? order[i - 1] : "nobody", "passed", passed);
	given = how == OK || how == NOT_FOUND ? give(tx, case_id, &found, why)
					      : how;
	if (how == NOT_FOUND)
		log_error("nobody to assign case=%s", case_id);
	json_decref(why);
	people_done(&found);
	return given == OK ? how : given;
}
