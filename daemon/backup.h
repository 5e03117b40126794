/* The head of a backup file: what a restore is measured against. */
#ifndef BACKUP_H
#define BACKUP_H

#include "seal.h"
#include "store.h"

struct backup_head {
	char ward[8];
	int64_t made_at; /* UTC ms */
	int64_t seq;	 /* of the audit chain's head */
	char hash[2 * HASH_SIZE + 1];
	int64_t cases;
};
/* As JSON and back; the caller frees.  False if it is no such head. */
char *backup_head_text(const struct backup_head *h);
bool backup_head_parse(const char *text, struct backup_head *h);
/* Fill seq, hash and cases; a job_run. */
enum outcome backup_head_read(struct tx *tx, void *backup_head);

/*
 * Erase again what was erased after the backup was made: keys and look-up rows
 * of an owner go, a tombstone stays.  A job_run; OK also if nothing was left.
 */
enum outcome backup_erase(struct tx *tx, const char *owner);

#endif
