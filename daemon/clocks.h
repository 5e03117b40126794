/*
 * The clocks of cases: the procedure applied to rows.  All functions run in a
 * transaction; schedule.h wakes clocks_fire.
 */
#ifndef CLOCKS_H
#define CLOCKS_H

#include "cases.h"

/* Something happened to a case: open the steps it opens. */
enum outcome clocks_event(
    struct tx *tx, const struct case_row *c, const char *event, int64_t at);
/*
 * A fact of the case changed: drop open clocks whose condition no longer holds,
 * keep the new urgency of the others.
 */
enum outcome clocks_review(struct tx *tx, const struct case_row *c);
/*
 * A step was done by an act: end its open clock (acted_at decides whether it
 * lapsed; a late record of a timely act is marked as such), silence its
 * alerts, raise "<step>.done".  NOT_FOUND if no clock of it is open.
 */
enum outcome clocks_done(struct tx *tx, const struct case_row *c,
    const char *step, const struct act *a);
/* The same for what we did ourselves: a is stored first; OK if none is open. */
enum outcome clocks_did(struct tx *tx, const struct case_row *c, struct act *a);
/*
 * A clock that no event opens: one of several of a step at once (an activity
 * of a plan, a request), or one of the ward's own (a report).
 */
struct item_clock {
	const struct case_row *c; /* NULL: the ward's own */
	const char *step;	  /* id */
	const char *item; /* coded, less than 64 bytes; "": the only one */
	int64_t start_at;
	int64_t due_at; /* as the plan gives it; 0: by the step's own limit */
};
/* INVALID: the procedure has no such step.  CONFLICT: it is open already. */
enum outcome clocks_open_item(struct tx *tx, const struct item_clock *i);
/* Id of the open clock of an item; NOT_FOUND if there is none. */
enum outcome
clocks_item_id(struct tx *tx, const struct item_clock *i, char id[ID_SIZE]);
/*
 * As clocks_done, for the item of a->step; c NULL for the ward's own, which
 * open no further step.
 */
enum outcome clocks_done_item(struct tx *tx, const struct case_row *c,
    const char *item, const struct act *a);
/*
 * It is no longer needed: a plan was changed, a request withdrawn.  A lapse
 * stays in the record.  why: one coded word.  NOT_FOUND if none is open.
 */
enum outcome clocks_drop_item(struct tx *tx, const struct item_clock *i,
    const struct subject *by, const char *why);
/*
 * The end: open clocks of the case are dropped, their alerts over, but for
 * those of kept steps (ids, the last one NULL; NULL: none).
 */
enum outcome clocks_end_all(struct tx *tx, const struct case_row *c,
    const struct act *a, const char *const *kept);

/*
 * The case's t0_at is earlier than it was: open clocks that run from it start
 * and end sooner (audited, with the difference).  What thereby is over lapses
 * at once, charged to the sender, who told us late.
 */
enum outcome clocks_sooner(struct tx *tx, const struct case_row *c);

/*
 * The calendar was changed: open clocks of working days and hours are counted
 * anew from their own start by their own limit (audited, with the difference).
 * A lapse that stands in the record is not repaired.
 */
enum outcome clocks_recount(struct tx *tx);
/*
 * A human forces ladders on: the step's (NULL: all that ring, or what will ring
 * first) are called on their next rung at once, acknowledged or not.
 * NOT_FOUND: no such clock is open.
 */
enum outcome clocks_force(struct tx *tx, const struct case_row *c,
    const char *step, const struct subject *by);
/*
 * The procedure may be another one: of every ladder that rings now, who is no
 * longer on it is silenced, and who is new is called.
 */
enum outcome clocks_review_people(struct tx *tx);

/* Fire what is due at now, urgent first, at most max; *n how many did,
 * 0 if it failed. */
enum outcome clocks_fire(struct tx *tx, int64_t now, int max, int *n);
/* Earliest next_at of all clocks; INT64_MAX if none. */
int64_t clocks_next(struct tx *tx);

#endif
