#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inbox.h"
#include "text.h"

#define TEXT_MAX ((size_t)16 * 1024)

static void
add_utf8(struct buf *b, uint32_t c)
{
	char s[4];
	size_t n = 0;

	if (c == 0)
		return;
	if (c < 0x80) {
		s[n++] = (char)c;
	} else if (c < 0x800) {
		s[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		s[n++] = (char)(0xe0 | c >> 12);
		s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		s[n++] = (char)(0xf0 | c >> 18);
		s[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		s[n++] = (char)(0x80 | (c & 0x3f));
	buf_add(b, s, n);
}

static uint32_t
unit(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static char *
from_utf16(const unsigned char *p, size_t len)
{
	struct buf b = BUF_MAX(TEXT_MAX * 2);

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = unit(p + i);

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len) {
			uint32_t low = unit(p + i + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				add_utf8(&b, 0x10000 + ((c - 0xd800) << 10) +
						 (low - 0xdc00));
				i += 2;
				continue;
			}
		}
		add_utf8(&b, c >= 0xd800 && c < 0xe000 ? '?' : c);
	}
	return buf_take(&b);
}

static char *
from_latin1(const unsigned char *p, size_t len)
{
	struct buf b = BUF_MAX(TEXT_MAX * 2);

	for (size_t i = 0; i < len; i++)
		add_utf8(&b, p[i]);
	return buf_take(&b);
}

/* The value of a header line if it has that name, else NULL. */
static char *
value(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	for (n++; n < len && (line[n] == ' ' || line[n] == '\t');)
		n++;
	while (len > n && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	return xstrndup(line + n, len - n);
}

struct head {
	char *from;
	bool is_utf16;
};

static void
take_line(struct head *h, const char *line, size_t len)
{
	char *v = value(line, len, "From");

	if (v != NULL && h->from == NULL) {
		h->from = v;
		return;
	}
	free(v);
	v = value(line, len, "Alphabet");
	if (v != NULL && strncasecmp(v, "UCS", 3) == 0)
		h->is_utf16 = true;
	free(v);
}

/* Where the text begins, or NULL if there is no blank line. */
static const char *
take_head(struct head *h, const char *at, const char *end)
{
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (stop == NULL)
			return NULL;
		if (stop == at || (stop == at + 1 && *at == '\r'))
			return stop + 1;
		take_line(h, at, (size_t)(stop - at));
		at = stop + 1;
	}
	return NULL;
}

bool
reply_parse(const char *file, size_t len, struct reply *r)
{
	struct head h = {0};
	const char *text = take_head(&h, file, file + len);
	const unsigned char *bytes = (const unsigned char *)text;
	size_t n = text == NULL ? 0 : (size_t)(file + len - text);

	*r = (struct reply){0};
	if (text == NULL || h.from == NULL || h.from[0] == '\0' ||
	    n > TEXT_MAX || !text_is_utf8(h.from, strlen(h.from))) {
		free(h.from);
		return false;
	}
	r->from = h.from;
	if (h.is_utf16)
		r->text = from_utf16(bytes, n);
	else if (memchr(text, '\0', n) == NULL && text_is_utf8(text, n))
		r->text = xstrndup(text, n);
	else
		r->text = from_latin1(bytes, n);
	return true;
}

void
reply_done(struct reply *r)
{
	free(r->from);
	free(r->text);
	*r = (struct reply){0};
}
