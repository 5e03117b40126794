#include "cursor.h"

#include <stdlib.h>
#include <string.h>

#include "keyring.h"

/* Nonce, tag and an id, with room; longer ones are nobody's. */
#define CURSOR_MAX ((size_t)200)

/* Who asked, and a hash of what: the caller frees. */
static char *
row_name(const struct cursor_of *of)
{
	char *text = of->question == NULL
			 ? xstrdup("")
			 : json_dumps(of->question,
			       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	unsigned char hash[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];

	hash_of(text, strlen(text), hash);
	hex_encode(hex, hash, HASH_SIZE);
	seal_free(text);
	return xasprintf("%s.%s", of->by->id, hex);
}

char *
cursor_make(struct tx *tx, const struct cursor_of *of, const char *after)
{
	char *row = row_name(of), *hex = NULL;
	const struct place at = {"cursor", of->list, row};
	struct value sealed = V_NULL;

	if (keyring_seal(tx, tx_ward(tx), &at, after, &sealed) == OK) {
		hex = xcalloc(2 * sealed.n + 1, 1);
		hex_encode(hex, sealed.p, sealed.n);
	}
	keyring_done(&sealed);
	free(row);
	return hex;
}

char *
cursor_open(struct tx *tx, const struct cursor_of *of, const char *cursor)
{
	size_t n = cursor == NULL ? 0 : strlen(cursor) / 2;
	unsigned char sealed[CURSOR_MAX];
	struct key ward;
	char *row, *after = NULL;

	if (n == 0)
		return cursor == NULL ? xstrdup("") : NULL;
	if (n > CURSOR_MAX || !hex_decode(sealed, n, cursor) ||
	    keyring_ward(tx, &ward) != OK)
		return NULL;
	row = row_name(of);
	/* One that was made up is the caller's mistake, not ours to log. */
	if (unseal(&ward, &(struct place){"cursor", of->list, row}, sealed, n,
		&after) != OK)
		after = NULL;
	key_wipe(&ward);
	free(row);
	return after;
}
