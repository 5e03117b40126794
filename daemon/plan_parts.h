/* What plan.c and activity.c share. */
#ifndef PLAN_PARTS_H
#define PLAN_PARTS_H

#include "plan.h"

/* A new row: id, plan_id and number are set; body is checked. */
enum outcome activity_add(struct tx *tx, const struct act *a,
    const struct activity *new, const json_t *body);
/* Its clock starts, if the procedure has a step for it. */
enum outcome
activity_start(struct tx *tx, const struct case_row *c, int64_t number);
/* Its clock is dropped; OK also if none runs.  why: one coded word. */
enum outcome activity_drop(struct tx *tx, const struct case_row *c,
    int64_t number, const struct act *a, const char *why);

#endif
