/* The answer that a handler fills. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <jansson.h>

#include "core.h"

struct request;

#define MARK_SIZE 160

/* Re-running a handler starts from an empty one. */
#define ANSWER_HEADERS_MAX 12
struct response {
	int status;   /* 0: nothing was answered, sent as 500 */
	json_t *json; /* owned */
	char *bytes;  /* owned; instead of json */
	size_t n_bytes;
	const char *type;     /* of bytes */
	int64_t total;	      /* of a long answer: bytes of all its parts */
	char mark[MARK_SIZE]; /* of news: what they tell of */
	struct {
		const char *name;
		char *value; /* owned */
	} headers[ANSWER_HEADERS_MAX];
	size_t n_headers;
	void *exchange; /* http's own */
};

/* Answer with JSON; takes over the reference. */
enum outcome answer_json(struct response *a, int status, json_t *json);
/* A page or another text; takes over bytes. */
enum outcome
answer_bytes(struct response *a, int status, const char *type, char *bytes);
/*
 * 200 with one part of total bytes; takes over its n bytes, which are wiped
 * when they are gone.  The handler is run again as a read, r->part counted up,
 * whenever a part has left and there is more: rights are asked anew.
 */
enum outcome answer_part(
    struct response *a, const char *type, char *bytes, size_t n, int64_t total);
/* 204. */
enum outcome answer_empty(struct response *a);
/*
 * 200 with a part of an event stream; takes over bytes.  It stays open if there
 * is a mark: the handler is run again as a read, r->mark being the mark of what
 * was sent last, and what it answers is sent if it has another one, or as a
 * sign of life.  Any other answer ends the stream.
 */
enum outcome answer_news(struct response *a, const char *mark, char *bytes);
void answer_header(struct response *a, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * A problem by its stable code, a row of problems.def: status, Vietnamese
 * title and detail.  Returns INVALID, REFUSED, NOT_FOUND or FAILED to match, so
 * that a handler can end with `return answer_problem(...)`.
 */
enum outcome answer_problem(struct response *a, const char *code);
/* One more member of the problem just answered ("duty_phone"); takes value. */
void answer_extra(struct response *a, const char *name, json_t *value);
/* The same with errors[{pointer, detail}] from faults. */
enum outcome
answer_faults(struct response *a, const char *code, const struct faults *f);
/* From an outcome of a service: NOT_FOUND 404, CONFLICT 409, FULL 503 ... */
enum outcome answer_outcome(struct response *a, enum outcome how);
/* ETag "version"; and 412/428 if If-Match does not hold (OK if it does). */
void answer_etag(struct response *a, int64_t version);
enum outcome
need_match(const struct request *r, int64_t version, struct response *a);

#endif
