/*
 * A long answer: its handler makes one part, which leaves; only then is it run
 * again for the next.  So a slow reader costs one part of memory, and nobody
 * waits for it.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "http_follow.h"
#include "http_inside.h"
#include "http_stream.h"
#include "log.h"

/* At once: a part of each is in memory. */
#define STREAMS_MAX 32

bool
stream_is_due(struct exchange *x)
{
	struct response *a = &x->response;
	bool is_long = x->evreq != NULL && x->conn != NULL && !x->is_head &&
		       a->status == 200 && a->total > (int64_t)a->n_bytes;

	if (is_long && x->h->n_streams == STREAMS_MAX) {
		answer_problem(a, "unavailable");
		answer_header(a, "Retry-After", "5");
		return false;
	}
	return is_long;
}

void
stream_finish(struct exchange *x)
{
	if (x->conn != NULL) {
		x->conn->open = NULL;
		evhttp_request_set_on_complete_cb(
		    x->evreq, conn_answered, x->conn);
	}
	if (x->evreq != NULL)
		evhttp_send_reply_end(x->evreq);
}

/* All of it left, or its reader. */
static void
end(struct exchange *x)
{
	stream_finish(x);
	x->h->n_streams--;
	exchange_end(x);
}

/* The reader sees by the length that it did not get all. */
static void
give_up(struct exchange *x)
{
	struct conn *c = x->conn;

	log_error("long answer broken off id=%s part=%lld", x->request.id,
	    (long long)x->request.part);
	c->open = NULL;
	x->conn = NULL;
	conn_cut(c);
	end(x);
}

static void send_part(struct exchange *x);

static void
on_part(void *arg, enum outcome how)
{
	struct exchange *x = arg;
	const struct response *a = &x->response;

	if (x->conn == NULL || x->evreq == NULL)
		end(x);
	else if (how != OK || a->status != 200 || a->n_bytes == 0 ||
		 x->sent + (int64_t)a->n_bytes > a->total)
		give_up(x);
	else
		send_part(x);
}

/* Nothing is written any more: what was looked at is in the record. */
static void
on_sent(struct evhttp_connection *evcon, void *arg)
{
	struct exchange *x = arg;

	(void)evcon;
	x->is_sending = false;
	if (x->sent == x->response.total) {
		end(x);
		return;
	}
	conn_move(x->conn, PHASE_RUNNING);
	x->request.is_before = true;
	x->request.part++;
	store_post(x->h->store, JOB_READ, exchange_run, on_part, x);
}

/* Sent or not: what was sealed is not left lying in memory. */
static void
wipe(const void *p, size_t n, void *arg)
{
	void *bytes = (void *)(uintptr_t)p;

	(void)arg;
	explicit_bzero(bytes, n);
	free(bytes);
}

static void
send_part(struct exchange *x)
{
	struct response *a = &x->response;
	struct evbuffer *out = evbuffer_new();

	evbuffer_add_reference(out, a->bytes, a->n_bytes, wipe, NULL);
	a->bytes = NULL;
	x->sent += (int64_t)a->n_bytes;
	x->is_sending = true;
	conn_move(x->conn, PHASE_WRITING);
	evhttp_send_reply_chunk_with_cb(x->evreq, out, on_sent, x);
	evbuffer_free(out);
}

void
stream_begin(struct exchange *x)
{
	x->h->n_streams++;
	exchange_headers(x);
	evhttp_send_reply_start(x->evreq, x->response.status, NULL);
	send_part(x);
}

void
stream_lost(struct exchange *x)
{
	x->conn = NULL;
	if (x->follow != NULL)
		follow_lost(x);
	else if (x->is_sending)
		end(x);
}

static bool
is_unread(const struct conn *c)
{
	int left = 0;

	return ioctl(bufferevent_getfd(c->bev), SIOCOUTQ, &left) == 0 &&
	       left > 0;
}

static bool
is_beyond(const struct conn *c, int64_t limit)
{
	return limit > 0 && clock_mono() - c->since > limit;
}

bool
stream_is_late(const struct conn *c)
{
	const int64_t *limits = c->door->h->phase_ms;

	return is_beyond(c, limits[c->phase]) ||
	       (c->phase == PHASE_IDLE && c->was_used &&
		   is_beyond(c, limits[PHASE_WRITING]) && is_unread(c));
}
