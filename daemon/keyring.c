#include "keyring.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "context.h"
#include "log.h"
#include "text.h"

#define FIRST_VERSION 1

static struct place
place_of(const char *owner)
{
	return (struct place){"data_key", "wrapped", owner};
}

enum outcome
keyring_keep(
    struct tx *tx, const char *kind, const char *owner, const struct key *key)
{
	const struct key *wrap = &tx_context(tx)->wrap;
	const struct place at = place_of(owner);
	unsigned char *wrapped;
	enum outcome how;
	size_t n;

	wrapped = seal(wrap, &at, key->bytes, KEY_SIZE, &n);
	how = tx_exec(tx, Q_KEY_ADD,
	    ARGS(V_TEXT(owner), V_TEXT(tx_ward(tx)), V_TEXT(kind),
		V_INT(key->version), V_BLOB(wrapped, n), V_INT(clock_now()),
		V_INT(wrap->version)));
	free(wrapped);
	return how;
}

enum outcome
keyring_new(struct tx *tx, const char *kind, const char *owner, struct key *key)
{
	struct key new;
	enum outcome how;

	key_random(&new);
	new.version = FIRST_VERSION;
	how = keyring_keep(tx, kind, owner, &new);
	if (how == OK)
		*key = new;
	key_wipe(&new);
	return how;
}

/* While the master key is being replaced, rows are under either. */
static const struct key *
wrap_of(const struct context *c, int64_t master)
{
	return master == c->wrap_old.version && master != 0 ? &c->wrap_old
							    : &c->wrap;
}

/* Fills key only if it is whole. */
static enum outcome
unwrap(const struct tx *tx, const struct rows *r, const char *owner,
    struct key *key)
{
	const struct place at = place_of(owner);
	char *plain = NULL;
	size_t n;
	const void *wrapped = row_blob(r, 1, &n);

	if (n != KEY_SIZE + SEAL_EXTRA ||
	    unseal(wrap_of(tx_context(tx), row_int(r, 2)), &at, wrapped, n,
		&plain) != OK) {
		log_error("data key cannot be opened: wrong master key or "
			  "changed row owner=%s",
		    owner);
		return FAILED;
	}
	memcpy(key->bytes, plain, KEY_SIZE);
	key->version = row_int(r, 0);
	explicit_bzero(plain, KEY_SIZE);
	seal_free(plain);
	return OK;
}

enum outcome
keyring_get(struct tx *tx, const char *owner, struct key *key)
{
	struct rows *r = tx_query(tx, Q_KEY_GET, ARGS(V_TEXT(owner)));
	enum outcome how = NOT_FOUND, read;

	if (rows_next(r))
		how = unwrap(tx, r, owner, key);
	read = rows_end(r);
	return read == OK ? how : read;
}

enum outcome
keyring_ward(struct tx *tx, struct key *key)
{
	const char *ward = tx_ward(tx);
	enum outcome how = keyring_get(tx, ward, key);

	return how == NOT_FOUND ? keyring_new(tx, "ward", ward, key) : how;
}

enum outcome
keyring_seal(struct tx *tx, const char *owner, const struct place *at,
    const char *plain, struct value *out)
{
	struct key key;
	enum outcome how;
	size_t n;

	how = strcmp(owner, tx_ward(tx)) == 0 ? keyring_ward(tx, &key)
					      : keyring_get(tx, owner, &key);
	if (how != OK)
		return how;
	out->p = seal(&key, at, plain, strlen(plain), &n);
	out->kind = VALUE_BLOB;
	out->n = n;
	key_wipe(&key);
	return OK;
}

void
keyring_done(struct value *sealed)
{
	if (sealed->kind == VALUE_BLOB)
		free((void *)(uintptr_t)sealed->p);
	*sealed = V_NULL;
}

enum outcome
keyring_unseal(struct tx *tx, const char *owner, const struct place *at,
    const struct value *sealed, char **plain)
{
	struct key key;
	enum outcome how = keyring_get(tx, owner, &key);

	if (how != OK)
		return how;
	how = unseal(&key, at, sealed->p, sealed->n, plain);
	key_wipe(&key);
	if (how != OK)
		log_error("sealed text was changed or moved table=%s row=%s",
		    at->table, at->row);
	return how;
}
