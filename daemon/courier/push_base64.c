#include "push_base64.h"

#include <stdlib.h>
#include <string.h>

#include "seal.h"

static void
swap(char *s, char from, char to)
{
	for (; *s != '\0'; s++)
		if (*s == from)
			*s = to;
}

char *
base64url_encode(const void *p, size_t n)
{
	char *s = base64_encode(p, n);

	swap(s, '+', '-');
	swap(s, '/', '_');
	s[strcspn(s, "=")] = '\0';
	return s;
}

bool
base64url_read(const char *text, unsigned char *out, size_t n)
{
	static const char *const pads[] = {"", "", "==", "="};
	size_t len = strlen(text), got = 0;
	char *s;
	unsigned char *bytes;
	bool is_ok;

	if (len != (n * 4 + 2) / 3 || strpbrk(text, "+/=") != NULL)
		return false;
	s = xasprintf("%s%s", text, pads[len % 4]);
	swap(s, '-', '+');
	swap(s, '_', '/');
	bytes = base64_decode(s, &got);
	is_ok = bytes != NULL && got == n;
	if (is_ok)
		memcpy(out, bytes, n);
	seal_free(s);
	if (bytes != NULL)
		explicit_bzero(bytes, got);
	free(bytes);
	return is_ok;
}
