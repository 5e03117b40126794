/* Drills: messages through every real channel that must be answered. */
#ifndef DRILL_H
#define DRILL_H

#include "clock_rows.h"
#include "people.h"

/* A drill through each verified address of a person; adds to *n how many. */
enum outcome drill_person(struct tx *tx, const struct person *p, int *n);
/*
 * The one way to send a drill: through one address, of which id and channel
 * are read.  Passed over if its last drill is not answered yet, else *n grows.
 */
enum outcome drill_address(
    struct tx *tx, const struct person *p, const struct address *to, int *n);
/* Is it a drill's clock?  It fires when nobody answered in time. */
bool is_drill(const struct clock_row *k);
/* It was not answered: recorded, and an alarm. */
enum outcome drill_unanswered(struct tx *tx, const struct clock_row *k);

#endif
