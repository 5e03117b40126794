/*
 * A shutdown inhibitor of logind: while it is held, who shuts the machine down
 * is told what that interrupts, and must insist.  Where there is no logind
 * nothing is held and it is logged once.  Never blocks the loop.
 */
#ifndef INHIBIT_H
#define INHIBIT_H

#include <stdbool.h>

struct event_base;
struct inhibitor;

/* Never NULL; holds nothing yet. */
struct inhibitor *inhibitor_start(struct event_base *base);
/* Hold it from now on, or let it go. */
void inhibitor_want(struct inhibitor *i, bool is_wanted);
/* NULL is fine. */
void inhibitor_stop(struct inhibitor *i);

#endif
