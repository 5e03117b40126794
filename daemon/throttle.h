/*
 * Wrong logins make the next one wait: longer and longer, for the account and
 * for the address, but never for good.  From an address where the account has
 * logged in before only its own mistakes count, so that a stranger cannot keep
 * the duty officer out.  Rows hold keyed digests, no address.
 */
#ifndef THROTTLE_H
#define THROTTLE_H

#include "store.h"

/*
 * An address is text, "" if it is not known: then only the account counts.
 * How long until a try is looked at, ms; 0: now.
 */
enum outcome throttle_wait(
    struct tx *tx, const char *login, const char *address, int64_t *wait);
/* The login was wrong; what followed from it is one row for each of the two
 * and for the pair. */
enum outcome
throttle_failed(struct tx *tx, const char *login, const char *address);
/* It was right: the address is known to be this member's. */
enum outcome
throttle_passed(struct tx *tx, const char *login, const char *address);
/*
 * How long after so many mistakes in a row, ms: nothing for the first `free`
 * ones, then 1 s, doubling up to most.
 */
int64_t throttle_delay(int64_t fails, int64_t free, int64_t most);
/* Delete what is forgotten. */
enum outcome throttle_prune(struct tx *tx);

#endif
