/* What logins rest on: argon2id for passwords, RFC 6238 for their codes. */
#ifndef SEAL_LOGIN_H
#define SEAL_LOGIN_H

#include "seal.h"

#define SALT_SIZE   16
#define TOTP_SECRET 20 /* as long as its HMAC-SHA-1 (RFC 4226, 4) */
#define TOTP_TEXT   33 /* the secret in base32, with its NUL */
#define TOTP_STEP   30 /* seconds (RFC 6238, 5.2) */

/*
 * argon2id (RFC 9106) of a password with 64 MiB and 3 passes; takes about a
 * tenth of a second and is pure.  False if there is no memory for it.
 */
bool password_hash(const char *text, const unsigned char salt[SALT_SIZE],
    unsigned char out[HASH_SIZE]);

/* The 6 digits of step number n since 1970 (RFC 6238 over HMAC-SHA-1). */
void
totp_code(const unsigned char secret[TOTP_SECRET], uint64_t n, char out[7]);
/*
 * The step, at most one away from the one of now_s, whose code this is and that
 * is later than after; 0 if there is none.  Every step is compared, in constant
 * time.
 */
uint64_t totp_match(const unsigned char secret[TOTP_SECRET], const char *code,
    uint64_t now_s, uint64_t after);
/* Base32 (RFC 4648, 6), as people type it into their phone. */
void totp_text(char out[TOTP_TEXT], const unsigned char secret[TOTP_SECRET]);

#endif
