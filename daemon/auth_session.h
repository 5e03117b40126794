/* A member who calls from a browser: the cookie, and whose page it is. */
#ifndef AUTH_SESSION_H
#define AUTH_SESSION_H

#include "auth.h"

/* The 401 of everybody, with the duty phone; logged.  REFUSED. */
enum outcome auth_refuse(
    struct tx *tx, struct response *a, const char *code, const char *key);
/* Who of these may call such a row at all; its handler asks for more. */
bool auth_may_call(enum who who, const struct subject *s);
/*
 * The member of the request's cookie.  A change needs our own page (Origin,
 * Sec-Fetch-Site) and its X-CSRF-Token.  As authenticate().
 */
enum outcome auth_session(struct tx *tx, struct request *r, struct response *a);
/* Does it come from a page of ours, as far as the browser says? */
bool auth_same_origin(const struct tx *tx, const struct request *r);
/* Where it came from, as our proxy says; "" if nothing did. */
const char *auth_address(const struct request *r);

#endif
