/* One row of the clock table, and what alerts may do to it. */
#ifndef CLOCK_ROWS_H
#define CLOCK_ROWS_H

#include "cases.h"
#include "procedure.h"

#define STEP_ID_SIZE 64
#define ITEM_SIZE    64

struct clock_row {
	char id[ID_SIZE], step[STEP_ID_SIZE];
	char case_id[ID_SIZE]; /* "": the ward's own */
	char item[ITEM_SIZE];  /* "": the step's only one */
	char news[16];	       /* not "": step is its kind, this its ladder */
	bool is_open, is_urgent, has_lapsed;
	const char *lapse_leg; /* not NULL: clock_save writes the lapse, too */
	int64_t opened_at;
	struct climb climb;
};

/* Of the ward itself: nobody may be alarmed about it. */
bool is_alarm(const struct clock_row *k);

enum outcome clock_get(struct tx *tx, const char *id, struct clock_row *k);
/* Clocks in memory; empty it with clock_list_done. */
struct clock_list {
	struct clock_row *rows;
	size_t n;
};
/* All rows of a query of whole clocks, which it ends; *l also if not OK. */
enum outcome clock_list_read(struct rows *r, struct clock_list *l);
void clock_list_done(struct clock_list *l);
/* Write climb, is_urgent and a new lapse back. */
enum outcome clock_save(struct tx *tx, const struct clock_row *k);

/* What moves a clock: its step and the ladder in force for its case now. */
struct clock_rules {
	const struct step *step; /* NULL: the procedure no longer has it */
	const struct ladder *ladder;
};
enum outcome
clock_rules(struct tx *tx, const struct clock_row *k, struct clock_rules *out);
/* The same with the clock's case at hand. */
void clock_rules_of(struct tx *tx, const struct clock_row *k,
    const struct case_row *c, struct clock_rules *out);
/*
 * The case of a clock: of one that was merged, whose holder and facts are those
 * of the case that it was merged into, and only received_at its own.  The ward's own clocks have none: then *c is empty but
 * for a received_at before all time, for no sender ever held them up.
 */
enum outcome
clock_case(struct tx *tx, const struct clock_row *k, struct case_row *c);
/* NULL for the ward's own, as rows and the audit want it. */
const char *clock_case_id(const struct clock_row *k);
/* NULL for a step's only one, as the audit wants it. */
const char *clock_item(const struct clock_row *k);

/* Nobody on its rung can be reached: the next rung is due at once. */
enum outcome clock_hurry(struct tx *tx, const char *id);
/*
 * Somebody acknowledged: the ladder of a step or phone task rests for its
 * ack_holds; news and alarms are done.
 */
enum outcome clock_rest(struct tx *tx, const char *id);

/* Record the lapse, once and for ever; received_at is the case's. */
enum outcome clock_lapse(struct tx *tx, struct clock_row *k,
    const struct step *s, int64_t received_at);
/* The same for who calls clock_save later, which writes it into the row. */
enum outcome clock_lapse_save(struct tx *tx, struct clock_row *k,
    const struct step *s, int64_t received_at);

/* OK also if nothing was changed. */
enum outcome perhaps(enum outcome how);

#endif
