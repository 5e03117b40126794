/* What would happen if nobody acted: on a copy, with a clock of its own. */
#ifndef REHEARSAL_H
#define REHEARSAL_H

#include "context.h"

struct json_t;

/*
 * Let the clocks of a copy of the database run between two instants (UTC ms)
 * with nobody answering and nothing sent: who would be called, when first, when
 * last, how often.  [{first_at, last_at, times, case, step, kind, rung, who,
 * channel}], who missing where nobody could be called.  The copy is changed and
 * the process's clock with it.  NULL after logging why; the caller decrefs.
 */
struct json_t *rehearse(
    const struct context *c, const char *copy, int64_t from, int64_t until);

#endif
