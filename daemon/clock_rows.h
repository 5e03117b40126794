/* One row of the clock table, and what alerts may do to it. */
#ifndef CLOCK_ROWS_H
#define CLOCK_ROWS_H

#include "cases.h"
#include "procedure.h"

#define STEP_ID_SIZE 64

struct clock_row {
	char id[ID_SIZE], case_id[ID_SIZE], step[STEP_ID_SIZE];
	bool is_open, is_urgent, has_lapsed;
	int64_t opened_at;
	struct climb climb;
};

enum outcome clock_get(struct tx *tx, const char *id, struct clock_row *k);
/* Write climb and is_urgent back. */
enum outcome clock_save(struct tx *tx, const struct clock_row *k);

/* What moves a clock: its step and the ladder in force for its case now. */
struct clock_rules {
	const struct step *step; /* NULL: the procedure no longer has it */
	const struct ladder *ladder;
};
enum outcome
clock_rules(struct tx *tx, const struct clock_row *k, struct clock_rules *out);

/* Nobody on its rung can be reached: the next rung is due at once. */
enum outcome clock_hurry(struct tx *tx, const char *id);
/* Somebody acknowledged: the ladder rests for its ack_holds. */
enum outcome clock_rest(struct tx *tx, const char *id);

/* Record the lapse, once and for ever; received_at is the case's. */
enum outcome clock_lapse(struct tx *tx, struct clock_row *k,
    const struct step *s, int64_t received_at);

/* OK also if nothing was changed. */
enum outcome perhaps(enum outcome how);

#endif
