/*
 * All cryptography of the core and the courier, on libsodium.  Sealed text is
 * nonce(24) || XChaCha20-Poly1305 ciphertext and tag; its additional data ties
 * it to its place: table|column|row|key version.
 */
#ifndef SEAL_H
#define SEAL_H

#include "core.h"

#define KEY_SIZE    32
#define HASH_SIZE   32 /* BLAKE2b-256 */
#define BLIND_SIZE  16
#define SEAL_EXTRA  40 /* nonce and tag */
#define TOKEN_BYTES 16 /* 128 random bits in links */

struct key {
	unsigned char bytes[KEY_SIZE];
	int64_t version;
};

/* Where a sealed value stands; all four go into the additional data. */
struct place {
	const char *table, *column, *row;
};

/* Must be called once before anything else; false if libsodium fails. */
bool seal_init(void);

/*
 * The master key from a file of 64 hex digits, or of lines "VERSION HEX", the
 * newest first.  INVALID if it is malformed or others may read it (mode & 077),
 * NOT_FOUND if it is not there.
 */
enum outcome key_read(const char *path, struct key *key);
/* And the one before it, while it is being replaced; version 0: none. */
enum outcome key_read_both(const char *path, struct key *key, struct key *old);
/* A new random key, written with mode 0600; CONFLICT if the file exists. */
enum outcome key_write_new(const char *path);
/* The same for a key that is there already; old may be NULL. */
enum outcome
key_write(const char *path, const struct key *key, const struct key *old);
void key_random(struct key *key);
/* A key for one purpose ("wrap", "blind", ...) from the master key. */
void key_derive(const struct key *master, const char *purpose, struct key *out);
void key_wipe(struct key *key);

/* Seal n bytes; *len is n + SEAL_EXTRA.  The caller frees. */
unsigned char *seal(const struct key *key, const struct place *at,
    const void *plain, size_t n, size_t *len);
/*
 * Open what seal() made at the same place.  INVALID if it was changed or
 * moved.  *plain is NUL-terminated; the caller frees with seal_free.
 */
enum outcome unseal(const struct key *key, const struct place *at,
    const void *sealed, size_t n, char **plain);
/* Wipe and free an opened text; NULL is fine. */
void seal_free(char *plain);

/* Keyed hash for look-ups: of the kind ("name", "phone", "id") and the
 * normalised text (text.h). */
void blind_index(const struct key *key, const char *kind, const char *text,
    unsigned char out[BLIND_SIZE]);

/* A digest of an older key made one of a newer key too, without the text. */
void blind_again(const struct key *key, unsigned char digest[BLIND_SIZE]);
/* 8 bytes as hex by which two keys are known to be the same. */
void key_print(const struct key *wrap, char out[17]);

/* BLAKE2b-256 over any number of parts: hash_init, hash_add ..., hash_end. */
struct hash {
	_Alignas(64) unsigned char state[384];
};
void hash_init(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_end(struct hash *h, unsigned char out[HASH_SIZE]);
void hash_of(const void *p, size_t n, unsigned char out[HASH_SIZE]);

/* SHA-256, where others ask for it (RFC 9530); of parts as hash_init ... */
void sha256_of(const void *p, size_t n, unsigned char out[HASH_SIZE]);
void sha256_init(struct hash *h);
void sha256_add(struct hash *h, const void *p, size_t n);
void sha256_end(struct hash *h, unsigned char out[HASH_SIZE]);
/* HMAC-SHA256 (RFC 2104). */
void hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[32]);
bool equal_ct(const void *a, const void *b, size_t n);
void random_bytes(void *p, size_t n);
/* Uniform in [0, below). */
uint32_t random_below(uint32_t below);
/* n random characters of the alphabet; out has room for n + 1. */
void random_text(char *out, size_t n, const char *alphabet);

/* Standard base64 with padding; the caller frees.  decode: NULL if wrong. */
char *base64_encode(const void *p, size_t n);
unsigned char *base64_decode(const char *s, size_t *n);

#endif
