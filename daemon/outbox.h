/*
 * The life of a delivery: due, leased to the courier, accepted, over.  Backoff
 * (full jitter), breaker, throttle, digests and the next channel or person are
 * rows computed here; the courier makes one attempt and knows no clock.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "alert_rows.h"
#include "courier_link.h"
#include "delivery.h"
#include "store.h"

struct event_base;
struct outbox;

struct outbox_options {
	struct store *store;
	struct event_base *base;
	int parallel;
	/* Something committed that may change what is due next. */
	void (*changed)(void *arg);
	void *arg;
};

/* NULL after logging why. */
struct outbox *outbox_start(const struct outbox_options *o);
/* Hand it the link once that is started, and everything the link says. */
void outbox_set_link(struct outbox *o, struct courier_link *l);
void outbox_on_message(void *outbox, const json_t *msg);
void outbox_on_change(void *outbox, bool is_up);
/* Look again: rows may be due. */
void outbox_kick(struct outbox *o);
/*
 * A job found no room, not even in the reserve: let due alerts leave from
 * memory, and try each second to record them.  Clocks fire there, too, until
 * it is done.
 */
void outbox_from_memory(struct outbox *o);
/* True until all that left from memory is recorded. */
bool outbox_is_in_memory(const struct outbox *o);
/* Deliveries in the courier's hands, and jobs about them under way. */
int outbox_in_flight(const struct outbox *o);
/* Attempts by channel and result since the start, for the metrics. */
struct outbox_count {
	char channel[CHANNEL_SIZE];
	int64_t n[RESULT_MAX];
};
/* How many there are; they are the outbox's own. */
int outbox_counts(const struct outbox *o, const struct outbox_count **list);
/* Is there a courier to hand deliveries to? */
bool outbox_is_up(const struct outbox *o);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void outbox_stop(struct outbox *o);

/* Earliest instant at which a delivery wants something; in a transaction. */
int64_t outbox_next(struct tx *tx);

#endif
