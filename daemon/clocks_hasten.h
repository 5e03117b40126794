/* Clocks that become due sooner than they were; never later. */
#ifndef CLOCKS_HASTEN_H
#define CLOCKS_HASTEN_H

#include "clocks.h"

/*
 * If a clock of the step runs and is due later than i->due_at, it is dropped
 * and opened again with that.  OK also if there was nothing to do.
 */
enum outcome clocks_hasten(
    struct tx *tx, const struct item_clock *i, const struct subject *by);
/*
 * An event ("emergency.no>presumed") at some instant hastens the clocks of the
 * case's file whose steps the procedure says so of: each counts anew from it,
 * by the step's limit under the facts of now, if that is sooner.
 */
enum outcome clocks_hasten_on(struct tx *tx, const struct case_row *c,
    const char *event, int64_t at, const struct subject *by);

/* When the running clock of a step is due; INT64_MIN if none runs. */
int64_t clocks_due(struct tx *tx, const struct case_row *c, const char *step);
/* The only step of a kind, or the first; NULL if there is none. */
const struct step *clocks_step_of(struct tx *tx, const char *kind);

#endif
