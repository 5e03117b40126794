#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* One code point becomes at most 18 under NFKD, 72 bytes. */
#define PARTS_MAX 32
#define GROWTH	  80

/* NFKD without marks and invisible signs. */
#define NFKD_BARE                                                              \
	(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |              \
	    UTF8PROC_STRIPMARK | UTF8PROC_IGNORE)

bool
text_is_utf8(const char *s, size_t n)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s;
	utf8proc_ssize_t left = (utf8proc_ssize_t)n;
	utf8proc_int32_t c;

	while (left > 0) {
		utf8proc_ssize_t used = utf8proc_iterate(p, left, &c);

		if (used <= 0)
			return false;
		p += used;
		left -= used;
	}
	return true;
}

static void
put(struct buf *b, utf8proc_int32_t c)
{
	utf8proc_uint8_t bytes[4];

	buf_add(b, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

/* Signs written inside Jrai, Bahnar and K'Ho names, and left out as often. */
static bool
is_dropped(utf8proc_int32_t c)
{
	static const utf8proc_int32_t dropped[] = {'\'', '-', '`', 0x00ad,
	    0x00b4, 0x02b9, 0x02bb, 0x02bc, 0x02bd, 0x02c8, 0x2018, 0x2019,
	    0x201a, 0x201b, 0x2032, 0x2035, 0x2043, 0x2212, 0xff07, 0xff0d};

	if (c >= 0x2010 && c <= 0x2015)
		return true;
	for (size_t i = 0; i < NELEM(dropped); i++)
		if (dropped[i] == c)
			return true;
	return false;
}

static bool
is_blank(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_CC:
		return true;
	default:
		return false;
	}
}

/* Strokes are part of the letter in Unicode, not a mark to take off; eth is
 * what some keyboards give for d with stroke. */
static utf8proc_int32_t
unstroked(utf8proc_int32_t c)
{
	static const struct {
		utf8proc_int32_t from, to;
	} strokes[] = {{0x0111, 'd'}, {0x0110, 'D'}, {0x00f0, 'd'},
	    {0x00d0, 'D'}, {0x0256, 'd'}, {0x0189, 'D'}, {0x0180, 'b'},
	    {0x0243, 'B'}};

	for (size_t i = 0; i < NELEM(strokes); i++)
		if (strokes[i].from == c)
			return strokes[i].to;
	return c;
}

/* How to take a text apart. */
struct way {
	utf8proc_option_t options;
	/* Left out before decomposing; NULL: nothing is. */
	bool (*skip)(utf8proc_int32_t c);
	/* Called for every code point that comes out. */
	void (*part)(struct buf *b, utf8proc_int32_t c);
};

/* NULL if s is not UTF-8. */
static char *
take_apart(const char *s, const struct way *way)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s;
	struct buf b = BUF_MAX(strlen(s) * GROWTH + 1);
	utf8proc_int32_t c, parts[PARTS_MAX];
	utf8proc_ssize_t used, n;
	int boundary;

	for (; *p != '\0'; p += used) {
		used = utf8proc_iterate(p, -1, &c);
		if (used <= 0) {
			buf_done(&b);
			return NULL;
		}
		if (way->skip != NULL && way->skip(c))
			continue;
		boundary = 0;
		n = utf8proc_decompose_char(
		    c, parts, PARTS_MAX, way->options, &boundary);
		for (utf8proc_ssize_t i = 0; i < n && i < PARTS_MAX; i++)
			way->part(&b, unstroked(parts[i]));
	}
	return buf_take(&b);
}

static void
fold_part(struct buf *b, utf8proc_int32_t c)
{
	if (is_dropped(c))
		return;
	if (!is_blank(c))
		put(b, c);
	else if (b->len > 0 && b->data[b->len - 1] != ' ')
		put(b, ' ');
}

char *
text_fold(const char *s)
{
	static const struct way way = {
	    .options = NFKD_BARE | UTF8PROC_CASEFOLD,
	    /* Here too: the acute accent alone would become a blank. */
	    .skip = is_dropped,
	    .part = fold_part,
	};
	char *folded = take_apart(s, &way);
	size_t n = folded == NULL ? 0 : strlen(folded);

	if (n > 0 && folded[n - 1] == ' ')
		folded[n - 1] = '\0';
	return folded;
}

/* Dashes and quotation marks have plain cousins; the rest has none. */
static void
ascii_part(struct buf *b, utf8proc_int32_t c)
{
	if (c >= 0x2010 && c <= 0x2015)
		c = '-';
	else if (c == 0x2018 || c == 0x2019)
		c = '\'';
	else if (c == 0x201c || c == 0x201d)
		c = '"';
	if ((c >= ' ' && c < 0x7f) || c == '\n')
		put(b, c);
}

char *
text_ascii(const char *s)
{
	static const struct way way = {
	    .options = NFKD_BARE,
	    .part = ascii_part,
	};
	char *plain = take_apart(s, &way);

	return plain != NULL ? plain : xstrdup("");
}

/* A copy with CR LF as LF; NULL on any other control character. */
static char *
without_controls(const char *s)
{
	struct buf b = BUF_MAX(strlen(s));

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		bool is_end = c == '\r' && s[1] == '\n';

		if ((c < ' ' && c != '\n' && c != '\t' && !is_end) ||
		    c == 0x7f ||
		    (c == 0xc2 && (unsigned char)s[1] >= 0x80 &&
			(unsigned char)s[1] < 0xa0)) {
			buf_done(&b);
			return NULL;
		}
		if (!is_end)
			buf_add(&b, s, 1);
	}
	return buf_take(&b);
}

/*
 * Latin letters as keyboards give them, Vietnamese ones among them: below
 * U+0300, or U+1EA0 to U+1EF9.  All of these are whole and stay as they are
 * (NFC_Quick_Check, UAX 15).
 */
static bool
is_composed(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p != '\0')
		if (*p < 0x80)
			p++;
		else if (*p >= 0xc2 && *p <= 0xcb && p[1] >> 6 == 2)
			p += 2;
		else if (*p == 0xe1 &&
			 ((p[1] == 0xba && p[2] >= 0xa0) ||
			     (p[1] == 0xbb && p[2] >= 0x80)) &&
			 p[2] <= (p[1] == 0xba ? 0xbf : 0xb9))
			p += 3;
		else
			return false;
	return true;
}

char *
text_nfc(const char *s)
{
	char *plain = without_controls(s);
	utf8proc_uint8_t *nfc;

	if (plain == NULL || is_composed(plain))
		return plain;
	nfc = utf8proc_NFC((const utf8proc_uint8_t *)plain);
	free(plain);
	return (char *)nfc;
}

/* The number without any prefix of our country; *is_ours if it had one. */
static const char *
national(const char *digits, bool *is_ours)
{
	*is_ours = true;
	if (digits[0] == '0' && digits[1] != '0')
		return digits + 1;
	if (digits[0] == '0')
		digits += 2;
	/* +84 0905...: the zero of the trunk stayed in by mistake. */
	if (strncmp(digits, "840", 3) == 0 && strlen(digits) >= 11)
		return digits + 3;
	*is_ours = false;
	return digits;
}

char *
text_phone(const char *s)
{
	struct buf b = BUF_MAX(strlen(s));
	const char *rest;
	char *digits, *phone;
	bool is_ours;

	for (; *s != '\0'; s++)
		if (*s >= '0' && *s <= '9')
			buf_add(&b, s, 1);
	digits = buf_take(&b);
	rest = national(digits, &is_ours);
	phone = xasprintf("%s%s", is_ours ? "84" : "", rest);
	free(digits);
	return phone;
}

/* Digits and what people put between them, nothing else. */
static bool
is_phone(const char *s)
{
	return strspn(s, "+0123456789 .-()") == strlen(s) &&
	       strpbrk(s, "0123456789") != NULL;
}

char *
text_address(const char *s)
{
	char *out, *to;

	if (is_phone(s))
		return text_phone(s);
	out = to = xstrdup(s);
	for (; *s != '\0'; s++)
		if (*s != ' ')
			*to++ = (char)tolower((unsigned char)*s);
	*to = '\0';
	return out;
}
