#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "keyring.h"
#include "people.h"
#include "text.h"

/* Digits and what people put between them, nothing else. */
static bool
is_phone(const char *s)
{
	return strspn(s, "+0123456789 .-()") == strlen(s) &&
	       strpbrk(s, "0123456789") != NULL;
}

static char *
lower(const char *s)
{
	char *out = xstrdup(s);

	for (char *p = out; *p != '\0'; p++)
		if (isupper((unsigned char)*p))
			*p = (char)tolower((unsigned char)*p);
	return out;
}

enum outcome
address_digest(struct tx *tx, const char *channel, const char *text,
    unsigned char out[BLIND_SIZE])
{
	enum outcome how;
	char *plain = is_phone(text) ? text_phone(text) : lower(text);
	char *both = xasprintf("%s %s", channel, plain);

	how = index_digest(tx, index_version(tx), "address", both, out);
	free(both);
	free(plain);
	return how;
}
