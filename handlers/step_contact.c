/*
 * Somebody outside was told: by their client, or by telephone, and then who, of
 * what rank, on which number, when, and the paper that confirms it.
 */
#include "phoned.h"
#include "step.h"

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "call", .kind = FIELD_OBJECT, .schema = &phoned_schema},
};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	(void)tx;
	phoned_check(
	    json_object_get(k->body, "call"), "/call", k->c->t0_at, faults);
}

/* The sender is told that it came in (D56 25.1); a 201 does it, too. */
const struct step_kind step_confirm = {
    .name = "confirm", .schema = &schema, .check = check};
/* The police are told (D56 31.3a); their acceptance of a referral does it. */
const struct step_kind step_connect = {
    .name = "connect", .schema = &schema, .check = check};
/* Another ward was told; its acceptance of a transfer does it. */
const struct step_kind step_transfer = {
    .name = "transfer", .schema = &schema, .check = check};
