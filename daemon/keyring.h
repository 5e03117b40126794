/* Data keys: one an owner, wrapped by the master key, in table data_key. */
#ifndef KEYRING_H
#define KEYRING_H

#include "seal.h"
#include "store.h"

/* A new key for an owner; kind as in data_key.kind. */
enum outcome keyring_new(
    struct tx *tx, const char *kind, const char *owner, struct key *key);
/* Keep a key that is there already. */
enum outcome keyring_keep(
    struct tx *tx, const char *kind, const char *owner, const struct key *key);
/* NOT_FOUND after an erasure. */
enum outcome keyring_get(struct tx *tx, const char *owner, struct key *key);
/* The ward's own key, made on first use. */
enum outcome keyring_ward(struct tx *tx, struct key *key);

/* Seal a text or JSON under an owner's key as a blob to bind; the caller frees
 * it with keyring_done. */
enum outcome keyring_seal(struct tx *tx, const char *owner,
    const struct place *at, const char *plain, struct value *out);
void keyring_done(struct value *sealed);
/* The reverse; *plain is freed with seal_free. */
enum outcome keyring_unseal(struct tx *tx, const char *owner,
    const struct place *at, const struct value *sealed, char **plain);

/*
 * The key of blind indexes of a version: one a master key.  Digests go through
 * the keys of all versions up to their own, so that a new key needs no text.
 * NOT_FOUND if there is none.
 */
enum outcome index_key(struct tx *tx, int64_t version, struct key *key);
/* The newest version, and the one before it: 0 if there is none. */
int64_t index_version(const struct tx *tx);
/* A text's digest by the keys up to a version. */
enum outcome index_digest(struct tx *tx, int64_t version, const char *kind,
    const char *text, unsigned char digest[BLIND_SIZE]);
/* Keep an index key that a new one replaces. */
enum outcome index_keep(struct tx *tx, const struct key *key);

/* Index a value for look-ups; kind "name", "phone", "id", or
 * "never": a number that must not be used.  Empty values are
 * skipped. */
enum outcome blind_add(struct tx *tx, const char *kind, const char *value,
    const char *owner_kind, const char *owner);
/*
 * What a value's rows are under: by the newest key, and while rows are brought
 * to it by the one before.  NOT_FOUND if there is nothing to index.
 */
enum outcome blind_digests(struct tx *tx, const char *kind, const char *value,
    unsigned char digests[2][BLIND_SIZE]);
/* Owners of a value, fn called for each with owner_kind and id. */
enum outcome blind_find(struct tx *tx, const char *kind, const char *value,
    void (*fn)(void *arg, const char *owner_kind, const char *owner),
    void *arg);

#endif
