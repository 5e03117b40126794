/*
 * What follows from the review (D56 30.1): the end is decided, if there is no
 * more risk and the child is stable or for a reason of its own, or the plan
 * goes round again.  The case stays open until somebody closes it, which the
 * gate allows when every duty is met.
 */
#include <string.h>

#include "step.h"

static const char *const nexts[] = {"close", "repeat", NULL};
const char *const close_reasons[] = {"no_risk", "founded", "unfounded",
    "unverifiable", "malicious", "misdirected", "transferred", "of_age", "died",
    "other", NULL};

/* What each says of the report must fit what was found of it (D56 25.2). */
static const struct {
	const char *reason;
	const char *needs, *excludes; /* words of the fact "verified" */
	bool heals;		      /* the child is safe and stable */
} findings[] = {
    {"no_risk", NULL, NULL, true},
    {"founded", "yes", NULL, true},
    {"unfounded", NULL, "yes", false},
    {"unverifiable", NULL, "yes", false},
    {"malicious", NULL, "yes", false},
    {"misdirected", NULL, NULL, false},
};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "next", .kind = FIELD_WORD, .required = true, .words = nexts},
    {.name = "reason", .kind = FIELD_WORD, .words = close_reasons},
    {.name = "no_more_risk", .kind = FIELD_BOOL},
    {.name = "is_stable", .kind = FIELD_BOOL},
    {.name = "explanation", .kind = FIELD_TEXT, .low = 1, .high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check_safe(const struct step_call *k, struct faults *faults)
{
	if (!json_is_true(json_object_get(k->body, "no_more_risk")))
		faults_add(faults, "/no_more_risk",
		    "chỉ kết thúc khi không còn nguy cơ");
	if (!json_is_true(json_object_get(k->body, "is_stable")))
		faults_add(
		    faults, "/is_stable", "chỉ kết thúc khi trẻ đã ổn định");
}

static void
check_finding(
    const struct step_call *k, const char *reason, struct faults *faults)
{
	const char *verified = fact_text(&k->c->facts, FACT_verified);

	for (size_t i = 0; i < NELEM(findings); i++) {
		const char *needs = findings[i].needs;
		const char *excludes = findings[i].excludes;

		if (strcmp(findings[i].reason, reason) != 0)
			continue;
		if ((needs != NULL && strcmp(needs, verified) != 0) ||
		    (excludes != NULL && strcmp(excludes, verified) == 0))
			faults_add(faults, "/reason",
			    "trái với kết quả xác minh đã ghi");
		if (findings[i].heals)
			check_safe(k, faults);
	}
}

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const char *reason = step_text(k, "reason");

	(void)tx;
	if (strcmp(step_text(k, "next"), "close") != 0) {
		if (*reason != '\0')
			faults_add(faults, "/reason",
			    "chỉ có lý do khi quyết định kết thúc");
		return;
	}
	if (*reason == '\0')
		faults_add(faults, "/reason", "cần lý do kết thúc");
	if (strcmp(reason, "other") == 0 && !step_has(k, "explanation"))
		faults_add(faults, "/explanation", "cần giải thích lý do khác");
	check_finding(k, reason, faults);
}

/* The fact that a decision makes. */
static const char *
word_of(const struct step_call *k)
{
	static const char *const gone[] = {"transferred", "of_age", "died"};
	const char *reason = step_text(k, "reason");

	for (size_t i = 0; i < NELEM(gone); i++)
		if (strcmp(gone[i], reason) == 0)
			return "leave";
	return step_text(k, "next");
}

/* Each decision is a new one: the word of the one before is taken back. */
static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how = step_fact(tx, k, FACT_outcome, "none");

	if (how == OK)
		how = step_fact(tx, k, FACT_outcome, word_of(k));
	if (how == OK)
		how = tx_exec(tx, Q_CASE_REASON,
		    ARGS(V_TEXT(k->c->id), step_has(k, "reason")
					       ? V_TEXT(step_text(k, "reason"))
					       : V_NULL));
	return how == OK ? step_finish(tx, k) : how;
}

const struct step_kind step_close = {.name = "close",
    .schema = &schema,
    .check = check,
    .any_time = true,
    .done = done};
