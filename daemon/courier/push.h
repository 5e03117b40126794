/*
 * Web Push: a message encrypted for one browser (RFC 8291, aes128gcm of RFC
 * 8188) and who sends it (VAPID, RFC 8292), on OpenSSL.  Keys travel as
 * base64url without padding, as browsers write them.
 */
#ifndef PUSH_H
#define PUSH_H

#include "core.h"

#define PUSH_KEY_SIZE	32 /* a private key of P-256 */
#define PUSH_POINT_SIZE 65 /* its public one, uncompressed */
#define PUSH_AUTH_SIZE	16
#define PUSH_SALT_SIZE	16
#define PUSH_TEXT_MAX	3993 /* RFC 8291, 4: what every service takes */

struct push_key {
	unsigned char secret[PUSH_KEY_SIZE], point[PUSH_POINT_SIZE];
};

/* A new pair. */
void push_key_new(struct push_key *k);
/* From the base64url of a private key; false if it is none. */
bool push_key_read(const char *text, struct push_key *k);

/* A subscription's keys, as the browser gave them. */
struct push_to {
	unsigned char point[PUSH_POINT_SIZE], auth[PUSH_AUTH_SIZE];
};
/* False if they are no keys of a subscription. */
bool push_to_read(const char *p256dh, const char *auth, struct push_to *to);

/*
 * One record of text, at most PUSH_TEXT_MAX bytes, under a key of this message
 * alone and a salt of PUSH_SALT_SIZE random bytes.  The caller frees; *out_len
 * bytes.
 */
unsigned char *push_encrypt(const struct push_to *to, const struct push_key *k,
    const unsigned char *salt, const char *text, size_t *out_len);

/*
 * The value of the header Authorization: "vapid t=..., k=...".  audience is
 * the origin of the endpoint, contact a mailto: or https: URL, until UTC ms.
 * The caller frees.
 */
char *push_vapid(const struct push_key *k, const char *audience,
    const char *contact, int64_t until);

#endif
