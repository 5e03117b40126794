/*
 * What is wrong with the daemon itself, seen from its loop: a courier that is
 * not there, a disk that is full.  Each is an alarm as long as it is so, by
 * real time, and never a reason to restart anything.
 */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "conf.h"
#include "outbox.h"
#include "store.h"

struct event_base;
struct trouble;

struct trouble_options {
	struct event_base *base;
	struct store *store;
	const struct outbox *outbox;
	int64_t courier_after; /* ms without a courier until it is an alarm */
};

/* Looks every second until nothing is wrong.  Never NULL. */
struct trouble *trouble_start(const struct trouble_options *o);
/*
 * Something may have gone wrong: jobs came back from the store, as they do
 * after the courier is lost.  NULL is passed over.
 */
void trouble_kick(struct trouble *t);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void trouble_stop(struct trouble *t);

#endif
