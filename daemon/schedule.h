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
 * time fire, commit, wait until no delivery is in flight.  done(arg, OK, fired)
 * when there.  FULL: the clock stands where nothing could be recorded any more;
 * from there on each step goes to its end at once, and alerts leave from memory.
 */
typedef void stepped(void *arg, enum outcome how, int fired);
void schedule_step(struct schedule *s, int64_t to, stepped *done, void *arg);
/* Files were read again: do the daily work anew. */
void schedule_review(struct schedule *s);
void schedule_stop(struct schedule *s);

#endif
