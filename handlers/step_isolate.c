/*
 * Temporary isolation (D56 32): decided on paper, form Mau 07, or found not to
 * be needed, which drops the step instead of ending it.
 */
#include <string.h>

#include "isolation.h"
#include "step.h"

#define DAYS_MAX 365

static const char *const decisions[] = {"isolate", "not_needed", NULL};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "decision",
	.kind = FIELD_WORD,
	.required = true,
	.words = decisions},
    {.name = "days", .kind = FIELD_INT, .low = 1, .high = DAYS_MAX},
    {.name = "shelter", .kind = FIELD_TEXT, .low = 1, .high = 500},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static bool
is_needed(const struct step_call *k)
{
	return strcmp(step_text(k, "decision"), "isolate") == 0;
}

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	int64_t at = k->act.acted_at, days = step_number(k, "days");

	if (!is_needed(k) && !step_has(k, "reason"))
		faults_add(
		    faults, "/reason", "cần nêu căn cứ khi không cách ly");
	if (is_needed(k) && days > 0 &&
	    isolation_until(tx, at, days) > isolation_cap(tx, k->c, at))
		faults_add(faults, "/days",
		    "vượt thời hạn cách ly tối đa kể từ quyết định đầu tiên");
}

static enum outcome
begin(struct tx *tx, struct step_call *k)
{
	enum outcome how = step_fact(tx, k, FACT_isolation, "decided");

	if (how == OK)
		how = step_fact(tx, k, FACT_carer_safe, "unknown");
	if (how == OK)
		how = step_finish(tx, k);
	if (how != OK)
		return how;
	return isolation_begin(tx, k->c, &k->act, step_number(k, "days"));
}

static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how;

	if (is_needed(k))
		return begin(tx, k);
	k->c->doing = NULL; /* dropped, not done */
	how = step_facts(tx, k);
	return how == OK ? step_fact(tx, k, FACT_isolation, "no") : how;
}

const struct step_kind step_isolate = {
    .name = "isolate", .schema = &schema, .check = check, .done = done};
