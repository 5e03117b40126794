/* One request: read, to the store thread, after the commit answered. */
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_follow.h"
#include "http_inside.h"
#include "http_pool.h"
#include "http_stream.h"
#include "log.h"
#include "text_json.h"

static const char *const page_policy =
    "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

/* Who calls; sets the response if it may not go on. */
static enum outcome
find_subject(struct tx *tx, struct exchange *x)
{
	struct request *r = &x->request;

	r->subject = (struct subject){.kind = NOBODY};
	if (r->route->who == ANYONE || r->route->who == WATCHER)
		return OK;
	/* Only the control socket knows its peer. */
	if (r->route->who == ADMIN ||
	    (r->route->who == OFFICE && r->peer_uid != (uid_t)-1)) {
		r->subject.kind = BY_ADMIN;
		snprintf(r->subject.id, sizeof(r->subject.id), "uid:%u",
		    (unsigned)r->peer_uid);
	}
	if (x->authenticate == NULL || tx == NULL)
		return OK;
	return x->authenticate(tx, r, &x->response);
}

/*
 * Only intake takes a body that is no JSON.  Of one that was too large nothing
 * else is said to whoever may not send it.
 */
static bool
is_unreadable(const struct exchange *x, enum outcome how)
{
	const struct request *r = &x->request;

	if (how == REFUSED)
		return r->is_unread;
	return how == OK && r->body_problem != NULL &&
	       r->route->kind != JOB_INTAKE;
}

/* On the store thread, perhaps more than once. */
static enum outcome
call(struct tx *tx, struct exchange *x, handler_run *handler)
{
	enum outcome how;

	answer_done(&x->response);
	how = find_subject(tx, x);
	if (is_unreadable(x, how))
		how = answer_problem(&x->response, x->request.body_problem);
	else if (how == OK && x->response.status == 0)
		how = handler(tx, &x->request, &x->response);
	x->returned = how;
	return how;
}

enum outcome
exchange_run(struct tx *tx, void *arg)
{
	struct exchange *x = arg;

	return call(tx, x, x->request.route->run);
}

/* After the commit: what the handler says holds only if it came through. */
static void
ran(void *arg, enum outcome how)
{
	struct exchange *x = arg;

	if (how != x->returned)
		answer_outcome(&x->response, how);
	else if (x->response.status == 0)
		answer_outcome(&x->response, how == OK ? FAILED : how);
	exchange_send(x);
}

/* ---- Slow rows: a read, the pool, the handler ---- */

static enum outcome
run_before(struct tx *tx, void *arg)
{
	struct exchange *x = arg;

	return call(tx, x, x->request.route->before);
}

static void
work(void *arg)
{
	struct exchange *x = arg;

	x->request.route->slow(&x->slow);
}

static void
worked(void *arg)
{
	struct exchange *x = arg;

	if (x->h->pool == NULL) {
		answer_problem(&x->response, "unavailable");
		exchange_send(x);
		return;
	}
	x->request.is_before = false;
	store_post(x->h->store, x->request.route->kind, exchange_run, ran, x);
}

static void
ran_before(void *arg, enum outcome how)
{
	struct exchange *x = arg;

	if (how != OK || x->response.status != 0) {
		ran(x, how);
		return;
	}
	if (x->h->pool != NULL && pool_post(x->h->pool, work, worked, x))
		return;
	answer_problem(&x->response, "unavailable");
	answer_header(&x->response, "Retry-After", "5");
	exchange_send(x);
}

static void
begin_slow(struct exchange *x)
{
	x->request.slow = &x->slow;
	x->request.is_before = true;
	store_post(x->h->store, JOB_READ, run_before, ran_before, x);
}

static void
run_on_loop(struct exchange *x)
{
	find_subject(NULL, x);
	if (x->request.body_problem != NULL) {
		answer_problem(&x->response, x->request.body_problem);
		exchange_send(x);
		return;
	}
	x->request.route->on_loop(x->h, &x->request, &x->response);
}

void
exchange_begin(struct evhttp_request *evreq, void *door)
{
	struct http *h = ((struct door *)door)->h;
	struct exchange *x = xcalloc(1, sizeof(*x));

	x->h = h;
	x->evreq = evreq;
	x->authenticate = h->authenticate;
	x->conn = conn_of(h, evreq);
	x->conn->open = x;
	x->response.exchange = x;
	x->returned = FAILED;
	LIST_INSERT_HEAD(&h->open, x, next);
	conn_move(x->conn, PHASE_RUNNING);
	request_read(x);
	if (x->problem != NULL) {
		answer_problem(&x->response, x->problem);
		exchange_send(x);
	} else if (x->request.route->on_loop != NULL) {
		run_on_loop(x);
	} else if (x->request.route->slow != NULL) {
		begin_slow(x);
	} else {
		store_post(
		    h->store, x->request.route->kind, exchange_run, ran, x);
	}
}

void
http_answer(struct http *h, struct response *a)
{
	(void)h;
	exchange_send(a->exchange);
}

/* RFC 9110, 13.1.2: nothing new for who has it already. */
static void
shorten_unchanged(struct exchange *x)
{
	const char *have = x->request.if_none_match;
	const char *tag = answer_get_header(&x->response, "ETag");
	struct response *a = &x->response;

	if (have == NULL || tag == NULL || a->status != 200 ||
	    strcmp(x->request.route->method, "GET") != 0 ||
	    !tag_matches(have, tag, true))
		return;
	json_decref(a->json);
	free(a->bytes);
	a->json = NULL;
	a->bytes = NULL;
	a->n_bytes = 0;
	a->status = 304;
}

/* The body as bytes; none if there is no body. */
static void
write_json(struct exchange *x)
{
	struct response *a = &x->response;

	if (answer_is_problem(a))
		json_object_set_new(
		    a->json, "request_id", json_string(x->request.id));
	if (a->json == NULL)
		return;
	a->bytes = text_json(a->json);
	a->n_bytes = strlen(a->bytes);
}

/* evhttp tells no length to HTTP/1.0 and HEAD. */
static void
add_length(const struct exchange *x, struct evkeyvalq *out)
{
	const struct response *a = &x->response;
	char length[24];

	snprintf(length, sizeof(length), "%lld",
	    a->total > 0 ? (long long)a->total : (long long)a->n_bytes);
	evhttp_add_header(out, "Content-Length", length);
}

void
exchange_headers(struct exchange *x)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(x->evreq);
	const struct response *a = &x->response;
	const char *type = a->type != NULL ? a->type : "application/json";

	for (size_t i = 0; i < a->n_headers; i++)
		evhttp_add_header(out, a->headers[i].name, a->headers[i].value);
	if (answer_get_header(a, "Cache-Control") == NULL)
		evhttp_add_header(out, "Cache-Control", "no-store");
	evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(out, "Referrer-Policy", "no-referrer");
	if (a->bytes != NULL) {
		evhttp_add_header(out, "Content-Type", type);
		if (x->follow == NULL)
			add_length(x, out);
	}
	if (strncmp(type, "text/html", 9) == 0 &&
	    answer_get_header(a, "Content-Security-Policy") == NULL)
		evhttp_add_header(out, "Content-Security-Policy", page_policy);
	if (x->closes || x->h->is_draining)
		evhttp_add_header(out, "Connection", "close");
}

static void
log_exchange(const struct exchange *x)
{
	const struct route *row = x->request.route;

	log_debug("request answered id=%s route=\"%s %s\" status=%d",
	    x->request.id, row != NULL ? row->method : "-",
	    row != NULL ? row->path : "-", x->response.status);
}

static void
reply(struct exchange *x)
{
	struct evbuffer *out = evbuffer_new();

	shorten_unchanged(x);
	write_json(x);
	exchange_headers(x);
	/* evhttp would send HEAD a body. */
	if (x->response.bytes != NULL && !x->is_head)
		evbuffer_add(out, x->response.bytes, x->response.n_bytes);
	if (x->conn != NULL) {
		x->conn->open = NULL;
		conn_move(x->conn, PHASE_WRITING);
		evhttp_request_set_on_complete_cb(
		    x->evreq, conn_answered, x->conn);
	}
	/* With the client gone this only frees the request. */
	evhttp_send_reply(x->evreq, x->response.status, NULL, out);
	evbuffer_free(out);
}

static void
count(struct http_counts *c, const struct exchange *x)
{
	const struct route *row = x->request.route;
	int status = x->response.status;

	if (status >= 100 && status < 600)
		c->answers[status / 100]++;
	if (row == NULL || row->on_loop != NULL || row->kind != JOB_INTAKE)
		return;
	if (status < 500)
		c->intake[status < 300 ? INTAKE_TAKEN : INTAKE_REFUSED]++;
	else
		c->intake[status == 503 ? INTAKE_FULL : INTAKE_FAILED]++;
}

void
exchange_send(struct exchange *x)
{
	bool is_long = stream_is_due(x), is_followed = follow_is_due(x);

	log_exchange(x);
	count(&x->h->counts, x);
	if (is_long) {
		stream_begin(x);
	} else if (is_followed) {
		follow_begin(x);
	} else {
		if (x->evreq != NULL)
			reply(x);
		exchange_end(x);
	}
}

static void
exchange_free(struct exchange *x)
{
	request_done(x);
	answer_done(&x->response);
	explicit_bzero(&x->slow, sizeof(x->slow));
	free(x);
}

void
exchange_end(struct exchange *x)
{
	struct http *h = x->h;

	LIST_REMOVE(x, next);
	exchange_free(x);
	http_ended(h);
}
