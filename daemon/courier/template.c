#include "template.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* No message needs more. */
#define FILLED_MAX ((size_t)64 * 1024)

static const char *const words[] = {"to", "text", "subject", "id", "link",
    "secret",
    /* Of a heartbeat. */
    "seq", "oldest", "events", "head", "ward", "at", "until"};

static const char *
value_of(size_t word, const struct errand *e, const char *secret)
{
	const char *const values[] = {
	    e->to, e->text, e->subject, e->id, e->link, secret};
	const char *value =
	    json_string_value(json_object_get(e->words, words[word]));

	if (word < NELEM(values))
		value = values[word];
	return value == NULL ? "" : value;
}

/* The length of a {word} at s, braces included; 0 if there is none. */
static size_t
placeholder(const char *s)
{
	size_t n;

	if (s[0] != '{')
		return 0;
	n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");
	return n > 0 && s[n + 1] == '}' ? n + 2 : 0;
}

static size_t
find_word(const char *s, size_t len)
{
	for (size_t i = 0; i < NELEM(words); i++)
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
			return i;
	return NELEM(words);
}

static void
add_json(struct buf *b, const char *s)
{
	json_t *text = json_string(s);
	char *quoted = json_dumps(text, JSON_ENCODE_ANY);

	if (quoted != NULL)
		buf_add(b, quoted + 1, strlen(quoted) - 2);
	free(quoted);
	json_decref(text);
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

static void
add_percent(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (is_unreserved(*s))
			buf_add(b, s, 1);
		else
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)*s);
}

static void
add_header(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		buf_add(b, c < 0x20 || c == 0x7f ? " " : s, 1);
	}
}

static void
add_escaped(struct buf *b, enum escape escape, const char *s)
{
	static void (*const add[])(struct buf *, const char *) = {
	    [ESCAPE_NONE] = buf_adds,
	    [ESCAPE_JSON] = add_json,
	    [ESCAPE_PERCENT] = add_percent,
	    [ESCAPE_HEADER] = add_header,
	};

	add[escape](b, s);
}

char *
escaped(enum escape escape, const char *s)
{
	struct buf b = BUF_MAX(FILLED_MAX);

	add_escaped(&b, escape, s);
	return buf_take(&b);
}

char *
template_fill(const char *template, enum escape escape, const struct errand *e,
    const char *secret)
{
	struct buf b = BUF_MAX(FILLED_MAX);

	while (*template != '\0') {
		size_t n = placeholder(template);
		size_t word =
		    n == 0 ? NELEM(words) : find_word(template + 1, n - 2);

		if (word == NELEM(words)) {
			buf_add(&b, template ++, 1);
			continue;
		}
		add_escaped(&b, escape, value_of(word, e, secret));
		template += n;
	}
	return buf_take(&b);
}

char *
template_wrong(const char *template)
{
	for (; *template != '\0'; template ++) {
		size_t n = placeholder(template);

		if (n > 0 && find_word(template + 1, n - 2) == NELEM(words))
			return xstrndup(template, n);
	}
	return NULL;
}

bool
template_uses(const char *template, const char *word)
{
	for (; *template != '\0'; template ++) {
		size_t n = placeholder(template);

		if (n > 0 && strlen(word) == n - 2 &&
		    memcmp(template + 1, word, n - 2) == 0)
			return true;
	}
	return false;
}

char *
wording(const char *s, bool is_ascii, const char *drop)
{
	char *text = is_ascii ? text_ascii(s) : xstrdup(s), *to;

	if (text == NULL)
		return xstrdup("");
	to = text;
	for (const char *p = text; *p != '\0'; p++)
		if (drop == NULL || strchr(drop, *p) == NULL)
			*to++ = *p;
	*to = '\0';
	return text;
}
