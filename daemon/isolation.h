/*
 * Temporary isolation (D56 32): so many days in all from the first decision,
 * extensions inside them.  How many is the limit of the step of kind
 * "isolation_end" in the procedure, not in here; a step of kind
 * "isolation_term" rings when a shorter decision runs out.
 */
#ifndef ISOLATION_H
#define ISOLATION_H

#include "cases.h"

struct isolation {
	char id[ID_SIZE];
	int64_t decided_at; /* the first decision */
	int64_t cap_at;	    /* no longer without a competent body's paper */
};

/* The one that runs; NOT_FOUND. */
enum outcome
isolation_get(struct tx *tx, const struct case_row *c, struct isolation *out);
/*
 * The cap of an isolation that is decided at an instant: of one that ended
 * before its own cap, and is taken up again, the days run on.
 */
int64_t isolation_cap(struct tx *tx, const struct case_row *c, int64_t at);
/* 24:00 of the n-th day after the day of an instant. */
int64_t isolation_until(struct tx *tx, int64_t decided_at, int64_t days);

/*
 * Decided by an act, after its step ended: days 0 is as long as the law
 * allows.
 */
enum outcome isolation_begin(
    struct tx *tx, const struct case_row *c, const struct act *a, int64_t days);
/* Extended until; beyond the cap only with a competent body's paper. */
enum outcome isolation_extend(struct tx *tx, const struct case_row *c,
    const struct act *a, int64_t until);
enum outcome
isolation_ended(struct tx *tx, const struct case_row *c, const struct act *a);

#endif
