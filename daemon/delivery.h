/*
 * What becomes of a delivery after an attempt, and when a channel may be used.
 * Pure: rows in, the next row out; outbox*.c reads and writes them.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "core.h"

enum result {
	RESULT_ACCEPTED,  /* the provider has it */
	RESULT_TRANSIENT, /* not now */
	RESULT_PERMANENT, /* never this way */
	RESULT_AMBIGUOUS, /* sent, but nobody said so */
	RESULT_MAX
};
/* By the courier's word; an unknown one is ambiguous. */
enum result result_find(const char *word);
const char *result_word(enum result r);

struct delivery_limits {
	int64_t attempts;		    /* before the next channel joins */
	int64_t backoff_first, backoff_max; /* ms */
};
struct attempt {
	enum result result;
	int64_t now;
	int64_t number;		/* of this attempt, 1 first */
	int64_t retry_after_ms; /* 0: the provider did not say */
	bool is_widened;	/* the next channel or person was called */
	bool is_last;		/* the person has no further channel */
	uint32_t random;	/* 0 to UINT32_MAX, evenly */
};
struct verdict {
	const char *state; /* of the delivery */
	int64_t next_at;   /* 0: none */
	bool widens;	   /* call the next channel, or the next person */
};
/*
 * The next state.  Never gives up: the last channel of a person is tried again
 * for as long as the alert is open, whatever it answers.
 */
struct verdict
delivery_judge(const struct delivery_limits *l, const struct attempt *a);
/*
 * Full jitter: 1 ms to min(backoff_max, backoff_first * 2^(number-1)); a
 * Retry-After is honoured up to backoff_max.
 */
int64_t
delivery_backoff(const struct delivery_limits *l, const struct attempt *a);

/* A channel: closed, open until an instant, then one probe at a time. */
struct breaker {
	int64_t failures; /* in a row */
	int64_t open_until_at;
};
struct breaker_limits {
	int64_t failures;
	int64_t pause; /* ms */
};
/* Any answer but silence and "not now" shows that the channel works. */
void breaker_result(const struct breaker_limits *l, struct breaker *b,
    enum result r, int64_t now);
/* How many may be sent at now, of at most wanted, with so many under way. */
int64_t breaker_room(const struct breaker_limits *l, const struct breaker *b,
    int64_t now, int64_t under_way, int64_t wanted);

/*
 * How many slots one of n channels may hold that holds so many while so many
 * are left: half of what the others leave, and more than one only while there
 * is one for each of the others.  Channels that hang, one after another, must
 * leave room for those that do not.
 */
int64_t channel_share(int64_t leased, int64_t left, size_t n_channels);

#endif
