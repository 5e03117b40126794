/* Queries, percent signs, cookies, credentials, entity tags. */
#include <string.h>

#include "http_parse.h"
#include "session.h"
#include "token.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = xstrndup((const char *)p, n);
	char cookie[SESSION_TEXT] = "", *plain;
	struct token t;

	json_decref(query_read(text));
	plain = percent_decode(text, strlen(text), true);
	HOLDS(plain == NULL || strlen(plain) <= strlen(text));
	free(plain);
	if (session_token(text, cookie))
		HOLDS(strstr(text, cookie) != NULL && *cookie != '\0');
	if (token_parse(text, &t))
		HOLDS(t.kind != TOKEN_AGENCY || token_code_ok(t.code));
	tag_matches(text, "\"1\"", true);
	tag_matches(text, "\"1\"", false);
	free(text);
	return 0;
}
