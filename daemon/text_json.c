#include "text_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "log.h"

#define TEXT_MAX ((size_t)1 << 28)

static void add_value(struct buf *b, const json_t *value);

/* What JSON wants escaped: RFC 8259, 7. */
static void
add_escape(struct buf *b, char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", word[] = "\"\\bfnrt";
	const char *at = strchr(plain, c);
	char text[8];

	if (at != NULL && c != '\0')
		snprintf(text, sizeof(text), "\\%c", word[at - plain]);
	else
		snprintf(text, sizeof(text), "\\u%04X", (unsigned)c);
	buf_adds(b, text);
}

static bool
is_escaped(char c)
{
	return (unsigned char)c < ' ' || c == '"' || c == '\\';
}

static void
add_string(struct buf *b, const char *s, size_t n)
{
	size_t done = 0;

	buf_add(b, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		if (!is_escaped(s[i]))
			continue;
		buf_add(b, s + done, i - done);
		add_escape(b, s[i]);
		done = i + 1;
	}
	buf_add(b, s + done, n - done);
	buf_add(b, "\"", 1);
}

static void
add_object(struct buf *b, json_t *object)
{
	const char *before = "{";

	for (void *i = json_object_iter(object); i != NULL;
	     i = json_object_iter_next(object, i)) {
		const char *key = json_object_iter_key(i);

		buf_adds(b, before);
		add_string(b, key, json_object_iter_key_len(i));
		buf_add(b, ":", 1);
		add_value(b, json_object_iter_value(i));
		before = ",";
	}
	buf_adds(b, *before == '{' ? "{}" : "}");
}

static void
add_array(struct buf *b, const json_t *array)
{
	buf_add(b, "[", 1);
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i > 0)
			buf_add(b, ",", 1);
		add_value(b, json_array_get(array, i));
	}
	buf_add(b, "]", 1);
}

/* A number with a point has one only while jansson writes it. */
static void
add_real(struct buf *b, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	buf_adds(b, text);
	free(text);
}

static void
add_integer(struct buf *b, json_int_t n)
{
	char digits[24], *at = digits + sizeof(digits);
	unsigned long long left =
	    n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;

	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		*--at = '-';
	buf_add(b, at, (size_t)(digits + sizeof(digits) - at));
}

static void
add_value(struct buf *b, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_object(b, (json_t *)(uintptr_t)value);
		break;
	case JSON_ARRAY:
		add_array(b, value);
		break;
	case JSON_STRING:
		add_string(
		    b, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		add_integer(b, json_integer_value(value));
		break;
	case JSON_REAL:
		add_real(b, value);
		break;
	case JSON_TRUE:
		buf_adds(b, "true");
		break;
	case JSON_FALSE:
		buf_adds(b, "false");
		break;
	case JSON_NULL:
		buf_adds(b, "null");
		break;
	}
}

char *
text_json(const json_t *value)
{
	struct buf b = BUF_MAX(TEXT_MAX);

	add_value(&b, value);
	if (b.over)
		fatal("JSON of more than %zu bytes", TEXT_MAX);
	return buf_take(&b);
}
