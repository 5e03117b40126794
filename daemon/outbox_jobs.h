/* The outbox's work inside a transaction; outbox.c runs it as jobs. */
#ifndef OUTBOX_JOBS_H
#define OUTBOX_JOBS_H

#include "alert_rows.h"
#include "delivery.h"

/* Channels whose attempts are counted one by one. */
#define CHANNELS_MAX 32
#define REF_SIZE     129

/* A channel that deliveries use, as it stands. */
struct channel_row {
	char name[CHANNEL_SIZE];
	struct breaker breaker;
	int64_t next_send_at; /* throttle */
	int64_t interval;     /* of the throttle, 0: none */
	int64_t leased;	      /* deliveries in the courier's hands */
};
/* All of them, by name; free *ret_list, whatever the outcome. */
enum outcome
channel_rows(struct tx *tx, struct channel_row **ret_list, size_t *n);
/* How many more deliveries it may be given at now, with so many slots left. */
int64_t channel_room(const struct context *c, const struct channel_row *ch,
    int64_t now, int64_t left);

/*
 * Lease at most room due deliveries, urgent ones first, and append their
 * packets; channels that are late for urgent ones join in, leases that ran out
 * are given back.  *did: something was changed.
 */
enum outcome
outbox_lease(struct tx *tx, int64_t room, json_t *packets, bool *did);

/*
 * The row is leased to the courier: one attempt more, link and code good from
 * now on.  *ret_a, unless NULL, what they are.
 */
struct answer;
enum outcome
delivery_lease(struct tx *tx, const struct delivery *d, struct answer *ret_a);

/* Lead a digest with d if too much is due to its address; *held: not now. */
enum outcome digest_gather(struct tx *tx, struct delivery *d, bool *held);
/* Cancel what may no longer leave with the digest that d leads. */
enum outcome digest_weed(struct tx *tx, const struct delivery *d);
/* Each that waits with the digest that d leads, but for d itself. */
typedef enum outcome digest_each(struct tx *tx, const struct delivery *one);
enum outcome
digest_walk(struct tx *tx, const struct delivery *d, digest_each *run);
/*
 * "stopped", "barred" or "warned" (safe_contact forbids the address), or NULL if
 * the person may still be told there.
 */
const char *delivery_void(struct tx *tx, const struct delivery *d);
/* It does not leave; of one that is warned the person's next address joins in. */
enum outcome
delivery_stop(struct tx *tx, const struct delivery *d, const char *why);

/*
 * The packet for the courier; to is the open address.  A digest's message has an
 * id of its own: its leader's, as version 8 (RFC 9562, 5.8).  NULL: the rows
 * could not be read.
 */
json_t *outbox_packet(struct tx *tx, const struct delivery *d, const char *to,
    const char *token_and_code[2]);

struct delivery_result {
	char id[ID_SIZE], ref[REF_SIZE];
	int64_t epoch;
	enum result result;
	int64_t code; /* of the provider, 0: none */
	int64_t retry_after_ms;
	bool is_ours; /* the courier's death is not the channel's fault */
	bool is_told; /* in the log */
};
/* What an attempt led to.  A late result is noted and changes nothing. */
enum outcome outbox_record(struct tx *tx, const struct delivery_result *r);

/* A reply came back on a channel: acknowledge, or count a wrong one. */
enum outcome outbox_answer(
    struct tx *tx, const char *channel, const char *from, const char *text);

#endif
