#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "keyring.h"
#include "log.h"
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
    {"never", text_address},
};

static char *
index_name(int64_t version)
{
	return xasprintf("index:%lld", (long long)version);
}

int64_t
index_version(const struct tx *tx)
{
	int64_t version = tx_context(tx)->blind.version;

	return version > 0 ? version : 1;
}

enum outcome
index_key(struct tx *tx, int64_t version, struct key *key)
{
	const struct context *c = tx_context(tx);
	enum outcome how;
	char *name;

	if (version == index_version(tx)) {
		*key = c->blind;
		return OK;
	}
	if (version == c->blind_old.version) {
		*key = c->blind_old;
		return OK;
	}
	name = index_name(version);
	how = keyring_get(tx, name, key);
	free(name);
	return how;
}

enum outcome
index_keep(struct tx *tx, const struct key *key)
{
	char *name = index_name(key->version);
	enum outcome how = keyring_keep(tx, "index", name, key);

	free(name);
	return how;
}

enum outcome
index_digest(struct tx *tx, int64_t version, const char *kind, const char *text,
    unsigned char digest[BLIND_SIZE])
{
	struct key key;
	enum outcome how = OK;

	for (int64_t v = 1; v <= version && how == OK; v++) {
		how = index_key(tx, v, &key);
		if (how != OK)
			log_error(
			    "index key is missing version=%lld", (long long)v);
		else if (v == 1)
			blind_index(&key, kind, text, digest);
		else
			blind_again(&key, digest);
		key_wipe(&key);
	}
	return how == NOT_FOUND ? FAILED : how;
}

/* NOT_FOUND if there is nothing to index. */
static enum outcome
digest_of(struct tx *tx, int64_t version, const char *kind, const char *value,
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
		how = index_digest(tx, version, kind, folded, digest);
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

	how = digest_of(tx, index_version(tx), kind, value, digest);
	if (how != OK)
		return how == NOT_FOUND ? OK : how;
	how = tx_exec(tx, Q_BLIND_ADD,
	    ARGS(V_TEXT(kind), V_BLOB(digest, sizeof(digest)),
		V_TEXT(owner_kind), V_TEXT(owner), V_TEXT(c->conf->ward),
		V_INT(index_version(tx))));
	/* Two spellings of one name fold to one row. */
	return how == NOT_FOUND ? OK : how;
}

static enum outcome
read_owners(struct tx *tx, const char *kind,
    unsigned char digests[2][BLIND_SIZE], struct owner **list, size_t *n)
{
	struct rows *r = tx_query(tx, Q_BLIND_FIND,
	    ARGS(V_TEXT(kind), V_BLOB(digests[0], BLIND_SIZE),
		V_BLOB(digests[1], BLIND_SIZE)));

	while (rows_next(r)) {
		*list = xrealloc(*list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = (struct owner){
		    xstrdup(row_text(r, 0)),
		    xstrdup(row_text(r, 1)),
		};
	}
	return rows_end(r);
}

enum outcome
blind_digests(struct tx *tx, const char *kind, const char *value,
    unsigned char digests[2][BLIND_SIZE])
{
	int64_t old = tx_context(tx)->blind_old.version;
	enum outcome how =
	    digest_of(tx, index_version(tx), kind, value, digests[0]);

	if (how == OK && old > 0)
		how = digest_of(tx, old, kind, value, digests[1]);
	else if (how == OK)
		memcpy(digests[1], digests[0], BLIND_SIZE);
	return how;
}

/* Read first, call then: fn may look up as well. */
enum outcome
blind_find(struct tx *tx, const char *kind, const char *value,
    void (*fn)(void *arg, const char *owner_kind, const char *owner), void *arg)
{
	unsigned char digests[2][BLIND_SIZE];
	struct owner *list = NULL;
	enum outcome how = blind_digests(tx, kind, value, digests);
	size_t n = 0;

	if (how != OK)
		return how == NOT_FOUND ? OK : how;
	how = read_owners(tx, kind, digests, &list, &n);
	for (size_t i = 0; i < n; i++) {
		if (how == OK)
			fn(arg, list[i].kind, list[i].id);
		free(list[i].kind);
		free(list[i].id);
	}
	free(list);
	return how;
}
