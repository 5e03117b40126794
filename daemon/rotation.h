/*
 * A new master key while everything runs: first the small things in one
 * transaction (addresses, the old index key), then data keys are wrapped anew
 * and blind indexes brought to the new key in small batches between other jobs.
 * Both keys are accepted until nothing is left; a restart goes on.
 */
#ifndef ROTATION_H
#define ROTATION_H

#include "store.h"

struct event_base;
struct rotation;

struct rotation_options {
	struct event_base *base;
	struct store *store;
	void (*finished)(void *arg); /* nothing is left of the old key */
	void *arg;
};
/* Goes on with what an earlier start began, if the context has an old key. */
struct rotation *
rotation_start(const struct rotation_options *o, const struct context *c);
/*
 * A context with an old key was just put in force: begin.  Call it before any
 * other job is posted.
 */
void rotation_begin(struct rotation *r);
bool rotation_is_running(const struct rotation *r);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void rotation_stop(struct rotation *r);

/* Rows that still need the old key. */
int64_t rotation_left(struct tx *tx);

#endif
