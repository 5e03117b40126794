/*
 * Notifications that were refused: a vendor that ignores 422 must not lose a
 * child.
 */
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "idem.h"
#include "keyring.h"

#define ALARM_AFTER 3

/* The pointers of the problem; without any, its code.  The caller frees. */
static char *
errors_of(const struct response *a)
{
	json_t *errors = json_object_get(a->json, "errors"), *one;
	char *text;

	if (errors != NULL)
		return json_dumps(errors, JSON_COMPACT);
	one = json_pack("[{s:s, s:O}]", "pointer", "", "detail",
	    json_object_get(a->json, "code"));
	text = json_dumps(one, JSON_COMPACT);
	json_decref(one);
	return text;
}

static enum outcome
add_row(struct tx *tx, const struct request *r, const struct response *a)
{
	const char *ward = tx_context(tx)->conf->ward;
	char id[ID_SIZE];
	struct place at = {"refused_body", "body_sealed", id};
	struct key key;
	unsigned char *sealed, digest[HASH_SIZE];
	char *errors;
	size_t n;
	enum outcome how = keyring_ward(tx, &key);

	if (how != OK)
		return how;
	id_new(id);
	sealed = seal(&key, &at, r->raw == NULL ? "" : r->raw, r->raw_len, &n);
	key_wipe(&key);
	errors = errors_of(a);
	hash_of(r->raw == NULL ? "" : r->raw, r->raw_len, digest);
	how = tx_exec(tx, Q_REFUSED_ADD,
	    ARGS(V_TEXT(id), V_TEXT(ward), V_TEXT(r->subject.id),
		V_INT(clock_now()), V_INT(a->status), V_TEXT(errors),
		V_INT(r->is_unread ? r->unread_len : (int64_t)r->raw_len),
		r->is_unread ? V_NULL : V_BLOB(digest, HASH_SIZE),
		V_BLOB(sealed, n)));
	free(errors);
	free(sealed);
	return how;
}

static enum outcome
raise_alarm(struct tx *tx, const char *agency)
{
	struct rows *rows = tx_query(tx, Q_AGENCY_CODE, ARGS(V_TEXT(agency)));
	char *code = rows_next(rows) ? xstrdup(row_text(rows, 0)) : NULL;
	enum outcome how = rows_end(rows);

	if (how == OK && code != NULL)
		how = alarm_raise(tx, "alarm_refused_in_row", code);
	free(code);
	return how;
}

/* What is older than refused_keep goes. */
static enum outcome
prune(struct tx *tx)
{
	int64_t oldest = clock_now() - tx_context(tx)->conf->refused_keep;

	return perhaps(tx_exec(tx, Q_REFUSED_PRUNE, ARGS(V_INT(oldest))));
}

enum outcome
refused_keep(struct tx *tx, const struct request *r, const struct response *a)
{
	enum outcome how = prune(tx);

	if (how == OK)
		how = add_row(tx, r, a);
	if (how == OK && tx_number(tx, Q_REFUSED_COUNT, 0,
			     ARGS(V_TEXT(r->subject.id))) >= ALARM_AFTER)
		how = raise_alarm(tx, r->subject.id);
	return how;
}

enum outcome
refused_none(struct tx *tx, const struct request *r)
{
	const char *agency = r->subject.id;
	unsigned char digest[HASH_SIZE];
	enum outcome how;

	hash_of(r->raw == NULL ? "" : r->raw, r->raw_len, digest);
	how = perhaps(tx_exec(tx, Q_REFUSED_TAKEN,
	    ARGS(V_TEXT(agency), V_BLOB(digest, HASH_SIZE),
		V_INT(clock_now()))));
	if (how != OK)
		return how;
	return perhaps(tx_exec(tx, Q_REFUSED_NONE, ARGS(V_TEXT(agency))));
}
