/* Connections: the gate in front of evhttp, and one deadline for a request. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http_inside.h"
#include "http_stream.h"

/* The most we throw away for a client that talks on after our refusal. */
#define SWALLOW_MAX ((size_t)8 << 20)
/* Looks of the sweep within the shortest limit. */
#define LOOKS	8
#define CALM_MS MINUTE /* while nobody is connected */
/* A client that connected has this long before a drain to say something. */
#define FRESH_MS 250

void
conn_move(struct conn *c, enum phase phase)
{
	c->was_used = c->was_used || phase != PHASE_IDLE;
	c->phase = phase;
	c->since = clock_mono();
}

/* Bytes that passed go to the evbuffer that evhttp reads. */
static void
release(void *arg, const void *p, size_t n)
{
	evbuffer_add(arg, p, n);
}

/*
 * Let evhttp ask us for the refusal: no client can send "..", the gate would
 * not let it through.  So the answer comes in its turn, and as our own JSON.
 */
static void
release_refusal(struct evbuffer *in, const char *problem)
{
	evbuffer_add_printf(in,
	    "GET /../%s HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n",
	    problem);
}

static void
pass_gate(struct conn *c, struct evbuffer *fresh, struct evbuffer *in)
{
	struct evbuffer_iovec piece;
	bool was_dead = c->gate.state == GATE_DEAD;

	while (evbuffer_peek(fresh, -1, NULL, &piece, 1) > 0) {
		gate_feed(&c->gate, piece.iov_base, piece.iov_len, release, in);
		evbuffer_drain(fresh, piece.iov_len);
	}
	if (c->gate.state == GATE_DEAD && !was_dead)
		release_refusal(in, c->gate.problem);
	if (c->phase == PHASE_IDLE && gate_is_partial(&c->gate))
		conn_move(c, PHASE_READING);
}

static void
remember_fd(struct conn *c)
{
	struct http *h = c->door->h;
	size_t fd = (size_t)bufferevent_getfd(c->bev);

	if (fd >= h->n_by_fd) {
		size_t n = 2 * fd + 64;

		h->by_fd = xrealloc(h->by_fd, n, sizeof(*h->by_fd));
		memset(h->by_fd + h->n_by_fd, 0,
		    (n - h->n_by_fd) * sizeof(*h->by_fd));
		h->n_by_fd = n;
	}
	h->by_fd[fd] = c;
}

/* New bytes arrived in the input buffer: take them off it, look, give back. */
static void
on_input(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	size_t passed = info->orig_size - info->n_deleted;
	struct evbuffer *keep, *fresh;

	if (info->n_added == 0 || c->is_busy)
		return;
	c->is_busy = true;
	remember_fd(c);
	keep = evbuffer_new();
	fresh = evbuffer_new();
	evbuffer_remove_buffer(in, keep, passed);
	evbuffer_add_buffer(fresh, in);
	evbuffer_add_buffer(in, keep);
	pass_gate(c, fresh, in);
	evbuffer_free(fresh);
	evbuffer_free(keep);
	c->is_busy = false;
}

struct bufferevent *
conn_new(struct event_base *base, void *arg)
{
	struct door *d = arg;
	struct conn *c = xcalloc(1, sizeof(*c));

	c->door = d;
	c->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_incref(c->bev);
	gate_init(&c->gate, &d->h->gate);
	evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c);
	conn_move(c, PHASE_IDLE);
	TAILQ_INSERT_TAIL(&d->h->conns, c, next);
	door_count(d, 1);
	return c->bev;
}

static void
conn_free(struct conn *c)
{
	struct http *h = c->door->h;
	struct exchange *x = c->open;
	evutil_socket_t fd = bufferevent_getfd(c->bev);

	if (fd >= 0 && (size_t)fd < h->n_by_fd && h->by_fd[fd] == c)
		h->by_fd[fd] = NULL;
	TAILQ_REMOVE(&h->conns, c, next);
	door_count(c->door, -1);
	gate_done(&c->gate);
	bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
	bufferevent_decref(c->bev);
	free(c);
	if (x != NULL)
		stream_lost(x);
}

/* evhttp is about to free the connection: look after it at once. */
static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct conn *c = arg;
	struct http *h = c->door->h;

	(void)evcon;
	c->is_closing = true;
	TAILQ_REMOVE(&h->conns, c, next);
	TAILQ_INSERT_HEAD(&h->conns, c, next);
	event_active(h->reap, EV_TIMEOUT, 0);
}

struct conn *
conn_of(struct http *h, struct evhttp_request *evreq)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(evreq);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evcon);
	struct conn *c = h->by_fd[bufferevent_getfd(bev)];

	evhttp_connection_set_closecb(evcon, on_close, c);
	return c;
}

void
conn_answered(struct evhttp_request *evreq, void *arg)
{
	struct conn *c = arg;

	(void)evreq;
	conn_move(c, gate_is_partial(&c->gate) ? PHASE_READING : PHASE_IDLE);
	http_check_drained(c->door->h);
}

/* Has evhttp let go?  It nulls single callbacks while it writes, all three
 * only then. */
static bool
is_orphan(const struct conn *c)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;

	bufferevent_getcb(c->bev, &on_read, &on_write, &on_event, NULL);
	return on_read == NULL && on_write == NULL && on_event == NULL;
}

static void
on_rest(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	c->swallowed += evbuffer_get_length(in);
	evbuffer_drain(in, evbuffer_get_length(in));
	if (c->swallowed > SWALLOW_MAX)
		conn_free(c);
}

static void
on_rest_end(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)what;
	conn_free(arg);
}

/*
 * Closing with bytes unread would reset the connection, and our refusal might
 * never be read: half-closed already, we listen a little longer.
 */
static void
linger(struct conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);

	conn_move(c, PHASE_LINGER);
	c->is_closing = false;
	TAILQ_REMOVE(&c->door->h->conns, c, next);
	TAILQ_INSERT_TAIL(&c->door->h->conns, c, next);
	evbuffer_remove_cb(in, on_input, c);
	evbuffer_drain(in, evbuffer_get_length(in));
	bufferevent_setcb(c->bev, on_rest, NULL, on_rest_end, c);
	bufferevent_enable(c->bev, EV_READ);
}

/* Let go of a connection that evhttp is done with. */
static bool
reap(struct conn *c)
{
	if (!is_orphan(c))
		return false;
	if (c->gate.state == GATE_DEAD)
		linger(c);
	else
		conn_free(c);
	return true;
}

void
conn_cut(struct conn *c)
{
	if (c->phase != PHASE_LINGER)
		bufferevent_trigger_event(
		    c->bev, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
	conn_free(c);
}

/* Bytes that we have not read yet, or so new that they are still coming. */
static bool
has_more_to_say(const struct conn *c)
{
	char byte;

	return (!c->was_used && clock_mono() - c->since < FRESH_MS) ||
	       recv(bufferevent_getfd(c->bev), &byte, 1,
		   MSG_PEEK | MSG_DONTWAIT) > 0;
}

static bool
is_overdue(const struct conn *c)
{
	if (c->door->h->is_draining && c->phase == PHASE_IDLE)
		return !is_orphan(c) && !has_more_to_say(c);
	return stream_is_late(c);
}

/* Did accept() fail a moment ago? */
static bool
is_starved(const struct http *h)
{
	return h->starved_at != 0 && clock_mono() - h->starved_at < 2000;
}

/* Those that evhttp told us of stand in front. */
static void
on_reap(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct conn *c;

	(void)fd, (void)what;
	while ((c = TAILQ_FIRST(&h->conns)) != NULL && c->is_closing)
		reap(c);
	if (is_starved(h))
		event_active(h->sweep, EV_TIMEOUT, 0);
	http_check_drained(h);
}

/* Cut who is overdue, let go who is dead; returns how many. */
static int
sweep(struct http *h)
{
	struct conn *c, *next;
	int n = 0;

	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		if (is_overdue(c)) {
			conn_cut(c);
			n++;
		} else if (reap(c)) {
			n++;
		}
	}
	return n;
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {.tv_usec = 10000};
	struct http *h = arg;

	(void)fd, (void)what;
	if (sweep(h) > 0 && is_starved(h))
		event_add(h->reap, &soon);
	if (TAILQ_EMPTY(&h->conns) && !h->is_draining)
		conns_pace(h);
	door_watch(&h->tcp);
	door_watch(&h->control);
	http_check_drained(h);
}

struct search {
	const struct evconnlistener *listener;
	struct http *found;
};

static int
is_sweep_of(const struct event_base *base, const struct event *ev, void *arg)
{
	struct search *s = arg;
	struct http *h;

	(void)base;
	if (event_get_callback(ev) != on_sweep)
		return 0;
	h = event_get_callback_arg(ev);
	if (h->tcp.listener != s->listener &&
	    h->control.listener != s->listener)
		return 0;
	s->found = h;
	return 1;
}

struct http *
conns_of_listener(struct evconnlistener *listener)
{
	struct search s = {listener, NULL};

	event_base_foreach_event(
	    evconnlistener_get_base(listener), is_sweep_of, &s);
	return s.found;
}

void
conns_drain(struct http *h)
{
	static const struct timeval often = {
	    .tv_usec = FRESH_MS * 1000 / LOOKS};

	(void)sweep(h);
	event_add(h->sweep, &often);
}

void
conns_pace(struct http *h)
{
	bool is_calm = TAILQ_EMPTY(&h->conns) && !is_starved(h);
	int64_t ms = is_calm ? CALM_MS : SECOND;

	for (int i = 0; i < PHASE_LINGER && !is_calm; i++)
		if (h->phase_ms[i] > 0 && h->phase_ms[i] / LOOKS < ms)
			ms = h->phase_ms[i] / LOOKS;
	event_add(h->sweep, &(struct timeval){ms / 1000, ms % 1000 * 1000});
}

void
conns_start(struct http *h)
{
	TAILQ_INIT(&h->conns);
	h->sweep = event_new(h->base, -1, EV_PERSIST, on_sweep, h);
	h->reap = event_new(h->base, -1, 0, on_reap, h);
	conns_pace(h);
}

void
conns_free(struct http *h)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		conn_free(c);
	}
	event_free(h->sweep);
	event_free(h->reap);
	free(h->by_fd);
}
