/*
 * Plans (Mau 04, D56 28.3): activities with dates, who is responsible, who
 * provides, what it costs and whose money it is.  Each runs a clock of its own
 * in the step of kind "activity"; their last end is the review's due.
 */
#ifndef PLAN_H
#define PLAN_H

#include "cases.h"
#include "schema.h"

#define ACTIVITIES_MAX 100
/* One activity as people write it; every field is needed. */
extern const struct schema plan_activity;

/* What the schema cannot say of one activity: it ends after it starts. */
void plan_activity_check(
    const json_t *activity, const char *pointer, struct faults *faults);

/*
 * Submitted by an act: the activities of body.activities are numbered on from
 * those the case ever had.  An older plan that nobody approved is replaced.
 */
enum outcome plan_submit(struct tx *tx, const struct case_row *c,
    const struct act *a, const json_t *body);
/*
 * The plan that was submitted last is approved: activities get their clocks,
 * the review is due at their end at the latest; what an older plan left open
 * is dropped.  OK also if there is no plan.
 */
enum outcome
plan_approve(struct tx *tx, const struct case_row *c, const struct act *a);

/* One activity of a case by its number; NOT_FOUND. */
struct activity {
	char id[ID_SIZE], plan_id[ID_SIZE];
	int64_t number, start_at, end_at;
	bool is_planned;  /* neither done nor cancelled */
	bool is_approved; /* its plan is: a clock runs */
	bool is_replaced; /* its plan is, by a newer one */
};
enum outcome activity_get(struct tx *tx, const struct case_row *c,
    int64_t number, struct activity *out);
/* It was carried out by this act. */
enum outcome activity_done(struct tx *tx, const struct case_row *c,
    int64_t number, const struct act *a);
/*
 * Changed by an act: the old row goes into the history; its clock follows.
 * body: the whole activity as it is now; NULL: it is cancelled.
 */
enum outcome activity_change(struct tx *tx, const struct case_row *c,
    const struct activity *old, const struct act *a, const json_t *body);

/*
 * {round, state, ..., activities: [...]} of the newest plan, sealed fields
 * opened if asked; NULL if the case has none.  The caller decrefs.
 */
json_t *plan_json(struct tx *tx, const struct case_row *c, bool sealed);

#endif
