/*
 * Idempotency-Key: the same key and the same request get the first answer
 * again (promise P2), another request under the same key is refused.  Only
 * answers of success are kept.
 */
#ifndef IDEM_H
#define IDEM_H

#include "http.h"
#include "seal.h"

#define IDEM_KEY_MAX 255

struct idem {
	const char *agency; /* or create-only link of one, or member */
	char key[IDEM_KEY_MAX + 1];
	unsigned char hash[HASH_SIZE]; /* of the path and the raw body */
	/*
	 * NULL: the answer holds ids and codes only.  Else it says more, and is
	 * sealed under the key of this referral or case.
	 */
	const char *owner;
};

enum idem_state {
	IDEM_NEW,     /* go on */
	IDEM_AGAIN,   /* answered as the first time */
	IDEM_REFUSED, /* answered 400 or 422 */
};
enum idem_state idem_begin(
    struct tx *tx, const struct request *r, struct response *a, struct idem *i);
/* Keep a's answer; drops what is older than idempotency_keep. */
enum outcome
idem_keep(struct tx *tx, const struct idem *i, const struct response *a);

/*
 * Keep, sealed for the lead, what an agency could not bring in.  a holds the
 * problem; three in a row raise an alarm.  The very same bytes again are
 * counted, not kept twice; of what was too large to be read only the fact and
 * its size are kept.  OK: commit, the answer stays.
 */
enum outcome
refused_keep(struct tx *tx, const struct request *r, const struct response *a);
/* It could now: the row is over, and these bytes are no loss any more. */
enum outcome refused_none(struct tx *tx, const struct request *r);

#endif
