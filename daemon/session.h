/*
 * Sessions of members who logged in: 32 random bytes in a cookie, of which only
 * the hash is kept.  Idle for 15 minutes it is over, and after 10 hours in any
 * case (ASVS 5.0, 7.3).  What keeps it alive is an act or an audited read; a
 * page that asks again and again for alerts does not.
 */
#ifndef SESSION_H
#define SESSION_H

#include "clock.h"
#include "http_request.h"
#include "store.h"

#define SESSION_IDLE   (15 * MINUTE)
#define SESSION_LIFE   (10 * HOUR)
#define SESSION_BYTES  32
#define SESSION_TEXT   (2 * SESSION_BYTES + 1)
#define SESSION_COOKIE "__Host-s"

/* A new session of a member; token is shown once, in the cookie. */
enum outcome session_open(struct tx *tx, struct subject *who, enum proof proof,
    char token[SESSION_TEXT]);
/* Who has this cookie now: REFUSED if nobody.  Writes nothing. */
enum outcome session_find(
    struct tx *tx, const char *token, struct subject *who, int64_t *used_at);
/* It was used just now. */
enum outcome session_touch(struct tx *tx, const struct subject *who);
/* It is over, at once. */
enum outcome session_end(struct tx *tx, const struct subject *who);
/* All sessions of a member but one (or NULL) are over. */
enum outcome sessions_end(struct tx *tx, const char *member, const char *but);
/* The token of the cookie header; false if there is none. */
bool session_token(const char *cookies, char token[SESSION_TEXT]);
/* What a page must send with every change (X-CSRF-Token), from the token. */
void session_csrf(const char *token, char out[SESSION_TEXT]);
/* Delete those that are long over. */
enum outcome sessions_prune(struct tx *tx);

extern const char *const proof_names[];

#endif
