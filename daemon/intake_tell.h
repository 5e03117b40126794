/* What is told of cases that are there, and what every telling brings along. */
#ifndef INTAKE_TELL_H
#define INTAKE_TELL_H

#include "intake_case.h"

/*
 * News of what is there already: the cases of the notification referral_id
 * learn all that in->body says, each child that none of them is of gets a case
 * of its own, and whoever holds them is told.
 */
enum outcome intake_tell(struct tx *tx, struct incident *i);
/* The same of one case; child (or NULL): what it says of the case's own. */
enum outcome intake_tell_case(struct tx *tx, const struct incident *i,
    const char *case_id, const json_t *child);
/* The earliest place of receipt counts (D56 25.1); a later one changes nothing.
 */
enum outcome intake_sooner(
    struct tx *tx, struct case_row *c, int64_t t0_at, const struct subject *by);
/* Once confidential, always: the case and all that was sent about it. */
enum outcome
intake_conceal(struct tx *tx, struct case_row *c, const struct subject *by);
/* Its sender may see it by its receipt secret alone from now on. */
enum outcome intake_hide_referral(struct tx *tx, const char *referral_id);

#endif
