/*
 * The dead man's switch: every minute a sign of life goes to somebody outside,
 * by a channel of channels.conf, in the courier's hands before any alert.  It
 * says a sequence, the age of the oldest unsent delivery and the head of the
 * audit chain; that three are missing is for the other side to notice.
 */
#ifndef BEAT_H
#define BEAT_H

#include "conf.h"
#include "courier_link.h"
#include "store.h"

struct event_base;
struct beat;

struct beat *
beat_start(struct event_base *base, struct store *store, const struct conf *c);
/* Settings heartbeat_* changed. */
void beat_set(struct beat *b, const struct conf *c);
/* NULL: no courier. */
void beat_set_link(struct beat *b, struct courier_link *l);
/* What became of one: {"is":"beat", ...}. */
void beat_on_message(struct beat *b, const json_t *msg);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void beat_stop(struct beat *b);

#endif
