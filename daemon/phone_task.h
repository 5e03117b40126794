/*
 * A rung outside the ward without an agreed contact is a task for the last
 * member who can be reached: phone them.  It is a clock on the ladder
 * "phone_task" that climbs until the talk is on record (phoned.h).
 */
#ifndef PHONE_TASK_H
#define PHONE_TASK_H

#include "cases.h"
#include "clock_rows.h"

#define PHONE_TASK "phone_task"

bool is_phone_task(const struct clock_row *k);
/*
 * A rung of this clock calls "outside:<kind>": if no body of the kind can be
 * written to by agreement, and not all of them are barred, somebody must phone.
 * *raised: there is such a task, or the talk was since the clock opened.  OK and
 * false also if the procedure has no such ladder.
 */
enum outcome phone_task_for(
    struct tx *tx, const struct clock_row *k, const char *who, bool *raised);
/* The talk is on record as this act: the task ends, its alerts are over. */
enum outcome
phone_task_done(struct tx *tx, const struct clock_row *k, const struct act *a);

#endif
