/* One clock at one instant: what clocks_fire.c and clocks_force.c share. */
#ifndef CLOCK_TURN_H
#define CLOCK_TURN_H

#include "clock_rows.h"
#include "people.h"

struct turn {
	struct clock_row k;
	struct clock_rules rules; /* ladder NULL: the procedure lost the step */
	struct case_row c;
	struct firing f;
	int64_t now;
	int told; /* people whom turn_fire could tell, or had told */
};

/* now must be set; the rest is read. */
enum outcome turn_load(struct tx *tx, const char *id, struct turn *t);
/* Add who is on a rung now; people_done it. */
enum outcome
turn_people(struct tx *tx, const struct turn *t, int rung, struct people *all);
/* The alert of a rung, to these people, in the round of t->f. */
enum outcome turn_raise(
    struct tx *tx, struct turn *t, int rung, const struct people *people);
/* All that t->f says; nobody there brings the next rung at once. */
enum outcome turn_fire(struct tx *tx, struct turn *t);

#endif
