/*
 * Who calls: the authenticate callback of http.h.  Credentials are those of
 * token.h; keys are compared in constant time; quotas are counted here.  The
 * control socket's caller is BY_ADMIN with the uid as its id.
 */
#ifndef AUTH_H
#define AUTH_H

#include "http.h"

/* Largest distance of a signature's time stamp from ours, ms. */
#define AUTH_SKEW (300 * (int64_t)1000)

enum outcome authenticate(struct tx *tx, struct request *r, struct response *a);

/*
 * The signature of the Standard Webhooks specification 1.0.0: one of the
 * blank-separated "v1,<base64>" is the HMAC-SHA256 of "id.timestamp.body"
 * under secret ("whsec_" and base64).
 */
bool auth_signature_ok(const char *secret, const struct request *r);

#endif
