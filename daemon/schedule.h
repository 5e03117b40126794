/*
 * One timer over all that is due: clocks and deliveries.  It sleeps until the
 * earliest, at most 30 s, and again after every commit that may have changed
 * it.  With the test clock it sleeps until somebody steps it.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "outbox.h"
#include "store.h"

struct schedule;

struct schedule *
schedule_start(struct event_base *base, struct store *s, struct outbox *o);
/* Look again; cheap, may be called after every commit. */
void schedule_kick(struct schedule *s);
/*
 * Test clock only: go from due instant to due instant until to (UTC ms); each
 * time fire, commit, wait until no delivery is in flight.  done(arg, fired)
 * when there.
 */
void schedule_step(struct schedule *s, int64_t to,
    void (*done)(void *arg, int fired), void *arg);
void schedule_stop(struct schedule *s);

#endif
