/* Foreign text into values: JSON bodies, queries, percent-encoding. */
#include <stdlib.h>
#include <string.h>

#include "http_parse.h"
#include "text.h"

#define DEPTH_MAX 16

/* Counted before the parser sees it: it recurses, we do not. */
static bool
is_too_deep(const char *p, size_t n)
{
	bool in_text = false;
	int depth = 0;

	for (size_t i = 0; i < n; i++) {
		if (in_text) {
			i += p[i] == '\\';
			in_text = i >= n || p[i] != '"';
			continue;
		}
		in_text = p[i] == '"';
		if ((p[i] == '{' || p[i] == '[') && ++depth > DEPTH_MAX)
			return true;
		depth -= p[i] == '}' || p[i] == ']';
	}
	return false;
}

json_t *
json_read(const char *p, size_t n, const char **problem)
{
	json_t *value;

	if (is_too_deep(p, n)) {
		*problem = "json_too_deep";
		return NULL;
	}
	value = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(value)) {
		json_decref(value);
		value = NULL;
		*problem = "invalid_json";
	}
	return value;
}

char *
percent_decode(const char *s, size_t n, bool plus_is_blank)
{
	char *out = xcalloc(1, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++, len++) {
		char hex[3] = {0};

		out[len] = s[i];
		if (s[i] == '+' && plus_is_blank)
			out[len] = ' ';
		if (s[i] != '%' || n - i < 3)
			continue;
		memcpy(hex, s + i + 1, 2);
		if (hex_decode(&out[len], 1, hex))
			i += 2;
	}
	if (text_is_utf8(out, len))
		return out;
	free(out);
	return NULL;
}

/* name=value; false if it is malformed or the name came before. */
static bool
add_parameter(json_t *query, const char *p, size_t n)
{
	const char *eq = memchr(p, '=', n);
	size_t name_n = eq != NULL ? (size_t)(eq - p) : n;
	size_t value_n = eq != NULL ? n - name_n - 1 : 0;
	char *name = percent_decode(p, name_n, true);
	char *value = percent_decode(p + n - value_n, value_n, true);
	bool is_good =
	    name != NULL && value != NULL && *name != '\0' &&
	    json_object_get(query, name) == NULL &&
	    json_object_set_new(query, name, json_string(value)) == 0;

	free(name);
	free(value);
	return is_good;
}

json_t *
query_read(const char *query)
{
	json_t *out = json_object();

	while (query != NULL && *query != '\0') {
		size_t n = strcspn(query, "&");

		if (n > 0 && !add_parameter(out, query, n)) {
			json_decref(out);
			return NULL;
		}
		query += n;
		query += *query == '&';
	}
	return out;
}
