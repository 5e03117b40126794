/*
 * The API server: evhttp behind the gate (http_gate.h), the route table, and
 * the way of a request: loop thread -> store thread -> commit -> answer.
 * Everything we answer but pages is JSON; every error is problem+json
 * (RFC 9457).
 */
#ifndef HTTP_H
#define HTTP_H

#include "core.h"
#include "http_counts.h"
#include "http_request.h"
#include "http_response.h"
#include "sockets.h"
#include "store.h"

struct event_base;
struct http;

/* Who may call a route; checked before its handler runs. */
enum who {
	ANYONE,	 /* no credentials looked at */
	AGENCY,	 /* an agency's Bearer key */
	MEMBER,	 /* a member's personal token */
	EITHER,	 /* an agency, a create-only link of one, or a member */
	ADMIN,	 /* only on the control socket */
	OFFICE,	 /* the control socket, or a member whose role is admin */
	WATCHER, /* only on the listener of metrics; as ANYONE */
};

/*
 * A handler: straight-line, re-runnable, on the store thread inside a
 * savepoint; touches only tx and its response.  Anything but OK rolls its
 * writes back; the response is sent either way.
 */
typedef enum outcome
handler_run(struct tx *tx, const struct request *r, struct response *a);
/* Runs on the loop thread and answers later with http_answer. */
typedef void
loop_run(struct http *h, const struct request *r, struct response *a);

/* Pure, on a thread of its own; skipped if before answers. */
typedef void slow_run(struct slow *s);

struct route {
	const char *method; /* "GET"; HEAD is answered by GET rows */
	const char *path;   /* "/v1/cases/{}": {} is one segment */
	enum who who;
	enum job_kind kind;
	handler_run *run;
	loop_run *on_loop; /* instead of run */
	/* Before, as a read, leaves in r->slow what slow works out for run. */
	handler_run *before;
	slow_run *slow;
};
struct route_table {
	const struct route *rows;
	size_t n;
};

/*
 * Find out who calls, on the store thread; not asked for ANYONE rows.  Fills
 * r->subject (of ADMIN rows it is BY_ADMIN, id "uid:0", already); OK, or
 * REFUSED after answering 401, 403 or 429 itself.  OK with an answer: no handler
 * runs, and what was written is kept.
 */
typedef enum outcome
authenticate_run(struct tx *tx, struct request *r, struct response *a);

struct http_options {
	const char *listen;
	int port;		       /* 0: a free one */
	const char *control_path;      /* NULL: none */
	const char *watch_listen;      /* of the metrics; NULL or "": none */
	int watch_port;		       /* 0: a free one */
	const struct sockets *sockets; /* used first; NULL: none */
	int64_t max_connections, max_body, deadline_ms, idle_ms;
	const struct route *routes;
	size_t n_routes;
	struct store *store;
	authenticate_run *authenticate; /* NULL: everybody may */
	void *arg;			/* http_arg */
};

/* Bind and serve; NULL after logging why. */
struct http *http_start(struct event_base *base, const struct http_options *o);
int http_port(const struct http *h);
/* Port of the metrics; 0 if there is no such listener. */
int http_watch_port(const struct http *h);
void *http_arg(const struct http *h);
/* A reload: limits that may change while running. */
void http_set_limits(struct http *h, const struct http_options *o);
/* Send the answer of a loop_run handler; exactly once. */
void http_answer(struct http *h, struct response *a);
/* Stop accepting; finished(arg) when no request is open, at most wait_ms. */
void http_drain(
    struct http *h, int64_t wait_ms, void (*finished)(void *), void *arg);
void http_free(struct http *h);

#endif
