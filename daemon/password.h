/* A member's password: what it may be, where it is kept, whether it is right. */
#ifndef PASSWORD_H
#define PASSWORD_H

#include "http_request.h"
#include "store.h"

#define PASSWORD_LOW  8	  /* code points (ASVS 5.0, 6.2.1) */
#define PASSWORD_HIGH 128 /* the same (6.2.9) */

/* Who a login is and how its password is kept. */
struct account {
	struct subject who; /* kind NOBODY: no such active member */
	unsigned char salt[SALT_SIZE];
	unsigned char hash[HASH_SIZE]; /* zeros: none is set */
};

/*
 * What is wrong with a new password, in Vietnamese; NULL: nothing.  Refused are
 * short ones, one sign repeated, the login in it, and rows of passwords.def.
 */
const char *password_fault(const char *text, const char *login);
/*
 * The active member of a login or id; of one who is not there a salt that looks
 * like one, so that the work is the same.
 */
enum outcome account_find(struct tx *tx, const char *login, struct account *a);
/* Is what was worked out of the account's salt its password? */
bool account_matches(const struct account *a, const struct slow_hash *h);
/* Keep a new one, worked out of the fresh salt in h. */
enum outcome
password_put(struct tx *tx, const char *member, const struct slow_hash *h);

#endif
