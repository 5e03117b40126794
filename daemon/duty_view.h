/* Duty as people see it. */
#ifndef DUTY_VIEW_H
#define DUTY_VIEW_H

#include "duty.h"

/* So far ahead people plan, and gaps are looked for. */
#define DUTY_AHEAD (14 * DAY)

/*
 * Who is on duty now, the plan of the days ahead, rotations, overrides, swaps,
 * leave and the shifts under way, as JSON; the caller decrefs.
 */
enum outcome duty_json(struct tx *tx, json_t **out);
/* Gaps of the days ahead: [{ladder, rung, who, from_at, until_at}]. */
enum outcome gaps_json(struct tx *tx, json_t **out);

#endif
