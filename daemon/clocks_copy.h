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
 * All that run of it: its own and those of the cases that were merged into it,
 * which run on.  NOT_FOUND if there is none.  clock_list_done found in any case.
 */
enum outcome clocks_find_open(
    struct tx *tx, const struct which *w, struct clock_list *found);
/* All that run of a case and of those that were merged into it; the same. */
enum outcome clocks_running(
    struct tx *tx, const struct case_row *c, struct clock_list *running);
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
