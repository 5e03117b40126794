/* From a path to the row of the route table. */
#include <stdlib.h>
#include <string.h>

#include "http_parse.h"

#define SEGMENTS_MAX 8

struct segments {
	char *text[SEGMENTS_MAX];
	size_t n;
};

static void
free_segments(struct segments *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->text[i]);
}

/* Split, then decode: an escaped slash is no separator. */
static const char *
split(const char *path, struct segments *s)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if (s->n == SEGMENTS_MAX)
			return "not_found";
		s->text[s->n] = percent_decode(path, n, false);
		if (s->text[s->n] == NULL)
			return "bad_request";
		s->n++;
		path += n;
	}
	return NULL;
}

/* want: a segment of a pattern, n long. */
static bool
is_segment(const char *text, const char *want, size_t n)
{
	if (n == 2 && memcmp(want, "{}", 2) == 0)
		return *text != '\0';
	return strlen(text) == n && memcmp(text, want, n) == 0;
}

static bool
matches(const char *pattern, const struct segments *s)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t n;

		if (*pattern++ != '/')
			return false;
		n = strcspn(pattern, "/");
		if (!is_segment(s->text[i], pattern, n))
			return false;
		pattern += n;
	}
	return *pattern == '\0';
}

static void
take_args(const char *pattern, struct segments *s, struct request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		pattern++;
		if (*pattern == '{' && n < PATH_ARGS_MAX) {
			r->args[n++] = s->text[i];
			s->text[i] = NULL;
		}
		pattern += strcspn(pattern, "/");
	}
}

static void
add_allowed(struct buf *allow, const char *method)
{
	buf_addf(allow, "%s%s", allow->len > 0 ? ", " : "", method);
	if (strcmp(method, "GET") == 0)
		buf_adds(allow, ", HEAD");
}

static bool
answers(const struct route *row, const char *method)
{
	return strcmp(row->method, method) == 0 ||
	       (strcmp(row->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* Is the row served where the request came in? */
static bool
is_served(const struct route *row, const struct target *t)
{
	if (t->is_watch || row->who == WATCHER)
		return t->is_watch && row->who == WATCHER;
	return row->who != ADMIN || t->is_control;
}

const char *
route_find(const struct route_table *table, const struct target *t,
    struct request *r, struct buf *allow)
{
	struct segments s = {.n = 0};
	const char *problem = split(t->path, &s);

	for (size_t i = 0; problem == NULL && i < table->n; i++) {
		const struct route *row = &table->rows[i];

		if (!is_served(row, t) || !matches(row->path, &s))
			continue;
		if (answers(row, t->method)) {
			r->route = row;
			take_args(row->path, &s, r);
			break;
		}
		add_allowed(allow, row->method);
	}
	if (problem == NULL && r->route == NULL)
		problem = allow->len > 0 ? "method_not_allowed" : "not_found";
	free_segments(&s);
	return problem;
}

bool
route_takes_upload(const void *table, const char *line, size_t n)
{
	const struct route_table *t = table;
	struct segments s = {.n = 0};
	const char *path = memchr(line, ' ', n);
	size_t method_n = path == NULL ? 0 : (size_t)(path - line);
	bool found = false;
	char *copy;

	if (path == NULL)
		return false;
	copy = xstrndup(path + 1, n - method_n - 1);
	copy[strcspn(copy, "? ")] = '\0';
	if (split(copy, &s) == NULL)
		for (size_t i = 0; i < t->n && !found; i++)
			found =
			    t->rows[i].kind == JOB_UPLOAD &&
			    strlen(t->rows[i].method) == method_n &&
			    memcmp(t->rows[i].method, line, method_n) == 0 &&
			    matches(t->rows[i].path, &s);
	free_segments(&s);
	free(copy);
	return found;
}

void
route_args_free(struct request *r)
{
	for (size_t i = 0; i < PATH_ARGS_MAX; i++)
		free(r->args[i]);
}
