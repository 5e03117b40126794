/*
 * Break-glass codes: two envelopes in the ward's safe, for when nobody who is
 * needed can log in.  One use each; using one alarms everyone.
 */
#ifndef GLASS_H
#define GLASS_H

#include "http_request.h"
#include "seal.h"
#include "store.h"

#define GLASS_CODES 2
#define GLASS_TEXT  25 /* XXXX-XXXX-XXXX-XXXX-XXXX, 100 random bits */

/* New codes, shown once, and what is kept of them; they open nothing yet. */
void glass_make(char codes[GLASS_CODES][GLASS_TEXT],
    unsigned char hashes[GLASS_CODES][HASH_SIZE]);
/* From now on they do, and those before are void. */
enum outcome
glass_put(struct tx *tx, unsigned char hashes[GLASS_CODES][HASH_SIZE]);
/*
 * who used a code, for a reason that is kept sealed; everyone is alarmed.
 * REFUSED if there is no such code (any more).
 */
enum outcome glass_use(struct tx *tx, const char *code,
    const struct subject *who, const char *reason);

#endif
