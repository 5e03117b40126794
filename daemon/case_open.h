/* What of a case is sealed, opened.  The caller has asked allow() and audits. */
#ifndef CASE_OPEN_H
#define CASE_OPEN_H

#include "cases.h"

/*
 * {children, persons, referrals}; what was erased is left out.  The caller
 * decrefs.
 */
json_t *case_open_sealed(struct tx *tx, const struct case_row *c);
/* What was said of a referral later: [{made_at, body}], oldest first. */
json_t *case_open_updates(struct tx *tx, const char *referral);
/* The body of an act; NULL if it has none. */
json_t *case_open_act(struct tx *tx, const char *act_id);
/*
 * One sealed JSON value of the row that rows stands on.  NULL if it is not
 * there, erased, or damaged (which is logged).
 */
struct opening_of {
	const char *owner, *table, *column, *row;
};
json_t *json_open(struct tx *tx, const struct opening_of *what,
    const struct rows *rows, int column);

/* An instant as the ward writes it. */
json_t *json_instant(struct tx *tx, int64_t at);

#endif
