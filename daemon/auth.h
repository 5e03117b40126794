/*
 * Who calls: the authenticate callback of http.h.  Credentials are those of
 * token.h; keys are compared in constant time; quotas are counted here.  The
 * control socket's caller is BY_ADMIN with the uid as its id.
 */
#ifndef AUTH_H
#define AUTH_H

#include "http.h"

enum outcome
authenticate(struct tx *tx, struct request *r, struct response *a);

#endif
