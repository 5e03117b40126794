/*
 * Transfers over libcurl on the event loop, one attempt each.  Nothing else
 * sees a transfer in flight.  HTTP runs on a multi handle; mail on a thread of
 * its own, because libcurl 7.88 blocks while it waits for the answer to the
 * end of a mail and to QUIT.
 */
#ifndef FETCH_H
#define FETCH_H

#include "channel.h"

struct event_base;
struct sockaddr;
struct fetch;

/* Called once for each transfer; a is NULL if it was abandoned. */
typedef void fetch_done(void *arg, const struct answer *a);

/* At most parallel transfers run at once, the others wait their turn. */
struct fetch *fetch_new(struct event_base *base, int parallel);
/* The contents of t are taken over; done comes later, never from in here. */
void
fetch_start(struct fetch *f, struct transfer *t, fetch_done *done, void *arg);
/* Running and waiting. */
size_t fetch_pending(const struct fetch *f);
/* Abandons what is pending, which takes mail up to a second. */
void fetch_free(struct fetch *f);

#endif
