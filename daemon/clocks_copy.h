/* A clock that opens, by an event or because it runs for another case. */
#ifndef CLOCKS_COPY_H
#define CLOCKS_COPY_H

#include "clock_rows.h"
#include "clocks.h"

/* Which clock is meant: of a case or, c NULL, of the ward itself. */
struct which {
	const struct case_row *c;
	const char *step, *item;
};
/*
 * NOT_FOUND if no clock of it is open: its own first, then those of the cases
 * that were merged into it, which run on.
 */
enum outcome
clock_find_open(struct tx *tx, const struct which *w, struct clock_row *k);
/*
 * CONFLICT if one is open already: its own, or one of a case that was merged
 * into it which is due no later.
 */
enum outcome
clock_open(struct tx *tx, const struct which *w, const struct opening *o);

/*
 * What runs for one case begins to run for another, where it does not yet: they
 * were one until now, and neither may fall silent.
 */
enum outcome clocks_copy(
    struct tx *tx, const struct case_row *from, const struct case_row *to);

#endif
