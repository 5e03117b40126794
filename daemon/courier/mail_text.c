#include "mail_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "seal.h"

#define MAIL_MAX ((size_t)256 * 1024)
/* RFC 2047, 2: a line with encoded words has at most 76 columns. */
#define LINE_MAX_2047 76
#define WORD_MAX      75
#define WORD_FRAME    12 /* "=?UTF-8?B?" and "?=" */
/* RFC 2045, 6.8: 57 bytes make a line of 76 characters. */
#define LINE_BYTES 57

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static bool
is_plain(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return false;
	return strstr(s, "=?") == NULL;
}

static char *
without_controls(const char *s)
{
	char *copy = xstrdup(s);

	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return copy;
}

/* Bytes of s that fit into room, whole characters only but at least one. */
static size_t
cut(const char *s, size_t room)
{
	size_t n = strlen(s);

	if (n <= room)
		return n;
	for (n = room; n > 0 && is_continuation(s[n]);)
		n--;
	return n > 0 ? n : room;
}

static void
add_words(struct buf *b, const char *s, size_t used)
{
	while (*s != '\0') {
		size_t columns = LINE_MAX_2047 - used;
		size_t room =
		    (columns > WORD_MAX ? WORD_MAX : columns) - WORD_FRAME;
		size_t n = cut(s, room / 4 * 3);
		char *coded = base64_encode(s, n);

		buf_addf(b, "=?UTF-8?B?%s?=", coded);
		free(coded);
		s += n;
		if (*s != '\0')
			buf_adds(b, "\r\n ");
		used = 1;
	}
}

char *
mail_words(const char *s, size_t used)
{
	struct buf b = BUF_MAX(MAIL_MAX);
	char *clean = without_controls(s);

	if (is_plain(clean) && used + strlen(clean) <= LINE_MAX_2047)
		buf_adds(&b, clean);
	else
		add_words(&b, clean, used);
	free(clean);
	return buf_take(&b);
}

void
mail_date(char out[MAIL_DATE_SIZE], int64_t ms)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day = ms / DAY, month = 1;
	char at[INSTANT_SIZE];

	instant_format(at, ms, 0);
	at[7] = '\0';
	(void)number_parse(at + 5 + (at[5] == '0'), 1, 12, &month);
	snprintf(out, MAIL_DATE_SIZE, "%.3s, %.2s %.3s %.4s %.8s +0000",
	    days + day % 7 * 3, at + 8, months + (month - 1) * 3, at, at + 11);
}

bool
mail_address_ok(const char *s)
{
	const char *at = strchr(s, '@');

	if (at == NULL || at == s || at[1] == '\0' || strlen(s) > 254)
		return false;
	if (strchr(at + 1, '@') != NULL || s[0] == '-')
		return false;
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s > 0x7e || strchr("<>()[]\\,;:\"", *s))
			return false;
	return true;
}

static void
add_body(struct buf *b, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		size_t n = left < LINE_BYTES ? left : LINE_BYTES;
		char *line = base64_encode(text, n);

		buf_addf(b, "%s\r\n", line);
		free(line);
		text += n;
		left -= n;
	}
}

/* Lines of a text end in CRLF also inside base64 (RFC 2046, 4.1.1). */
static char *
with_crlf(const char *text)
{
	struct buf b = BUF_MAX(MAIL_MAX / 2);

	for (; *text != '\0'; text++)
		if (*text == '\n')
			buf_adds(&b, "\r\n");
		else if (*text != '\r')
			buf_add(&b, text, 1);
	buf_adds(&b, "\r\n");
	return buf_take(&b);
}

static void
add_head(struct buf *b, const struct mail *m)
{
	char date[MAIL_DATE_SIZE];
	char *subject = mail_words(m->subject, strlen("Subject: "));
	char *name = m->from_name == NULL
			 ? NULL
			 : mail_words(m->from_name, strlen("From: "));

	mail_date(date, m->now);
	if (name == NULL)
		buf_addf(b, "From: <%s>\r\n", m->from);
	else if (strncmp(name, "=?", 2) == 0)
		buf_addf(b, "From: %s\r\n <%s>\r\n", name, m->from);
	else
		buf_addf(b, "From: \"%s\" <%s>\r\n", name, m->from);
	buf_addf(b, "To: <%s>\r\n", m->to);
	buf_addf(b, "Subject: %s\r\n", subject);
	buf_addf(b, "Date: %s\r\n", date);
	buf_addf(b, "Message-ID: <%s@%s>\r\n", m->id, m->domain);
	buf_adds(b, "Auto-Submitted: auto-generated\r\n"
		    "MIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=UTF-8\r\n"
		    "Content-Transfer-Encoding: base64\r\n"
		    "\r\n");
	free(subject);
	free(name);
}

char *
mail_text(const struct mail *m, size_t *len)
{
	struct buf b = BUF_MAX(MAIL_MAX);
	char *text = with_crlf(m->text);

	add_head(&b, m);
	add_body(&b, text);
	free(text);
	*len = b.len;
	return buf_take(&b);
}
