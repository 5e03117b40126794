/* Answers as handlers make them. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_parse.h"
#include "log.h"

#define PROBLEM_TYPE "application/problem+json"
/* Seconds after which a 503 may be tried again. */
#define RETRY_AFTER_S 30

static const struct problem {
	const char *code;
	int status;
	const char *title, *detail;
} problems[] = {
#define PROBLEM(code, status, title, detail) {#code, status, title, detail},
#include "problems.def"
#undef PROBLEM
};

static const struct problem *
find_problem(const char *code)
{
	for (size_t i = 0; i < NELEM(problems); i++)
		if (strcmp(problems[i].code, code) == 0)
			return &problems[i];
	if (strcmp(code, "internal") == 0)
		fatal("problems.def has no row: internal");
	log_error("problem without a row code=%s", code);
	return find_problem("internal");
}

/* What was long was sealed, and is not left lying in memory. */
static void
drop_bytes(struct response *a)
{
	if (a->total > 0 && a->bytes != NULL)
		explicit_bzero(a->bytes, a->n_bytes);
	free(a->bytes);
	a->bytes = NULL;
	a->n_bytes = 0;
	a->total = 0;
}

void
answer_done(struct response *a)
{
	json_decref(a->json);
	drop_bytes(a);
	for (size_t i = 0; i < a->n_headers; i++)
		free(a->headers[i].value);
	*a = (struct response){.exchange = a->exchange};
}

/* A new answer replaces the body of an earlier one; headers stay. */
static void
set_body(struct response *a, int status, json_t *json)
{
	json_decref(a->json);
	drop_bytes(a);
	a->status = status;
	a->json = json;
	a->type = NULL;
	a->mark[0] = '\0';
}

enum outcome
answer_json(struct response *a, int status, json_t *json)
{
	set_body(a, status, json);
	return OK;
}

enum outcome
answer_bytes(struct response *a, int status, const char *type, char *bytes)
{
	set_body(a, status, NULL);
	a->type = type;
	a->bytes = bytes;
	a->n_bytes = strlen(bytes);
	return OK;
}

enum outcome
answer_part(
    struct response *a, const char *type, char *bytes, size_t n, int64_t total)
{
	set_body(a, 200, NULL);
	a->type = type;
	a->bytes = bytes;
	a->n_bytes = n;
	a->total = total;
	return OK;
}

enum outcome
answer_news(struct response *a, const char *mark, char *bytes)
{
	(void)answer_bytes(a, 200, "text/event-stream", bytes);
	snprintf(a->mark, sizeof(a->mark), "%s", mark);
	return OK;
}

enum outcome
answer_empty(struct response *a)
{
	set_body(a, 204, NULL);
	return OK;
}

static void
drop_header(struct response *a, const char *name)
{
	for (size_t i = 0; i < a->n_headers; i++)
		if (strcasecmp(a->headers[i].name, name) == 0) {
			free(a->headers[i].value);
			a->headers[i] = a->headers[--a->n_headers];
			return;
		}
}

void
answer_header(struct response *a, const char *name, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		fatal("out of memory");
	va_end(ap);
	drop_header(a, name);
	if (a->n_headers == ANSWER_HEADERS_MAX)
		fatal("too many headers in one answer");
	a->headers[a->n_headers].name = name;
	a->headers[a->n_headers++].value = value;
}

const char *
answer_get_header(const struct response *a, const char *name)
{
	for (size_t i = 0; i < a->n_headers; i++)
		if (strcasecmp(a->headers[i].name, name) == 0)
			return a->headers[i].value;
	return NULL;
}

static enum outcome
outcome_of(int status)
{
	switch (status) {
	case 401:
	case 403:
	case 429:
		return REFUSED;
	case 404:
	case 410:
		return NOT_FOUND;
	case 409:
	case 412:
		return CONFLICT;
	default:
		return status >= 500 ? FAILED : INVALID;
	}
}

enum outcome
answer_problem(struct response *a, const char *code)
{
	const struct problem *p = find_problem(code);

	set_body(a, p->status,
	    json_pack("{s:o, s:s, s:i, s:s, s:s}", "type",
		json_sprintf("/problems/%s", p->code), "title", p->title,
		"status", p->status, "code", p->code, "detail", p->detail));
	a->type = PROBLEM_TYPE;
	if (p->status == 503)
		answer_header(a, "Retry-After", "%d", RETRY_AFTER_S);
	if (p->status == 401)
		answer_header(a, "WWW-Authenticate", "Bearer");
	return outcome_of(p->status);
}

void
answer_extra(struct response *a, const char *name, json_t *value)
{
	json_object_set_new(a->json, name, value);
}

bool
answer_is_problem(const struct response *a)
{
	return a->type != NULL && strcmp(a->type, PROBLEM_TYPE) == 0;
}

enum outcome
answer_faults(struct response *a, const char *code, const struct faults *f)
{
	enum outcome how = answer_problem(a, code);
	json_t *errors = json_array();

	for (size_t i = 0; i < faults_held(f); i++)
		json_array_append_new(
		    errors, json_pack("{s:s, s:s}", "pointer", f->list[i].where,
				"detail", f->list[i].what));
	json_object_set_new(a->json, "errors", errors);
	return how;
}

enum outcome
answer_outcome(struct response *a, enum outcome how)
{
	static const char *const codes[] = {
	    [NOT_FOUND] = "not_found",
	    [INVALID] = "invalid_body",
	    [REFUSED] = "forbidden",
	    [CONFLICT] = "conflict",
	    [FULL] = "disk_full",
	    [FAILED] = "internal",
	};

	if (how == OK)
		return answer_empty(a);
	answer_problem(a, codes[how]);
	return how;
}

void
answer_etag(struct response *a, int64_t version)
{
	answer_header(a, "ETag", "\"%" PRId64 "\"", version);
}

bool
tag_matches(const char *list, const char *tag, bool weak_too)
{
	size_t n;

	for (list += strspn(list, " ,\t"); *list != '\0';
	     list += strspn(list, " ,\t")) {
		n = strcspn(list, ",");
		while (n > 0 && (list[n - 1] == ' ' || list[n - 1] == '\t'))
			n--;
		if (n == 1 && *list == '*')
			return true;
		if (weak_too && n > 2 && strncmp(list, "W/", 2) == 0) {
			list += 2;
			n -= 2;
		}
		if (n == strlen(tag) && strncmp(list, tag, n) == 0)
			return true;
		list += n;
	}
	return false;
}

enum outcome
need_match(const struct request *r, int64_t version, struct response *a)
{
	char tag[32];

	if (r->if_match == NULL)
		return answer_problem(a, "version_missing");
	snprintf(tag, sizeof(tag), "\"%" PRId64 "\"", version);
	if (!tag_matches(r->if_match, tag, false))
		return answer_problem(a, "stale_version");
	return OK;
}
