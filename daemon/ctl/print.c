#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 16
#define WIDTH_MAX   60

/* Signs, not bytes: our text is NFC, so one code point is one column. */
static int
width(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* A value as one line of text; the caller frees. */
static char *
text_of(const json_t *v)
{
	if (v == NULL || json_is_null(v))
		return xstrdup("-");
	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (json_is_boolean(v))
		return xstrdup(json_is_true(v) ? "yes" : "no");
	return json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
}

struct table {
	const char *columns[COLUMNS_MAX];
	char *names[COLUMNS_MAX]; /* of chosen columns, owned */
	bool is_chosen;
	int widths[COLUMNS_MAX];
	size_t n;
};

static size_t
column_of(struct table *t, const char *key)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->columns[i], key) == 0)
			return i;
	if (t->n < COLUMNS_MAX && !t->is_chosen) {
		t->columns[t->n] = key;
		t->widths[t->n++] = width(key);
	}
	return i;
}

static void
measure(struct table *t, const json_t *row)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
	{
		size_t i = column_of(t, key);
		char *text = text_of(value);
		int w = width(text);

		if (i < t->n && w > t->widths[i])
			t->widths[i] = w < WIDTH_MAX ? w : WIDTH_MAX;
		free(text);
	}
}

static void
print_cell(const char *text, int columns, bool is_last)
{
	int pad = columns - width(text);

	printf("%s%*s", text, is_last || pad < 0 ? 0 : pad, "");
	fputs(is_last ? "\n" : "  ", stdout);
}

static void
print_row(const struct table *t, const json_t *row)
{
	for (size_t i = 0; i < t->n; i++) {
		char *text = text_of(json_object_get(row, t->columns[i]));

		print_cell(text, t->widths[i], i + 1 == t->n);
		free(text);
	}
}

/* Only the columns that a verb names, in its order. */
static void
choose(struct table *t, const char *columns)
{
	while (*columns != '\0') {
		size_t n = strcspn(columns, " ");

		t->names[t->n] = xstrndup(columns, n);
		(void)column_of(t, t->names[t->n]);
		columns += n + (columns[n] == ' ');
	}
	t->is_chosen = true;
}

static void
print_table(const json_t *rows, const char *columns)
{
	struct table t = {0};
	size_t i;
	json_t *row;

	if (columns != NULL)
		choose(&t, columns);
	json_array_foreach((json_t *)rows, i, row)
	{
		measure(&t, row);
	}
	for (i = 0; i < t.n; i++)
		print_cell(t.columns[i], t.widths[i], i + 1 == t.n);
	json_array_foreach((json_t *)rows, i, row)
	{
		print_row(&t, row);
	}
	for (i = 0; i < COLUMNS_MAX; i++)
		free(t.names[i]);
}

static bool
is_rows(const json_t *v)
{
	return json_is_array(v) && json_is_object(json_array_get(v, 0));
}

static void
print_members(const json_t *object, const char *prefix)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		char *text;

		if (is_rows(value))
			continue;
		text = text_of(value);
		printf("%s%s: %s\n", prefix, key, text);
		free(text);
	}
}

static void
print_object(const json_t *object, const char *columns)
{
	const char *key;
	json_t *value;

	print_members(object, "");
	json_object_foreach((json_t *)object, key, value)
	{
		if (!is_rows(value))
			continue;
		if (json_object_size(object) > 1)
			printf("\n%s:\n", key);
		print_table(value, columns);
	}
}

void
answer_print(const struct call *c, const json_t *answer)
{
	char *text;

	if (c->json) {
		text = json_dumps(answer, JSON_INDENT(2) | JSON_ENCODE_ANY);
		puts(text == NULL ? "{}" : text);
		free(text);
	} else if (is_rows(answer)) {
		print_table(answer, c->verb->columns);
	} else if (json_is_object(answer)) {
		print_object(answer, c->verb->columns);
	}
}

void
problem_print(const json_t *problem, long status)
{
	const char *title =
	    json_string_value(json_object_get(problem, "title"));
	const char *code = json_string_value(json_object_get(problem, "code"));
	const char *detail;
	json_t *error;
	size_t i;

	detail = json_string_value(json_object_get(problem, "detail"));
	fprintf(stderr, "hotlinectl: %ld %s%s%s%s\n", status,
	    title == NULL ? "refused" : title, code == NULL ? "" : " (",
	    code == NULL ? "" : code, code == NULL ? "" : ")");
	if (detail != NULL)
		fprintf(stderr, "  %s\n", detail);
	json_array_foreach(json_object_get(problem, "errors"), i, error)
	{
		fprintf(stderr, "  %s: %s\n",
		    json_string_value(json_object_get(error, "pointer")),
		    json_string_value(json_object_get(error, "detail")));
	}
}
