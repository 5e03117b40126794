/*
 * Alerts are rows first, messages later (promise P3).  An alert is one
 * (clock, rung, round); a delivery one (alert, person, channel) whose id is on
 * every attempt.  Only a human act stops it.
 */
#ifndef ALERT_H
#define ALERT_H

#include "cases.h"
#include "people.h"

struct alert {
	char id[ID_SIZE];
	const char *clock_id;
	const char *case_id; /* NULL: of the ward's own */
	const char *kind;    /* "opened", "warning", "lapsed" ... */
	int rung, round;
	bool is_urgent, needs_all, is_drill;
	int64_t due_at;	     /* when it should have been raised */
	const char *subject; /* of an alarm: coded */
	int told;	     /* out: people it could be addressed to */
};

/*
 * Insert the alert and, for each person, the delivery on the first channel
 * they can be reached on (channels: the rung's own order, n 0: the person's).
 * Fills id and told.  CONFLICT if this (clock, rung, round) was raised already.
 */
enum outcome alert_raise(struct tx *tx, struct alert *a,
    const struct people *people, const char *const *channels, size_t n);
/* The same to one address (id and channel of it are read) and no other. */
enum outcome alert_raise_at(struct tx *tx, struct alert *a,
    const struct person *p, const struct address *to);
/*
 * An alarm to those who keep the ward's service going: a clock that climbs the
 * procedure's ladder "alarm", or one called like the kind, until somebody
 * acknowledges.  At most one is open of a kind and subject; raised again after
 * an acknowledgement it waits for the ladder's ack_holds to end.
 */
enum outcome alarm_raise(struct tx *tx, const char *kind, const char *subject);
/* The same at an instant to come; alarm_later or _over may change that. */
enum outcome
alarm_await(struct tx *tx, const char *kind, const char *subject, int64_t at);
/* One that is awaited comes later.  NOT_FOUND: none is, or it rings. */
enum outcome
alarm_later(struct tx *tx, const char *kind, const char *subject, int64_t at);
/* Its cause is gone: it calls nobody any more.  OK also if none is open. */
enum outcome alarm_over(struct tx *tx, const char *kind, const char *subject);
/*
 * News of a case, on the ladder "news" or "news_lead".  More of a kind that
 * nobody acknowledged yet is a new round to all who were told.
 */
enum outcome news_raise(struct tx *tx, const struct case_row *c,
    const char *ladder, const char *kind);
/* The same of a kind and item, of a case or (NULL) the ward; none is open. */
enum outcome news_open(
    struct tx *tx, const char *case_id, const char *kind, const char *item);

/* How somebody acknowledged. */
struct ack {
	const struct subject *by; /* BY_MEMBER, or BY_LINK with the delivery */
	const char *how;	  /* "link", "code", "phone", "api" */
	int64_t acted_at;
	const char *evidence;
};
/*
 * Acknowledge: the alert and all others open of its clock (and of its digest)
 * are acked, their deliveries over, the ladder rests until ack_holds is over.
 * Audited.  NOT_FOUND, or CONFLICT if it was over already.
 */
enum outcome
alert_ack(struct tx *tx, const char *alert_id, const struct ack *k);
/* An alert, and the delivery that answers for it (BY_LINK). */
struct answered {
	char alert_id[ID_SIZE];
	struct subject who;
};
/* By the one-time token of a link: what it belongs to, or NOT_FOUND. */
enum outcome
alert_of_token(struct tx *tx, const char *token, struct answered *out);
/*
 * By a 6-character answer code from an address ("OK K7Q2MX" will do).
 * REFUSED when the address tried too often.  A wrong one is counted: end the
 * job with OK all the same.
 */
enum outcome alert_of_code(struct tx *tx, const char *channel, const char *from,
    const char *text, struct answered *out);
/* The same for somebody on the phone: a code that went to this member. */
enum outcome alert_of_spoken(struct tx *tx, const char *member_id,
    const char *text, struct answered *out);
/*
 * Deliveries of the alert or (ids may be NULL) the clock are over: what left in
 * digests that they led is due again, each alone.
 */
enum outcome
alert_digests_left(struct tx *tx, const char *alert_id, const char *clock_id);
/* A clock ended: its open alerts are over. */
enum outcome alerts_over(struct tx *tx, const char *clock_id);

#endif
