/*
 * The clocks of cases: the procedure applied to rows.  All functions run in a
 * transaction; schedule.h wakes clocks_fire.
 */
#ifndef CLOCKS_H
#define CLOCKS_H

#include "cases.h"

/*
 * Something happened to a case: open the steps it opens, drop open clocks
 * whose condition no longer holds.
 */
enum outcome clocks_event(
    struct tx *tx, const struct case_row *c, const char *event, int64_t at);
/*
 * A step was done by an act: end its open clock (acted_at decides whether it
 * lapsed; a late record of a timely act is marked as such), silence its
 * alerts, raise "<step>.done".  NOT_FOUND if no clock of it is open.
 */
enum outcome clocks_done(struct tx *tx, const struct case_row *c,
    const char *step, const struct act *a);
/* Closing: every open clock of the case is dropped, every alert over. */
enum outcome
clocks_end_all(struct tx *tx, const struct case_row *c, const struct act *a);

/* Fire what is due at now, urgent first, at most max; *n how many did. */
enum outcome clocks_fire(struct tx *tx, int64_t now, int max, int *n);
/* Earliest next_at of all clocks; INT64_MAX if none. */
int64_t clocks_next(struct tx *tx);

#endif
