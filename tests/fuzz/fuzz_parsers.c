/* Queries, percent signs, cookies, credentials, entity tags. */
#include <string.h>

#include "http_parse.h"
#include "session.h"
#include "token.h"

#include "fuzz.h"

/* As it is, and as if whoever made it up had worked out the checksum. */
static void
try_token(const char *text)
{
	unsigned char hash[HASH_SIZE];
	char sum[2 * HASH_SIZE + 1], *mended;
	struct token t;

	if (token_parse(text, &t))
		HOLDS(t.kind != TOKEN_AGENCY || token_code_ok(t.code));
	mended = xasprintf("%s_", text);
	hash_of(mended, strlen(mended), hash);
	hex_encode(sum, hash, 4);
	free(mended);
	mended = xasprintf("%s_%s", text, sum);
	if (token_parse(mended, &t))
		HOLDS(id_ok(t.id) &&
		      (t.kind == TOKEN_MEMBER || token_code_ok(t.code)));
	free(mended);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = xstrndup((const char *)p, n);
	char cookie[SESSION_TEXT] = "", *plain;

	json_decref(query_read(text));
	plain = percent_decode(text, strlen(text), true);
	HOLDS(plain == NULL || strlen(plain) <= strlen(text));
	free(plain);
	if (session_token(text, cookie))
		HOLDS(strstr(text, cookie) != NULL && *cookie != '\0');
	try_token(text);
	tag_matches(text, "\"1\"", true);
	tag_matches(text, "\"1\"", false);
	free(text);
	return 0;
}
