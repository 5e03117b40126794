/*
 * How it went, to who sent the notification and to 111, which follows every
 * plan (D56 22.6): referrals out of purpose "feedback".
 */
#ifndef REFERRAL_FEEDBACK_H
#define REFERRAL_FEEDBACK_H

#include "referral_out.h"

/*
 * body: {to: agency codes, outcome, text}.  Without to it goes to who sent a
 * notification that is not confidential and to 111, as words of a code alone,
 * and waits in their lists; to whom it is addressed is called as well.  Never
 * to a barred agency.
 */
enum outcome feedback_send(
    struct tx *tx, struct case_row *c, const struct act *a, const json_t *body);
/* Can it go to this agency (code) about this case? */
bool feedback_can_go(struct tx *tx, const struct case_row *c, const char *code);

#endif
