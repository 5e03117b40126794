/*
 * Temporary isolation (D56 32): decided on paper, form Mau 07, or found not to
 * be needed, which drops the step instead of ending it.
 */
#include <string.h>

#include "step.h"

static const char *const decisions[] = {"isolate", "not_needed", NULL};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "decision",
	.kind = FIELD_WORD,
	.required = true,
	.words = decisions},
    {.name = "shelter", .kind = FIELD_TEXT, .low = 1, .high = 500},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static bool
is_needed(const struct step_call *k)
{
	const char *word =
	    json_string_value(json_object_get(k->body, "decision"));

	return word != NULL && strcmp(word, "isolate") == 0;
}

/* Handing over comes at once, before the papers (D56 32.4). */
static void
check(const struct step_call *k, struct faults *faults)
{
	const char *now = fact_text(&k->c->facts, FACT_isolation);

	if (is_needed(k) && strcmp(now, "decided") != 0 &&
	    json_object_get(k->body, "paper") == NULL)
		faults_add(faults, "/paper",
		    "cần số, ngày và người ký quyết định cách ly");
	if (!is_needed(k) && json_object_get(k->body, "reason") == NULL)
		faults_add(
		    faults, "/reason", "cần nêu căn cứ khi không cách ly");
}

static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum fact f = FACT_isolation;
	bool needed = is_needed(k);
	enum outcome how = needed ? step_end(tx, k) : OK;

	if (how == OK)
		how = step_facts(tx, k);
	if (how != OK)
		return how;
	return case_set_fact(
	    tx, k->c, f, fact_word(f, needed ? "decided" : "no"), k->act.by);
}

const struct step_kind step_isolate = {
    .name = "isolate", .schema = &schema, .check = check, .done = done};
