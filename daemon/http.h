/*
 * The API server: evhttp behind the gate (http_gate.h), the route table, and
 * the way of a request: loop thread -> store thread -> commit -> answer.
 * Everything we answer but pages is JSON; every error is problem+json
 * (RFC 9457).
 */
#ifndef HTTP_H
#define HTTP_H

#include <jansson.h>
#include <sys/types.h>

#include "core.h"
#include "store.h"

struct event_base;
struct http;
struct request;
struct response;

/* Who may call a route; checked before its handler runs. */
enum who {
	ANYONE, /* no credentials looked at */
	AGENCY, /* an agency's Bearer key */
	MEMBER, /* a member's personal token */
	EITHER, /* an agency or a member */
	ADMIN,	/* only on the control socket */
};

/* Who calls, as found by the authenticate callback. */
enum subject_kind { NOBODY, BY_AGENCY, BY_MEMBER, BY_LINK, BY_ADMIN, BY_SYSTEM };
struct subject {
	enum subject_kind kind;
	char id[ID_SIZE];
	unsigned roles; /* bits of roles.def, of a member */
};

/*
 * A handler: straight-line, re-runnable, on the store thread inside a
 * savepoint; touches only tx and its response.  Anything but OK rolls its
 * writes back; the response is sent either way.
 */
typedef enum outcome handler_run(struct tx *tx, const struct request *r,
    struct response *a);
/* Runs on the loop thread and answers later with http_answer. */
typedef void loop_run(struct http *h, const struct request *r,
    struct response *a);

struct route {
	const char *method; /* "GET"; HEAD is answered by GET rows */
	const char *path;   /* "/v1/cases/{}": {} is one segment */
	enum who who;
	enum job_kind kind;
	handler_run *run;
	loop_run *on_loop; /* instead of run */
};

#define PATH_ARGS_MAX 3
struct request {
	const struct route *route;
	char id[ID_SIZE];	  /* request_id of the answer */
	struct subject subject;	  /* set on the store thread before run */
	char *args[PATH_ARGS_MAX]; /* decoded {} segments, in order */
	json_t *query;		  /* object of texts, never NULL */
	json_t *body;		  /* parsed JSON, or NULL */
	const char *raw;	  /* body bytes as received */
	size_t raw_len;
	const char *authorization, *idempotency_key, *if_match, *if_none_match;
	const char *webhook_id, *webhook_timestamp, *webhook_signature;
	const char *accept_language;
	uid_t peer_uid; /* on the control socket, else (uid_t)-1 */
	pid_t peer_pid;
};

/* The value of a query parameter, or NULL. */
const char *request_query(const struct request *r, const char *name);

/* The answer a handler fills.  Re-running a handler starts from an empty one. */
#define ANSWER_HEADERS_MAX 8
struct response {
	int status;   /* 0: nothing was answered, sent as 500 */
	json_t *json; /* owned */
	char *bytes;  /* owned; instead of json */
	const char *type; /* of bytes */
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
enum outcome answer_bytes(struct response *a, int status, const char *type,
    char *bytes);
/* 204. */
enum outcome answer_empty(struct response *a);
void answer_header(struct response *a, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * A problem by its stable code, a row of problems.def: status, Vietnamese
 * title and detail.  Returns INVALID, REFUSED, NOT_FOUND or FAILED to match, so
 * that a handler can end with `return answer_problem(...)`.
 */
enum outcome answer_problem(struct response *a, const char *code);
/* The same with errors[{pointer, detail}] from faults. */
enum outcome answer_faults(struct response *a, const char *code,
    const struct faults *f);
/* From an outcome of a service: NOT_FOUND 404, CONFLICT 409, FULL 503 ... */
enum outcome answer_outcome(struct response *a, enum outcome how);
/* ETag "version"; and 412/428 if If-Match does not hold (OK if it does). */
void answer_etag(struct response *a, int64_t version);
enum outcome need_match(const struct request *r, int64_t version,
    struct response *a);

struct http_options {
	const char *listen;
	int port;			/* 0: a free one */
	const char *control_path;
	int64_t max_connections, max_body, deadline_ms, idle_ms;
	const struct route *routes;
	size_t n_routes;
	struct store *store;
	/*
	 * Find out who calls, on the store thread.  Fills r->subject; OK, or
	 * REFUSED after answering 401, 403 or 429 itself.
	 */
	enum outcome (*authenticate)(struct tx *tx, struct request *r,
	    struct response *a);
	void *arg; /* http_arg */
};

/* Bind and serve; NULL after logging why. */
struct http *http_start(struct event_base *base, const struct http_options *o);
int http_port(const struct http *h);
void *http_arg(const struct http *h);
/* A reload: limits that may change while running. */
void http_set_limits(struct http *h, const struct http_options *o);
/* Send the answer of a loop_run handler; exactly once. */
void http_answer(struct http *h, struct response *a);
/* Stop accepting; finished(arg) when no request is open, at most wait_ms. */
void http_drain(struct http *h, int64_t wait_ms, void (*finished)(void *),
    void *arg);
void http_free(struct http *h);

#endif
