/*
 * The audit chain: every act and every read of a case, one chain a ward.
 * hash = BLAKE2b-256(prev || canonical row); it hashes ciphertext, so it still
 * verifies after an erasure.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "http.h"
#include "seal.h"
#include "store.h"

struct happening {
	const struct subject *actor;
	const char *act;	 /* "case.read", "clock.lapsed" ... */
	const char *object_kind; /* "case", "clock", "referral" ... */
	const char *object_id;
	const char *case_id; /* or NULL */
	json_t *detail;	     /* coded values only; taken over; or NULL */
	const unsigned char *digest; /* HASH_SIZE, of the sealed row, or NULL */
};

/* Append, in the same transaction as the act. */
enum outcome audit_add(struct tx *tx, const struct happening *h);
/* The system itself as an actor. */
extern const struct subject audit_system;
/* Sequence and hash (hex) of the head; seq 0 if empty. */
int64_t audit_head(struct tx *tx, char hash[2 * HASH_SIZE + 1]);

struct audit_report {
	int64_t rows;
	int64_t bad_seq; /* first bad row, 0 if none */
	char why[80];	 /* what is wrong with it */
	char head[2 * HASH_SIZE + 1];
};
/* Walk the whole chain of every ward; job_run for store_read_now. */
enum outcome audit_verify(struct tx *tx, void *audit_report);

#endif
