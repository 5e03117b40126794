/* The canonical row, shared by writing and verifying. */
#ifndef AUDIT_INTERNAL_H
#define AUDIT_INTERNAL_H

#include "audit.h"

/* ward, seq, at, actor_kind, actor_id, act, object_kind, object_id, case_id,
 * detail, digest. */
#define AUDIT_FIELDS 11

/*
 * BLAKE2b-256 of prev and the fields, each as its length (8 bytes, little end
 * first; all ones for NULL) and its bytes; a number has 8 bytes.
 */
void audit_hash(const unsigned char prev[HASH_SIZE],
    const struct value row[AUDIT_FIELDS], unsigned char out[HASH_SIZE]);

#endif
