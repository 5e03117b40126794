/*
 * Event streams.  After a commit, and now and then without one, the handler is
 * run again as a read, with the mark of what was sent last: rights are asked
 * anew, so a session that is over ends its streams.  What its answer says is
 * sent if the mark has changed, or as a sign of life.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http_follow.h"
#include "http_inside.h"
#include "http_stream.h"

/* Of one caller, who may have two phones and a few windows. */
#define FOLLOW_OWN 6
/* Of all; never more than a quarter of the connections. */
#define FOLLOW_MAX 64
/* We look at most so often after commits, and this often without. */
#define LOOK_MS (1 * SECOND)
#define CALM_MS (10 * SECOND)
/* A sign of life is due: at most CALM_MS later it is sent. */
#define BEAT_MS (19 * SECOND)
/* What a client says that has nothing to say: more is left in the kernel. */
#define INPUT_MAX 1024
/* What the kernel holds for who does not read: a few minutes of news. */
#define UNREAD_MAX 2048

struct follow {
	enum {
		FOLLOW_WAITING, /* for the next look */
		FOLLOW_ASKING,	/* the handler has it */
		FOLLOW_SENDING, /* news are on the way */
		FOLLOW_OVER	/* ends when the handler is done */
	} state;
	char owner[ID_SIZE]; /* who asked */
	int64_t sent_at;     /* clock_mono() */
};

struct followers {
	struct event *look;
	int64_t looked_at; /* clock_mono() */
	int64_t commits;   /* that wrote, when we looked last */
	size_t n;
};

static void
look_in(struct followers *f, int64_t ms)
{
	event_add(f->look, &(struct timeval){ms / 1000, ms % 1000 * 1000});
}

static void
end(struct exchange *x)
{
	struct followers *f = x->h->followers;

	free(x->follow);
	x->follow = NULL;
	stream_finish(x);
	if (f != NULL && --f->n == 0)
		event_del(f->look);
	exchange_end(x);
}

/* At once, or when its job comes back. */
static void
end_soon(struct exchange *x)
{
	if (x->follow->state == FOLLOW_ASKING)
		x->follow->state = FOLLOW_OVER;
	else if (x->follow->state != FOLLOW_OVER)
		end(x);
}

static void
on_sent(struct evhttp_connection *evcon, void *arg)
{
	struct exchange *x = arg;

	(void)evcon;
	x->follow->state = FOLLOW_WAITING;
	conn_move(x->conn, PHASE_RUNNING);
}

/* Whoever does not read it within the deadline is cut by the sweep. */
static void
send_news(struct exchange *x)
{
	struct response *a = &x->response;
	struct evbuffer *out = evbuffer_new();

	memcpy(x->request.mark, a->mark, MARK_SIZE);
	evbuffer_add(out, a->bytes, a->n_bytes);
	x->follow->sent_at = clock_mono();
	x->follow->state = FOLLOW_SENDING;
	conn_move(x->conn, PHASE_WRITING);
	evhttp_send_reply_chunk_with_cb(x->evreq, out, on_sent, x);
	evbuffer_free(out);
}

static void
on_asked(void *arg, enum outcome how)
{
	struct exchange *x = arg;
	const struct response *a = &x->response;

	if (x->conn == NULL || x->evreq == NULL || x->h->is_draining ||
	    x->follow->state == FOLLOW_OVER || how != OK || a->mark[0] == '\0')
		end(x);
	else if (strcmp(a->mark, x->request.mark) != 0 ||
		 clock_mono() - x->follow->sent_at >= BEAT_MS)
		send_news(x);
	else
		x->follow->state = FOLLOW_WAITING;
}

static int64_t
commits(struct http *h)
{
	struct store_stats stats;

	store_stats(h->store, &stats);
	return stats.batches;
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct followers *f = h->followers;
	struct exchange *x;

	(void)fd, (void)what;
	f->looked_at = clock_mono();
	f->commits = commits(h);
	for (x = LIST_FIRST(&h->open); x != NULL; x = LIST_NEXT(x, next)) {
		if (x->follow == NULL || x->follow->state != FOLLOW_WAITING)
			continue;
		x->follow->state = FOLLOW_ASKING;
		x->request.is_before = true;
		store_post(h->store, JOB_READ, exchange_run, on_asked, x);
	}
	look_in(f, CALM_MS);
}

void
http_kick(struct http *h)
{
	struct followers *f = h == NULL ? NULL : h->followers;
	int64_t ago;

	if (f == NULL || f->n == 0 || commits(h) == f->commits)
		return;
	ago = clock_mono() - f->looked_at;
	look_in(f, ago >= LOOK_MS ? 0 : LOOK_MS - ago);
}

/* This caller's: how many, and the one that came first. */
static struct exchange *
oldest_of(const struct exchange *of, size_t *n)
{
	struct exchange *x, *oldest = NULL;

	*n = 0;
	for (x = LIST_FIRST(&of->h->open); x != NULL; x = LIST_NEXT(x, next))
		if (x->follow != NULL && x->follow->state != FOLLOW_OVER &&
		    strcmp(x->follow->owner, of->request.subject.id) == 0) {
			oldest = x;
			++*n;
		}
	return oldest;
}

static bool
is_full(const struct http *h)
{
	return h->followers->n >= FOLLOW_MAX ||
	       h->followers->n >= h->tcp.max / 4;
}

bool
follow_is_due(struct exchange *x)
{
	struct response *a = &x->response;
	struct exchange *oldest;
	size_t n;

	if (a->mark[0] == '\0' || x->evreq == NULL || x->conn == NULL ||
	    x->is_head || x->h->is_draining)
		return false;
	oldest = oldest_of(x, &n);
	if (n >= FOLLOW_OWN) {
		end_soon(oldest);
	} else if (is_full(x->h)) {
		answer_problem(a, "unavailable");
		answer_header(a, "Retry-After", "20");
		return false;
	}
	return true;
}

void
follow_begin(struct exchange *x)
{
	struct followers *f = x->h->followers;

	x->follow = xcalloc(1, sizeof(*x->follow));
	memcpy(x->follow->owner, x->request.subject.id, ID_SIZE);
	x->closes = true;
	exchange_headers(x);
	bufferevent_setwatermark(x->conn->bev, EV_READ, 0, INPUT_MAX);
	setsockopt(bufferevent_getfd(x->conn->bev), SOL_SOCKET, SO_SNDBUF,
	    &(int){UNREAD_MAX}, sizeof(int));
	evhttp_send_reply_start(x->evreq, 200, NULL);
	if (f->n++ == 0) {
		f->commits = commits(x->h);
		look_in(f, CALM_MS);
	}
	send_news(x);
	/* What was committed since the handler ran. */
	look_in(f, LOOK_MS);
}

void
follow_lost(struct exchange *x)
{
	x->conn = NULL;
	end_soon(x);
}

struct followers *
followers_new(struct http *h)
{
	struct followers *f = xcalloc(1, sizeof(*f));

	f->look = event_new(h->base, -1, 0, on_look, h);
	return f;
}

void
followers_end(struct http *h)
{
	struct exchange *x, *next;

	for (x = LIST_FIRST(&h->open); x != NULL; x = next) {
		next = LIST_NEXT(x, next);
		if (x->follow != NULL)
			end_soon(x);
	}
}

void
followers_free(struct http *h)
{
	event_free(h->followers->look);
	free(h->followers);
	h->followers = NULL;
}

int64_t
followers_count(const struct http *h)
{
	return (int64_t)h->followers->n;
}
