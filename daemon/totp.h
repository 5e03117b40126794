/* A member's second factor: a secret in their phone (RFC 6238). */
#ifndef TOTP_H
#define TOTP_H

#include "seal_login.h"
#include "store.h"

/* Does their login ask for a code? */
bool totp_is_on(struct tx *tx, const char *member);
/* Is there a secret, asked for or not yet? */
bool totp_is_there(struct tx *tx, const char *member);
/* A new secret as text, not asked for yet; CONFLICT if one is in force. */
enum outcome
totp_enrol(struct tx *tx, const char *member, char text[TOTP_TEXT]);
/* The first code shows that the phone has it; REFUSED: wrong, NOT_FOUND: no
 * secret waits. */
enum outcome totp_confirm(struct tx *tx, const char *member, const char *code);
/* A code, good once; REFUSED: wrong or used. */
enum outcome totp_use(struct tx *tx, const char *member, const char *code);
/* No code is asked for any more; NOT_FOUND. */
enum outcome totp_drop(struct tx *tx, const char *member);

#endif
