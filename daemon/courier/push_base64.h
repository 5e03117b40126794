/* base64url without padding (RFC 4648, 5), as browsers write keys. */
#ifndef PUSH_BASE64_H
#define PUSH_BASE64_H

#include "core.h"

/* The caller frees. */
char *base64url_encode(const void *p, size_t n);
/* Exactly n bytes; false if the text is of no such. */
bool base64url_read(const char *text, unsigned char *out, size_t n);

#endif
