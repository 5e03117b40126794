#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		fatal("out of memory n=%zu size=%zu", n, size);
	return p;
}

void *
xrealloc(void *p, size_t n, size_t size)
{
	/* Never ask for nothing: realloc might free and return NULL. */
	p = reallocarray(p, n > 0 ? n : 1, size > 0 ? size : 1);
	if (p == NULL)
		fatal("out of memory n=%zu size=%zu", n, size);
	return p;
}

void *
xmalloc(size_t n)
{
	return xrealloc(NULL, n, 1);
}

void *
xresize(void *p, size_t n)
{
	return xrealloc(p, n, 1);
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xcalloc(len + 1, 1);

	memcpy(copy, s, len);
	return copy;
}

static char *__attribute__((format(printf, 1, 0)))
xvasprintf(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		fatal("out of memory or bad format");
	return s;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

void
text_copy(char *to, size_t size, const char *from)
{
	size_t n = from == NULL ? 0 : strnlen(from, size - 1);

	if (n > 0)
		memcpy(to, from, n);
	to[n] = '\0';
}

/* Make room for n more bytes and a NUL; false on overflow. */
static bool
buf_room(struct buf *b, size_t n)
{
	size_t cap;

	if (b->over || n > b->max - b->len) {
		b->over = true;
		return false;
	}
	if (b->data != NULL && b->len + n < b->cap)
		return true;
	cap = b->cap < 32 ? 64 : b->cap * 2;
	if (cap < b->len + n + 1)
		cap = b->len + n + 1;
	b->data = xrealloc(b->data, cap, 1);
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	buf_adds(b, s);
	free(s);
}

char *
buf_take(struct buf *b)
{
	char *s = b->data != NULL ? b->data : xstrdup("");

	*b = BUF_MAX(b->max);
	return s;
}

void
buf_done(struct buf *b)
{
	free(b->data);
	*b = BUF_MAX(b->max);
}

void
faults_add(struct faults *f, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (f->n < FAULTS_MAX) {
		f->list[f->n].where = xstrdup(where);
		va_start(ap, fmt);
		f->list[f->n].what = xvasprintf(fmt, ap);
		va_end(ap);
	}
	f->n++;
}

size_t
faults_held(const struct faults *f)
{
	return f->n < FAULTS_MAX ? f->n : FAULTS_MAX;
}

void
faults_done(struct faults *f)
{
	for (size_t i = 0; i < faults_held(f); i++) {
		free(f->list[i].where);
		free(f->list[i].what);
	}
	memset(f, 0, sizeof(*f));
}

void
hex_encode(char *out, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(void *bytes, size_t n, const char *text)
{
	unsigned char *p = bytes;

	if (strlen(text) != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++)
		if (hex_digit(text[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(16 * hex_digit(text[2 * i]) +
				       hex_digit(text[2 * i + 1]));
	return true;
}

bool
number_parse(const char *s, int64_t low, int64_t high, int64_t *n)
{
	const char *p = s;
	int64_t v = 0, sign = 1;

	if (*p == '-') {
		sign = -1;
		p++;
	}
	/* A leading zero would look octal to some readers; -0 is nothing. */
	if (*p == '0' && (p[1] != '\0' || sign < 0))
		return false;
	if (*p == '\0')
		return false;
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, sign * (*p - '0'), &v))
			return false;
	}
	if (v < low || v > high)
		return false;
	*n = v;
	return true;
}
