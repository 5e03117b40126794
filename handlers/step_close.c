/*
 * The end (D56 30.1): closed if there is no more risk and the child is stable,
 * or for a reason of its own; else the plan goes round again.
 */
#include <string.h>

#include "case_give.h"
#include "step.h"

static const char *const nexts[] = {"close", "repeat", NULL};
static const char *const reasons[] = {
    "no_risk", "unfounded", "transferred", "of_age", "died", "other", NULL};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "next", .kind = FIELD_WORD, .required = true, .words = nexts},
    {.name = "reason", .kind = FIELD_WORD, .words = reasons},
    {.name = "no_more_risk", .kind = FIELD_BOOL},
    {.name = "is_stable", .kind = FIELD_BOOL},
    {.name = "explanation", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static const char *
word_of(const struct step_call *k, const char *name)
{
	const char *word = json_string_value(json_object_get(k->body, name));

	return word == NULL ? "" : word;
}

static void
check(const struct step_call *k, struct faults *faults)
{
	const char *reason = word_of(k, "reason");

	if (strcmp(word_of(k, "next"), "close") != 0)
		return;
	if (*reason == '\0')
		faults_add(faults, "/reason", "cần lý do kết thúc");
	if (strcmp(reason, "other") == 0 &&
	    json_object_get(k->body, "explanation") == NULL)
		faults_add(faults, "/explanation", "cần giải thích lý do khác");
	if (strcmp(reason, "no_risk") != 0)
		return;
	if (!json_is_true(json_object_get(k->body, "no_more_risk")))
		faults_add(faults, "/no_more_risk",
		    "chỉ kết thúc khi không còn nguy cơ");
	if (!json_is_true(json_object_get(k->body, "is_stable")))
		faults_add(
		    faults, "/is_stable", "chỉ kết thúc khi trẻ đã ổn định");
}

/* Not over the head of something urgent that is still open. */
static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how;

	if (strcmp(word_of(k, "next"), "close") != 0) {
		how = step_end(tx, k);
		return how == OK ? step_facts(tx, k) : how;
	}
	how = step_facts(tx, k);
	if (how != OK)
		return how;
	if (tx_number(tx, Q_CASE_URGENT_OPEN, 1,
		ARGS(V_TEXT(k->c->id), V_TEXT(k->act.step))) > 0)
		return CONFLICT;
	return case_close(tx, k->c, &k->act, word_of(k, "reason"));
}

const struct step_kind step_close = {
    .name = "close", .schema = &schema, .check = check, .done = done};
