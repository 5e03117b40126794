/* The sender and 111 hear how it went (D56 22.6), by client or by telephone. */
#include <stdio.h>

#include "phoned.h"
#include "referral_feedback.h"
#include "step.h"

#define TO_MAX 10

static const char *const outcomes[] = {"in_progress", "protected",
    "plan_approved", "planned_again", "closing", "unfounded", "handed_on",
    NULL};
static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "to", .kind = FIELD_TEXTS, .low = 1, .high = TO_MAX},
    {.name = "outcome", .kind = FIELD_WORD, .words = outcomes},
    {.name = "text", .kind = FIELD_TEXT, .low = 1, .high = 4000},
    {.name = "call", .kind = FIELD_OBJECT, .schema = &phoned_schema},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const json_t *one;
	char at[32];
	size_t i;

	phoned_check(
	    json_object_get(k->body, "call"), "/call", k->c->t0_at, faults);
	if (step_has(k, "text") && !step_has(k, "to"))
		faults_add(faults, "/to", "cần chọn nơi nhận của lời kể này");
	json_array_foreach(json_object_get(k->body, "to"), i, one)
	{
		snprintf(at, sizeof(at), "/to/%zu", i);
		if (!feedback_can_go(tx, k->c, json_string_value(one)))
			faults_add(
			    faults, at, "không phản hồi được cho cơ quan này");
	}
}

/* Told on the telephone, nothing is sent but to who is named. */
static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how = OK;

	if (!step_has(k, "call") || step_has(k, "to"))
		how = feedback_send(tx, k->c, &k->act, k->body);
	return how == OK ? step_finish(tx, k) : how;
}

const struct step_kind step_feedback = {
    .name = "feedback", .schema = &schema, .check = check, .done = done};
