/*
 * When the disk takes nothing more, not even from the reserve, due alerts leave
 * from memory.  What clocks did and what left is remembered as a list; a trial
 * (a job that is undone) repeats the list on the rows as they are, lets clocks
 * fire and leases what is due.  When room returns the same list is repeated
 * once more and kept: same ids, same links, same codes.
 */
#ifndef OUTBOX_MEMORY_H
#define OUTBOX_MEMORY_H

#include "outbox_jobs.h"

#define MEMORY_MAX 1024 /* beyond this a message may come twice */

enum happened_what { HAPPENED_FIRED, HAPPENED_LEFT, HAPPENED_RESULT };

/* What a packet to the courier says of its delivery. */
struct lease_of {
	char id[ID_SIZE], channel[CHANNEL_SIZE];
	int64_t epoch;
};
void lease_read(const json_t *packet, struct lease_of *l);

/* What happened, in its order; r has id and epoch, and all of a result. */
struct happened {
	enum happened_what what;
	int64_t at, mono; /* clock_now, clock_mono */
	struct lease_of left;
	struct delivery_result r;
};

struct memory {
	struct happened list[MEMORY_MAX];
	size_t n;
	int64_t lease_ms;
};

/* On the loop thread: clocks fired at that instant. */
void memory_fired(struct memory *m, int64_t at);
/* A message left. */
void memory_left(struct memory *m, const struct lease_of *l);
/* A result came.  What left, or NULL if the message is none of ours. */
const struct happened *
memory_note(struct memory *m, const struct delivery_result *r);
/* A result that could not be recorded. */
void memory_keep(struct memory *m, const struct delivery_result *r);
/* Is there a result for this one? */
bool memory_knows(const struct memory *m, const struct delivery_result *r);
/* In the courier's hands; what it holds too long is taken for ambiguous. */
int memory_in_flight(struct memory *m);
/* The courier is gone, and what it held with it. */
void memory_lost(struct memory *m);

/* In a job: repeat all of it, to be kept. */
enum outcome memory_record(struct tx *tx, const struct memory *m);
/*
 * In a trial: repeat it, fire what is due now, lease at most room and append
 * the packets.  *fired_at: when clocks did something, or 0.
 */
enum outcome memory_try(struct tx *tx, const struct memory *m, int64_t room,
    json_t *packets, int64_t *fired_at);

#endif
