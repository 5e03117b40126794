/* Who told it (D56 24.1): under a key of their own, asked for with a reason. */
#ifndef CASE_INFORMANT_H
#define CASE_INFORMANT_H

#include "cases.h"

/*
 * As case_object, with what decides who may know the informant: is_own of a
 * member who took in a notification of the case, has_no_lead.
 */
void case_informant_object(struct tx *tx, const struct case_row *c,
    const struct subject *s, struct object *o);
/*
 * Opened for a reason (body {reason}), which is kept as an act and told in the
 * chain: [{referral, received_at, informant}], *out is new.
 */
enum outcome case_informants(struct tx *tx, const struct case_row *c,
    const json_t *body, const struct subject *by, json_t **out);

#endif
