/*
 * Files for one reader far away: anybody who has the public key can write one,
 * only the holder of the secret key can read it.  A file is a magic, the stream
 * key sealed for the reader (crypto_box_seal), and libsodium secretstream
 * chunks, each after its length (4 bytes, little end first).  The first chunk
 * is a small head, the last one says that nothing was cut off.
 */
#ifndef SEAL_STREAM_H
#define SEAL_STREAM_H

#include "seal.h"

/* The public key to a secret one of key_read. */
void reader_public(const struct key *secret, unsigned char out[KEY_SIZE]);
/*
 * Read all of from, write it sealed to to; both are open files.  FAILED on an
 * error of the disk, errno says which.
 */
enum outcome stream_seal(
    const unsigned char reader[KEY_SIZE], const char *head, int from, int to);
/*
 * The reverse.  *head is NUL-terminated, the caller frees.  INVALID if it is
 * no such file, for somebody else, changed, or cut off; to holds garbage then.
 */
enum outcome
stream_open(const struct key *secret, int from, int to, char **head);

#endif
