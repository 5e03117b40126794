#include <stdlib.h>
#include <string.h>

#include "document_parts.h"
#include "keyring.h"
#include "log.h"

int64_t
document_part_size(const struct document *d, int64_t number)
{
	int64_t before = (number - 1) * (int64_t)UPLOAD_MAX;

	if (number < 1 || number > d->parts)
		return 0;
	return number < d->parts ? (int64_t)UPLOAD_MAX : d->size - before;
}

/* Where a part stands: of which document, which one, and of how many. */
static char *
row_name(const struct document *d, int64_t number)
{
	return xasprintf(
	    "%s.%lld/%lld", d->id, (long long)number, (long long)d->parts);
}

/* The key of its case and the place of a part; end with place_done. */
static enum outcome
place_of(struct tx *tx, const struct document *d, int64_t number,
    struct key *key, struct place *at)
{
	enum outcome how = keyring_get(tx, d->case_id, key);

	if (how == OK)
		*at = (struct place){
		    "document_part", "body_sealed", row_name(d, number)};
	return how;
}

static void
place_done(struct key *key, struct place *at)
{
	key_wipe(key);
	free((void *)(uintptr_t)at->row);
}

enum outcome
document_keep(struct tx *tx, const struct document *d, const struct part *part)
{
	struct key key;
	struct place at;
	unsigned char *sealed;
	size_t n;
	enum outcome how = place_of(tx, d, part->number, &key, &at);

	if (how != OK)
		return how;
	sealed = seal(&key, &at, part->p, part->n, &n);
	place_done(&key, &at);
	how = tx_exec(tx, Q_PART_ADD,
	    ARGS(V_TEXT(d->id), V_INT(part->number), V_TEXT(tx_ward(tx)),
		V_BLOB(sealed, n)));
	free(sealed);
	return how;
}

/* The sealed bytes that rows stands on, opened. */
static enum outcome
open_part(struct tx *tx, const struct document *d, int64_t number,
    const struct rows *rows, char **bytes)
{
	struct key key;
	struct place at;
	const void *sealed;
	size_t n;
	enum outcome how = place_of(tx, d, number, &key, &at);

	if (how != OK)
		return how;
	sealed = row_blob(rows, 0, &n);
	how = unseal(&key, &at, sealed, n, bytes);
	place_done(&key, &at);
	if (how == OK)
		return OK;
	log_error("document was changed or moved document=%s part=%lld", d->id,
	    (long long)number);
	return FAILED;
}

enum outcome
document_part(struct tx *tx, const struct document *d, int64_t number,
    char **bytes, size_t *n)
{
	struct rows *rows =
	    tx_query(tx, Q_PART_GET, ARGS(V_TEXT(d->id), V_INT(number)));
	enum outcome how = NOT_FOUND, read;

	if (rows_next(rows)) {
		size_t len;

		(void)row_blob(rows, 0, &len);
		how = open_part(tx, d, number, rows, bytes);
		if (how == OK)
			*n = len - SEAL_EXTRA;
	}
	read = rows_end(rows);
	return read == OK ? how : read;
}

enum outcome
document_compare(struct tx *tx, const struct document *d,
    const struct part *part, bool *was_there)
{
	char *bytes;
	size_t n;
	enum outcome how = document_part(tx, d, part->number, &bytes, &n);

	*was_there = how == OK;
	if (how == NOT_FOUND)
		return OK;
	if (how != OK)
		return how;
	if (n != part->n || !equal_ct(bytes, part->p, n))
		how = CONFLICT;
	explicit_bzero(bytes, n);
	free(bytes);
	return how;
}

enum outcome
document_manifest(struct tx *tx, const struct document *d,
    unsigned char **manifest, size_t *n)
{
	unsigned char *all = xcalloc((size_t)d->parts, HASH_SIZE);
	enum outcome how = OK;

	for (int64_t i = 0; i < d->parts && how == OK; i++) {
		struct rows *rows =
		    tx_query(tx, Q_PART_GET, ARGS(V_TEXT(d->id), V_INT(i + 1)));
		size_t len;
		const void *p;

		if (rows_next(rows)) {
			p = row_blob(rows, 0, &len);
			hash_of(p, len, all + i * HASH_SIZE);
		}
		how = rows_end(rows);
	}
	if (how != OK) {
		free(all);
		return how;
	}
	*manifest = all;
	*n = (size_t)d->parts * HASH_SIZE;
	return OK;
}

enum outcome
document_sha256(
    struct tx *tx, const struct document *d, unsigned char out[HASH_SIZE])
{
	struct hash h;
	enum outcome how = OK;

	sha256_init(&h);
	for (int64_t i = 1; i <= d->parts && how == OK; i++) {
		char *bytes = NULL;
		size_t n = 0;

		how = document_part(tx, d, i, &bytes, &n);
		if (how == OK) {
			sha256_add(&h, bytes, n);
			explicit_bzero(bytes, n);
			free(bytes);
		}
	}
	sha256_end(&h, out);
	return how;
}
