/* What the handlers of logins share. */
#ifndef LOGIN_H
#define LOGIN_H

#include "http.h"
#include "password.h"
#include "store.h"

/*
 * Whose address mistakes are counted against: of who is logged in already, and
 * mistypes a password or code, none.
 */
const char *login_address(const struct request *r);
/* OK, or 429 with Retry-After: too many wrong tries before (http_session.c). */
enum outcome login_wait(struct tx *tx, const struct request *r,
    struct response *a, const char *login);

#endif
