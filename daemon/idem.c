#include "idem.h"

#include <stdlib.h>
#include <string.h>

#include "case_open.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "keyring.h"

/* A Structured Field string ("k") or the bare value; false if it is neither. */
static bool
read_key(const char *s, char out[IDEM_KEY_MAX + 1])
{
	size_t n = strlen(s);

	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	}
	if (n == 0 || n > IDEM_KEY_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static void
hash_request(const struct request *r, unsigned char out[HASH_SIZE])
{
	struct hash h;

	hash_init(&h);
	hash_add(&h, r->route->path, strlen(r->route->path) + 1);
	for (size_t i = 0; i < PATH_ARGS_MAX && r->args[i] != NULL; i++)
		hash_add(&h, r->args[i], strlen(r->args[i]) + 1);
	hash_add(&h, r->raw, r->raw_len);
	hash_end(&h, out);
}

/* The first answer; NULL if the key that sealed it was erased. */
static json_t *
read_response(struct tx *tx, const struct rows *rows, const struct idem *i)
{
	struct opening_of what = {
	    row_text(rows, 3), "idempotency", "response_sealed", i->key};

	return row_is_null(rows, 3) ? json_loads(row_text(rows, 2), 0, NULL)
				    : json_open(tx, &what, rows, 4);
}

static enum idem_state
replay(struct tx *tx, const struct rows *rows, struct response *a,
    const struct idem *i)
{
	size_t n;
	const void *hash = row_blob(rows, 0, &n);
	json_t *json;

	if (n != HASH_SIZE || memcmp(hash, i->hash, n) != 0) {
		answer_problem(a, "idempotency_key_reused");
		return IDEM_REFUSED;
	}
	json = read_response(tx, rows, i);
	if (json == NULL) {
		answer_problem(a, "not_found");
		return IDEM_REFUSED;
	}
	answer_json(a, (int)row_int(rows, 1), json);
	return IDEM_AGAIN;
}

/* The answer that is kept under the key, if there is one. */
static enum idem_state
look_up(
    struct tx *tx, struct rows *rows, struct response *a, const struct idem *i)
{
	enum idem_state state =
	    rows_next(rows) ? replay(tx, rows, a, i) : IDEM_NEW;

	(void)rows_end(rows);
	return state;
}

enum idem_state
idem_begin(
    struct tx *tx, const struct request *r, struct response *a, struct idem *i)
{
	bool is_form = r->subject.kind == BY_FORM;
	enum idem_state state;

	/* A link's holders do not meet what the agency itself sends. */
	*i = (struct idem){.agency = is_form ? r->subject.form : r->subject.id};
	if (r->idempotency_key == NULL) {
		answer_problem(a, "idempotency_key_missing");
		return IDEM_REFUSED;
	}
	if (!read_key(r->idempotency_key, i->key)) {
		answer_problem(a, "idempotency_key_invalid");
		return IDEM_REFUSED;
	}
	hash_request(r, i->hash);
	state = look_up(tx,
	    tx_query(tx, Q_IDEM_GET, ARGS(V_TEXT(i->agency), V_TEXT(i->key))),
	    a, i);
	/* What was sent by one link of a school goes on by the next one. */
	if (state == IDEM_NEW && is_form)
		state = look_up(tx,
		    tx_query(tx, Q_IDEM_GET_LINK,
			ARGS(V_TEXT(r->subject.id), V_TEXT(i->key),
			    V_BLOB(i->hash, HASH_SIZE))),
		    a, i);
	return state;
}

static enum outcome
add(struct tx *tx, const struct idem *i, const struct response *a,
    const char *text)
{
	const struct place at = {"idempotency", "response_sealed", i->key};
	struct value sealed = V_NULL;
	enum outcome how = OK;

	if (i->owner != NULL)
		how = keyring_seal(tx, i->owner, &at, text, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_IDEM_ADD,
		    ARGS(V_TEXT(i->agency), V_TEXT(i->key), V_TEXT(tx_ward(tx)),
			V_BLOB(i->hash, HASH_SIZE), V_INT(a->status),
			V_TEXT(i->owner == NULL ? text : NULL),
			V_TEXT(i->owner), sealed, V_INT(clock_now())));
	keyring_done(&sealed);
	return how;
}

enum outcome
idem_keep(struct tx *tx, const struct idem *i, const struct response *a)
{
	char *text = json_dumps(a->json, JSON_COMPACT);
	enum outcome how = add(tx, i, a, text);

	seal_free(text);
	return how;
}
