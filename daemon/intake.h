/*
 * A notification becomes an incident, a case for each child, clocks and an
 * assignee: one transaction, in which nothing is half taken.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include "cases.h"

struct intake {
	const struct subject *by; /* the agency, or the member who writes */
	const char *agency_id;	  /* whose notification it is */
	const json_t *body;	  /* mau01_check()ed and in NFC */
	const char *raw;	  /* as it came: what the digest is of */
	size_t raw_len;
};

/*
 * Take it; fills id with the referral that holds it.  The same source_ref gives
 * the referral of the first: with the same body as it was; a copy of what a
 * member wrote down (or the reverse) is attached to it as news; else REFUSED,
 * and nothing was written.  What the writer is barred from is not there for
 * them: theirs is a new one, and only the team sees what it belongs to.
 */
enum outcome
intake_take(struct tx *tx, const struct intake *in, char id[ID_SIZE]);
/*
 * More about a referral that is there ({text, risk, alleged} or a Mau 01);
 * fills id with the update's.  The very same bytes again are the same update:
 * nobody is told a second time.  In intake_news.c.
 */
enum outcome intake_news(struct tx *tx, const char *referral_id,
    const struct intake *in, char id[ID_SIZE]);

/* It was the sender who wrote, so the 201 confirms it to them. */
bool intake_by_sender(const struct subject *by);

#define RECEIPT_SECRET_SIZE 33
/*
 * What the sender gets: {id, incident_code, cases, received_at, digest, links}.
 * NULL if there is no such referral.  The caller decrefs.
 */
json_t *receipt_make(struct tx *tx, const char *referral_id);
/*
 * The secret that shows a confidential referral.  It is made of the id and a
 * key, so that a repeated request gets it again though only its hash is kept.
 */
void receipt_secret(
    struct tx *tx, const char *referral_id, char out[RECEIPT_SECRET_SIZE]);
/* Lower-case hex; the caller frees. */
char *receipt_digest(const void *digest, size_t n);

#endif
