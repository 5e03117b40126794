#include "token.h"

#include <stdlib.h>
#include <string.h>

#define SECRET_LEN 43
#define SUM_BYTES  4
#define ID_HEX	   32
#define LETTERS	   "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char *const prefixes[] = {
    [TOKEN_AGENCY] = "hla_",
    [TOKEN_FORM] = "hlf_",
    [TOKEN_MEMBER] = "hlm_",
};

static void
checksum(const char *text, size_t n, char out[2 * SUM_BYTES + 1])
{
	unsigned char hash[HASH_SIZE];

	hash_of(text, n, hash);
	hex_encode(out, hash, SUM_BYTES);
}

bool
token_code_ok(const char *code)
{
	size_t n = strlen(code);

	return n >= 2 && n <= TOKEN_CODE_MAX &&
	       strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789") == n;
}

/* A UUID without its hyphens, and back. */
static void
id_pack(char out[ID_HEX + 1], const char *id)
{
	for (; *id != '\0'; id++)
		if (*id != '-')
			*out++ = *id;
	*out = '\0';
}

static bool
id_unpack(char id[ID_SIZE], const char *hex)
{
	size_t at = 0;

	for (size_t i = 0; i < ID_HEX; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			id[at++] = '-';
		id[at++] = hex[i];
	}
	id[at] = '\0';
	return id_ok(id);
}

char *
token_make(struct token *t)
{
	char secret[SECRET_LEN + 1], packed[ID_HEX + 1];
	char sum[2 * SUM_BYTES + 1];
	char *body, *text;

	id_new(t->id);
	id_pack(packed, t->id);
	random_text(secret, SECRET_LEN, LETTERS);
	hash_of(secret, SECRET_LEN, t->hash);
	body = xasprintf("%s%s%s%s_%s_", prefixes[t->kind], t->code,
	    t->kind == TOKEN_MEMBER ? "" : "_", packed, secret);
	checksum(body, strlen(body), sum);
	text = xasprintf("%s%s", body, sum);
	seal_free(body);
	return text;
}

/* Cut the next part, up to an underscore, out of *rest; false if none. */
static bool
part(const char **rest, size_t max, const char **start, size_t *n)
{
	*start = *rest;
	*n = strcspn(*rest, "_");
	*rest += *n + ((*rest)[*n] == '_');
	return *n > 0 && *n <= max;
}

static bool
read_code(const char **rest, struct token *t)
{
	const char *start;
	size_t n;

	if (!part(rest, TOKEN_CODE_MAX, &start, &n))
		return false;
	memcpy(t->code, start, n);
	t->code[n] = '\0';
	return token_code_ok(t->code);
}

bool
token_parse(const char *text, struct token *t)
{
	const char *rest, *id, *secret, *sum;
	char right[2 * SUM_BYTES + 1];
	size_t n_id, n_secret;

	*t = (struct token){0};
	while (strncmp(text, prefixes[t->kind], 4) != 0)
		if (++t->kind == NELEM(prefixes))
			return false;
	rest = text + 4;
	if (t->kind != TOKEN_MEMBER && !read_code(&rest, t))
		return false;
	if (!part(&rest, ID_HEX, &id, &n_id) || n_id != ID_HEX ||
	    !part(&rest, SECRET_LEN, &secret, &n_secret) ||
	    n_secret != SECRET_LEN || !id_unpack(t->id, id))
		return false;
	sum = rest;
	checksum(text, (size_t)(sum - text), right);
	if (strcmp(sum, right) != 0)
		return false;
	hash_of(secret, n_secret, t->hash);
	return true;
}
