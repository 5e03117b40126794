#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "keyring.h"
#include "text.h"

struct owner {
	char *kind, *id;
};

/* Letters and digits only: 052 095 001234 is 052095001234. */
static char *
fold_id(const char *value)
{
	char *s = text_fold(value), *to = s;

	if (s == NULL)
		return NULL;
	for (const char *p = s; *p != '\0'; p++)
		if (isalnum((unsigned char)*p))
			*to++ = *p;
	*to = '\0';
	return s;
}

static const struct {
	const char *kind;
	char *(*fold)(const char *value);
} folds[] = {
    {"name", text_fold},
    {"phone", text_phone},
    {"id", fold_id},
};

/* NOT_FOUND if there is nothing to index. */
static enum outcome
digest_of(const struct tx *tx, const char *kind, const char *value,
    unsigned char digest[BLIND_SIZE])
{
	char *folded = NULL;
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(folds) && value != NULL; i++)
		if (strcmp(folds[i].kind, kind) == 0)
			folded = folds[i].fold(value);
	if (folded == NULL || *folded == '\0')
		how = NOT_FOUND;
	else
		blind_index(&tx_context(tx)->blind, kind, folded, digest);
	free(folded);
	return how;
}

enum outcome
blind_add(struct tx *tx, const char *kind, const char *value,
    const char *owner_kind, const char *owner)
{
	const struct context *c = tx_context(tx);
	unsigned char digest[BLIND_SIZE];
	enum outcome how;

	if (digest_of(tx, kind, value, digest) != OK)
		return OK;
	how = tx_exec(tx, Q_BLIND_ADD,
	    ARGS(V_TEXT(kind), V_BLOB(digest, sizeof(digest)),
		V_TEXT(owner_kind), V_TEXT(owner), V_TEXT(c->conf->ward),
		V_INT(c->blind.version)));
	/* Two spellings of one name fold to one row. */
	return how == NOT_FOUND ? OK : how;
}

static enum outcome
read_owners(struct tx *tx, const char *kind,
    const unsigned char digest[BLIND_SIZE], struct owner **list, size_t *n)
{
	struct rows *r = tx_query(
	    tx, Q_BLIND_FIND, ARGS(V_TEXT(kind), V_BLOB(digest, BLIND_SIZE)));

	while (rows_next(r)) {
		*list = xrealloc(*list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = (struct owner){
		    xstrdup(row_text(r, 0)),
		    xstrdup(row_text(r, 1)),
		};
	}
	return rows_end(r);
}

/* Read first, call then: fn may look up as well. */
enum outcome
blind_find(struct tx *tx, const char *kind, const char *value,
    void (*fn)(void *arg, const char *owner_kind, const char *owner), void *arg)
{
	unsigned char digest[BLIND_SIZE];
	struct owner *list = NULL;
	enum outcome how;
	size_t n = 0;

	if (digest_of(tx, kind, value, digest) != OK)
		return OK;
	how = read_owners(tx, kind, digest, &list, &n);
	for (size_t i = 0; i < n; i++) {
		if (how == OK)
			fn(arg, list[i].kind, list[i].id);
		free(list[i].kind);
		free(list[i].id);
	}
	free(list);
	return how;
}
