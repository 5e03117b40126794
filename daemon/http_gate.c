/* The gate's way through the bytes: lines, heads, bodies. */
#include "http_gate.h"

#include <string.h>
#include <strings.h>

/* Room for the method, the version and the blanks of a request line. */
#define LINE_EXTRA 32

static void
begin_head(struct gate *g)
{
	buf_done(&g->head);
	g->head = BUF_MAX(g->limits->head);
	g->said = (struct gate_head){0};
	g->line = 0;
	g->state = GATE_HEAD;
}

void
gate_init(struct gate *g, const struct gate_limits *limits)
{
	*g = (struct gate){.limits = limits};
	begin_head(g);
}

void
gate_done(struct gate *g)
{
	buf_done(&g->head);
}

bool
gate_is_partial(const struct gate *g)
{
	return g->state == GATE_BODY ||
	       (g->state == GATE_HEAD && g->head.len > 0);
}

char *
gate_header(const struct gate *g, const char *name)
{
	size_t n = strlen(name);

	if (!g->is_whole)
		return NULL;
	for (const char *p = strchr(g->head.data, '\n'); p != NULL;
	     p = strchr(p, '\n')) {
		const char *value = ++p + n + 1;

		if (strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		value += strspn(value, " \t");
		return xstrndup(value, strcspn(value, "\r"));
	}
	return NULL;
}

/* A whole head is kept: it tells whose body was too large to be read. */
static void
die(struct gate *g, const char *problem, bool is_whole)
{
	if (!is_whole)
		buf_done(&g->head);
	g->is_whole = is_whole;
	g->state = GATE_DEAD;
	g->problem = problem;
}

/* The line that ends at the end of head, without its CRLF; NULL if it is
 * not ended by one. */
static const char *
last_line(const struct gate *g, size_t *n)
{
	const char *line = g->head.data + g->line;

	*n = g->head.len - g->line;
	if (*n < 2 || line[*n - 2] != '\r')
		return NULL;
	*n -= 2;
	return line;
}

static const char *
take_request_line(struct gate *g, const char *line, size_t n)
{
	const struct gate_limits *l = g->limits;

	g->said.is_upload =
	    l->takes_upload != NULL && l->takes_upload(l->arg, line, n);
	return head_request_line(&g->said, line, n, l->uri);
}

static int64_t
body_limit(const struct gate *g)
{
	return g->said.is_upload ? g->limits->upload : g->limits->body;
}

/* A line is complete: NULL, or what is wrong; *is_end at the empty one. */
static const char *
take_line(struct gate *g, bool *is_end)
{
	const char *line, *problem = NULL;
	size_t n;

	line = last_line(g, &n);
	if (line == NULL)
		return "bad_request";
	*is_end = g->said.has_line && n == 0;
	if (*is_end)
		problem = head_end(&g->said, body_limit(g));
	else if (g->said.has_line)
		problem = head_header(&g->said, line, n);
	else
		problem = take_request_line(g, line, n);
	g->line = g->head.len;
	return problem;
}

static const char *
too_long(const struct gate *g)
{
	if (g->said.has_line)
		return g->head.over ? "headers_too_large" : NULL;
	if (g->head.over || g->head.len > g->limits->uri + LINE_EXTRA)
		return "uri_too_long";
	return NULL;
}

/* Take bytes up to the end of a line; returns how many were used. */
static size_t
feed_head(
    struct gate *g, const char *p, size_t n, gate_release *release, void *arg)
{
	const char *problem, *end = memchr(p, '\n', n);
	bool is_end = false;

	if (end != NULL)
		n = (size_t)(end - p) + 1;
	buf_add(&g->head, p, n);
	problem = too_long(g);
	if (problem == NULL && end != NULL)
		problem = take_line(g, &is_end);
	if (problem != NULL) {
		die(g, problem, is_end && !g->head.over);
	} else if (is_end) {
		int64_t length = g->said.length;

		release(arg, g->head.data, g->head.len);
		begin_head(g);
		g->body_left = length;
		g->state = length > 0 ? GATE_BODY : GATE_HEAD;
	}
	return n;
}

static size_t
feed_body(
    struct gate *g, const char *p, size_t n, gate_release *release, void *arg)
{
	if ((int64_t)n > g->body_left)
		n = (size_t)g->body_left;
	release(arg, p, n);
	g->body_left -= (int64_t)n;
	if (g->body_left == 0)
		g->state = GATE_HEAD;
	return n;
}

bool
gate_feed(
    struct gate *g, const char *p, size_t n, gate_release *release, void *arg)
{
	size_t used;

	while (n > 0 && g->state != GATE_DEAD) {
		if (g->state == GATE_BODY)
			used = feed_body(g, p, n, release, arg);
		else
			used = feed_head(g, p, n, release, arg);
		p += used;
		n -= used;
	}
	return g->state != GATE_DEAD;
}
