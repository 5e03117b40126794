/* The server as a whole: start, limits, stop. */
#include "http.h"

#include <stdlib.h>

#include "http_follow.h"
#include "http_inside.h"
#include "http_pool.h"
#include "log.h"

#define HEAD_MAX    16384
#define URI_MAX	    4096
#define LINGER_MS   2000
#define CONTROL_MAX 16
#define WATCH_MAX   16
/* Beyond all of ours, so that evhttp's own limits are never met. */
#define EVHTTP_BODY_MAX	 (4 << 20)
#define EVHTTP_TIMEOUT_S 1200

void
http_set_limits(struct http *h, const struct http_options *o)
{
	h->gate = (struct gate_limits){
	    .head = HEAD_MAX,
	    .uri = URI_MAX,
	    .body = o->max_body,
	    .upload = UPLOAD_MAX,
	    .takes_upload = route_takes_upload,
	    .arg = &h->routes,
	};
	if (h->gate.body > EVHTTP_BODY_MAX)
		h->gate.body = EVHTTP_BODY_MAX;
	h->phase_ms[PHASE_IDLE] = o->idle_ms;
	h->phase_ms[PHASE_READING] = o->deadline_ms;
	h->phase_ms[PHASE_WRITING] = o->deadline_ms;
	h->phase_ms[PHASE_LINGER] = LINGER_MS;
	h->tcp.max = door_limit(o->max_connections);
	h->control.max = CONTROL_MAX;
	h->watch.max = WATCH_MAX;
	conns_pace(h);
	door_watch(&h->tcp);
}

/* Rows of the loop have no transaction to authenticate in. */
static void
check_routes(const struct http_options *o)
{
	for (size_t i = 0; i < o->n_routes; i++)
		if (o->routes[i].on_loop != NULL && o->routes[i].who != ADMIN &&
		    o->routes[i].who != ANYONE && o->routes[i].who != WATCHER)
			fatal("route %s: AGENCY, MEMBER may not be LOOP",
			    o->routes[i].path);
}

static void
limit_evhttp(struct evhttp *evhttp)
{
	evhttp_set_max_headers_size(evhttp, 2 * HEAD_MAX);
	evhttp_set_max_body_size(evhttp, EVHTTP_BODY_MAX);
	evhttp_set_timeout(evhttp, EVHTTP_TIMEOUT_S);
}

static struct http *
http_new(struct event_base *base, const struct http_options *o)
{
	struct http *h = xcalloc(1, sizeof(*h));

	h->base = base;
	h->store = o->store;
	h->routes = (struct route_table){o->routes, o->n_routes};
	h->authenticate = o->authenticate;
	h->arg = o->arg;
	h->pool = pool_new(base);
	h->followers = followers_new(h);
	h->tcp.h = h;
	h->control.h = h;
	h->control.is_control = true;
	h->watch.h = h;
	h->watch.is_watch = true;
	LIST_INIT(&h->open);
	conns_start(h);
	http_set_limits(h, o);
	return h;
}

/* Nobody is less protected because nobody watches: go on without it. */
static void
open_watch(struct http *h, const struct http_options *o)
{
	if (o->watch_listen == NULL || o->watch_listen[0] == '\0')
		return;
	if (door_open_tcp(&h->watch, o->watch_listen, o->watch_port))
		limit_evhttp(h->watch.evhttp);
	else
		log_error("no metrics: their listener cannot be opened");
}

/* Those that are open already, and the others. */
static bool
open_doors(struct http *h, const struct http_options *o)
{
	const struct sockets *s = o->sockets;

	if (s != NULL && s->api >= 0)
		door_open_fd(&h->tcp, s->api);
	else if (!door_open_tcp(&h->tcp, o->listen, o->port))
		return false;
	if (s != NULL && s->control >= 0)
		door_open_fd(&h->control, s->control);
	else if (o->control_path != NULL)
		return door_open_unix(&h->control, o->control_path);
	return true;
}

struct http *
http_start(struct event_base *base, const struct http_options *o)
{
	struct http *h;

	check_routes(o);
	h = http_new(base, o);
	if (!open_doors(h, o)) {
		http_free(h);
		return NULL;
	}
	limit_evhttp(h->tcp.evhttp);
	if (h->control.evhttp != NULL)
		limit_evhttp(h->control.evhttp);
	open_watch(h, o);
	return h;
}

int
http_port(const struct http *h)
{
	return h->tcp.port;
}

int
http_watch_port(const struct http *h)
{
	return h->watch.port;
}

void
http_counts(const struct http *h, struct http_counts *out)
{
	*out = h->counts;
	out->connections = (int64_t)h->tcp.n;
	out->followers = followers_count(h);
}

void *
http_arg(const struct http *h)
{
	return h->arg;
}

static bool
is_drained(const struct http *h)
{
	struct conn *c;

	if (!LIST_EMPTY(&h->open))
		return false;
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = TAILQ_NEXT(c, next))
		if (c->phase <= PHASE_READING || c->phase == PHASE_WRITING)
			return false;
	return true;
}

/* Said from a callback of its own: who hears it may free us. */
static void
on_drain_end(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	void (*drained)(void *) = h->drained;

	(void)fd, (void)what;
	h->drained = NULL;
	if (drained != NULL)
		drained(h->drained_arg);
}

void
http_check_drained(struct http *h)
{
	if (h->is_draining && h->drained != NULL && is_drained(h))
		event_active(h->drain_end, EV_TIMEOUT, 0);
}

void
http_drain(struct http *h, int64_t wait_ms, void (*finished)(void *), void *arg)
{
	struct timeval tv = {wait_ms / 1000, wait_ms % 1000 * 1000};

	h->is_draining = true;
	h->drained = finished;
	h->drained_arg = arg;
	door_shut(&h->tcp);
	door_shut(&h->control);
	door_shut(&h->watch);
	h->drain_end = event_new(h->base, -1, 0, on_drain_end, h);
	event_add(h->drain_end, &tv);
	followers_end(h);
	conns_drain(h);
	http_check_drained(h);
}

void
http_ended(struct http *h)
{
	if (!h->is_free)
		http_check_drained(h);
	else if (LIST_EMPTY(&h->open))
		free(h);
}

/* Jobs of requests that are still open go on without us; evhttp frees the
 * requests but those whose client has gone. */
static void
let_go(struct exchange *x)
{
	if (evhttp_request_get_connection(x->evreq) == NULL)
		evhttp_request_free(x->evreq);
	x->evreq = NULL;
	x->conn = NULL;
}

void
http_free(struct http *h)
{
	struct exchange *x;
	struct pool *pool;

	if (h == NULL)
		return;
	pool = h->pool;
	h->pool = NULL;
	for (x = LIST_FIRST(&h->open); x != NULL; x = LIST_NEXT(x, next))
		let_go(x);
	pool_free(pool);
	followers_free(h);
	door_free(&h->tcp);
	door_free(&h->control);
	door_free(&h->watch);
	conns_free(h);
	if (h->drain_end != NULL)
		event_free(h->drain_end);
	h->is_free = true;
	http_ended(h);
}
