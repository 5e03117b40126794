#include "password.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "context.h"
#include "keyring.h"
#include "people.h"
#include "text.h"

static const char *const common[] = {
#define COMMON(word) #word,
#include "passwords.def"
#undef COMMON
};

static const char *
folded_fault(const char *folded, const char *login)
{
	size_t n = strlen(folded);

	if (n == strspn(folded, (char[]){folded[0], '\0'}))
		return "không được lặp mãi một ký tự";
	if (strstr(folded, login) != NULL)
		return "không được chứa tên đăng nhập";
	for (size_t i = 0; i < NELEM(common); i++)
		if (strcmp(folded, common[i]) == 0)
			return "quá phổ biến, ai cũng thử trước tiên";
	return NULL;
}

static size_t
n_signs(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

const char *
password_fault(const char *text, const char *login)
{
	char *folded, *name;
	const char *fault;

	if (n_signs(text) < PASSWORD_LOW)
		return "cần ít nhất 8 ký tự";
	folded = text_fold(text);
	name = text_fold(login);
	if (folded == NULL || name == NULL)
		fault = "phải là UTF-8";
	else
		fault = folded_fault(folded, name);
	free(folded);
	free(name);
	return fault;
}

/* The salt of nobody: it stays the same, as a real one does. */
static enum outcome
made_up_salt(struct tx *tx, const char *login, unsigned char salt[SALT_SIZE])
{
	_Static_assert(SALT_SIZE == BLIND_SIZE, "a digest is a salt");
	return index_digest(tx, index_version(tx), "login", login, salt);
}

static enum outcome
read_hash(struct tx *tx, const struct rows *rows, struct account *a)
{
	const struct place at = {"password", "hash_sealed", a->who.id};
	struct value sealed = {.kind = VALUE_BLOB};
	char *hex = NULL;
	size_t n;
	const void *salt = row_blob(rows, 2, &n);
	enum outcome how;

	if (row_is_null(rows, 3) || n != SALT_SIZE)
		return OK;
	memcpy(a->salt, salt, SALT_SIZE);
	sealed.p = row_blob(rows, 3, &sealed.n);
	how = keyring_unseal(tx, tx_ward(tx), &at, &sealed, &hex);
	if (how == OK && !hex_decode(a->hash, HASH_SIZE, hex))
		how = FAILED;
	seal_free(hex);
	return how;
}

enum outcome
account_find(struct tx *tx, const char *login, struct account *a)
{
	struct rows *rows;
	enum outcome how, ended;

	*a = (struct account){0};
	how = made_up_salt(tx, login, a->salt);
	rows = tx_query(
	    tx, Q_LOGIN_MEMBER, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(login)));
	if (how == OK && rows_next(rows)) {
		a->who.kind = BY_MEMBER;
		memcpy(a->who.id, row_text(rows, 0), ID_SIZE);
		(void)roles_parse(row_text(rows, 1), &a->who.roles);
		how = read_hash(tx, rows, a);
	}
	ended = rows_end(rows);
	return how == OK ? ended : how;
}

bool
account_matches(const struct account *a, const struct slow_hash *h)
{
	static const unsigned char none[HASH_SIZE];
	bool is_right = equal_ct(a->hash, h->out, HASH_SIZE);
	bool is_set = !equal_ct(a->hash, none, HASH_SIZE);

	return is_right && is_set && h->is_done;
}

enum outcome
password_put(struct tx *tx, const char *member, const struct slow_hash *h)
{
	const struct place at = {"password", "hash_sealed", member};
	struct value sealed = V_NULL;
	char hex[2 * HASH_SIZE + 1];
	enum outcome how;

	if (!h->is_done)
		return FAILED;
	hex_encode(hex, h->out, HASH_SIZE);
	how = keyring_seal(tx, tx_ward(tx), &at, hex, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_PASSWORD_PUT,
		    ARGS(V_TEXT(member), V_TEXT(tx_ward(tx)),
			V_BLOB(h->salt, SALT_SIZE), sealed,
			V_INT(clock_now())));
	keyring_done(&sealed);
	return how;
}
