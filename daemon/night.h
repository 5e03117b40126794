/*
 * The night guard: while an urgent clock runs the machine is not shut down by
 * accident (inhibit.h); who stops the daemon all the same has duty told what
 * falls due, before it goes.
 */
#ifndef NIGHT_H
#define NIGHT_H

#include "outbox.h"
#include "store.h"

struct event_base;
struct night;

/* Also ends the alarm of the last stop: we are back. */
struct night *night_start(
    struct event_base *base, struct store *store, struct outbox *outbox);
/* Something was committed. */
void night_kick(struct night *n);
/*
 * Tell duty what falls due within a day, if anything does; done(arg) when the
 * message was tried, at the latest after wait_ms.
 */
void night_farewell(
    struct night *n, int64_t wait_ms, void (*done)(void *arg), void *arg);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void night_stop(struct night *n);

#endif
