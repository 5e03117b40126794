/*
 * Proof of life for the service manager: now and then a job goes through the
 * store thread and back to the loop, and only then is the watchdog petted.  So
 * it hears of a loop or a store thread that hangs, and of nothing else: a full
 * disk or a dead courier is an alarm for people, never a reason to restart us.
 */
#ifndef PULSE_H
#define PULSE_H

#include "store.h"

struct event_base;
struct pulse;

/* Never NULL; does nothing where nobody listens. */
struct pulse *pulse_start(struct event_base *base, struct store *store);
/* A job in the store's queue keeps it alive until that is reaped. */
void pulse_stop(struct pulse *p);

#endif
