#include "totp.h"

#include <string.h>

#include "clock.h"
#include "keyring.h"

#define NOW_S ((uint64_t)(clock_now() / SECOND))

bool
totp_is_on(struct tx *tx, const char *member)
{
	return tx_number(tx, Q_TOTP_IS_ON, 0, ARGS(V_TEXT(member))) > 0;
}

bool
totp_is_there(struct tx *tx, const char *member)
{
	return tx_number(tx, Q_TOTP_IS_THERE, 0, ARGS(V_TEXT(member))) > 0;
}

enum outcome
totp_enrol(struct tx *tx, const char *member, char text[TOTP_TEXT])
{
	const struct place at = {"totp", "secret_sealed", member};
	unsigned char secret[TOTP_SECRET];
	char hex[2 * TOTP_SECRET + 1];
	struct value sealed = V_NULL;
	enum outcome how;

	random_bytes(secret, sizeof(secret));
	totp_text(text, secret);
	hex_encode(hex, secret, sizeof(secret));
	how = keyring_seal(tx, tx_ward(tx), &at, hex, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_TOTP_PUT,
		    ARGS(V_TEXT(member), V_TEXT(tx_ward(tx)), sealed,
			V_INT(clock_now())));
	keyring_done(&sealed);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(hex, sizeof(hex));
	return how == NOT_FOUND ? CONFLICT : how;
}

/* What is kept of a member's second factor. */
struct kept {
	unsigned char secret[TOTP_SECRET];
	uint64_t used;
	bool is_there, is_on;
};

static enum outcome
kept_get(struct tx *tx, const char *member, struct kept *k)
{
	const struct place at = {"totp", "secret_sealed", member};
	struct rows *rows = tx_query(tx, Q_TOTP_GET, ARGS(V_TEXT(member)));
	struct value sealed = {.kind = VALUE_BLOB};
	char *hex = NULL;
	enum outcome how = OK, ended;

	*k = (struct kept){0};
	if (rows_next(rows)) {
		sealed.p = row_blob(rows, 0, &sealed.n);
		k->is_there = true;
		k->is_on = !row_is_null(rows, 1);
		k->used = (uint64_t)row_int(rows, 2);
		how = keyring_unseal(tx, tx_ward(tx), &at, &sealed, &hex);
		if (how == OK && !hex_decode(k->secret, TOTP_SECRET, hex))
			how = FAILED;
	}
	ended = rows_end(rows);
	seal_free(hex);
	return how == OK ? ended : how;
}

enum outcome
totp_confirm(struct tx *tx, const char *member, const char *code)
{
	struct kept k;
	uint64_t step;
	enum outcome how = kept_get(tx, member, &k);

	if (how != OK)
		return how;
	step = totp_match(k.secret, code, NOW_S, k.used);
	explicit_bzero(k.secret, sizeof(k.secret));
	if (!k.is_there || k.is_on)
		return NOT_FOUND;
	return step == 0 ? REFUSED
			 : tx_exec(tx, Q_TOTP_CONFIRM,
			       ARGS(V_TEXT(member), V_INT(clock_now()),
				   V_INT((int64_t)step)));
}

enum outcome
totp_use(struct tx *tx, const char *member, const char *code)
{
	struct kept k;
	uint64_t step;
	enum outcome how = kept_get(tx, member, &k);

	if (how != OK)
		return how;
	step = totp_match(k.secret, code, NOW_S, k.used);
	explicit_bzero(k.secret, sizeof(k.secret));
	if (!k.is_on || step == 0)
		return REFUSED;
	return tx_exec(
	    tx, Q_TOTP_USED, ARGS(V_TEXT(member), V_INT((int64_t)step)));
}

enum outcome
totp_drop(struct tx *tx, const char *member)
{
	return tx_exec(tx, Q_TOTP_DROP, ARGS(V_TEXT(member)));
}
