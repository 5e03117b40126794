#include "packets.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

/* Packets that may wait for a slow reader, and read before others' turn. */
#define WAITING_MAX 1024
#define TURN	    32

struct waiting {
	STAILQ_ENTRY(waiting) next;
	char *data;
	size_t len;
};

struct packets {
	struct packets_options o;
	int fd;
	struct event *readable, *writable;
	STAILQ_HEAD(, waiting) queue;
	size_t n_waiting;
	bool is_gone, is_busy, is_closed;
};

static void
drop_first(struct packets *p)
{
	struct waiting *w = STAILQ_FIRST(&p->queue);

	STAILQ_REMOVE_HEAD(&p->queue, next);
	p->n_waiting--;
	free(w->data);
	free(w);
}

static void
destroy(struct packets *p)
{
	while (!STAILQ_EMPTY(&p->queue))
		drop_first(p);
	event_free(p->readable);
	event_free(p->writable);
	close(p->fd);
	free(p);
}

static void
gone(struct packets *p)
{
	if (p->is_gone)
		return;
	p->is_gone = true;
	event_del(p->readable);
	event_del(p->writable);
	p->o.on_gone(p->o.arg);
}

static void
take(struct packets *p, const char *data, size_t len)
{
	json_t *msg = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(msg))
		p->o.on_message(p->o.arg, msg);
	else
		log_error("packet is not a JSON object bytes=%zu", len);
	json_decref(msg);
}

/* One packet; false when none is left or nobody is there. */
static bool
read_one(struct packets *p, char *room)
{
	ssize_t n = recv(p->fd, room, PACKET_MAX, MSG_TRUNC);

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		gone(p);
		return false;
	}
	if ((size_t)n > PACKET_MAX)
		log_error("packet is too long bytes=%zd", n);
	else
		take(p, room, (size_t)n);
	return true;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct packets *p = arg;
	char *room = xcalloc(PACKET_MAX, 1);

	(void)fd, (void)what;
	p->is_busy = true;
	for (int i = 0; i < TURN && !p->is_closed; i++)
		if (!read_one(p, room))
			break;
	p->is_busy = false;
	if (p->is_closed)
		destroy(p);
	free(room);
}

/* 1: gone out, 0: not now, -1: nobody is there. */
static int
send_now(struct packets *p, const char *data, size_t len)
{
	ssize_t n;

	do {
		n = send(p->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 1;
	return errno == EAGAIN || errno == ENOBUFS ? 0 : -1;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct packets *p = arg;
	int sent = 1;

	(void)fd, (void)what;
	while (sent == 1 && !STAILQ_EMPTY(&p->queue)) {
		struct waiting *w = STAILQ_FIRST(&p->queue);

		sent = send_now(p, w->data, w->len);
		if (sent == 1)
			drop_first(p);
	}
	if (STAILQ_EMPTY(&p->queue))
		event_del(p->writable);
	/* A death is told by the reading side, after what it still said. */
	if (sent < 0)
		event_del(p->writable);
}

struct packets *
packets_open(struct event_base *base, int fd, const struct packets_options *o)
{
	struct packets *p = xcalloc(1, sizeof(*p));

	p->o = *o;
	p->fd = fd;
	STAILQ_INIT(&p->queue);
	evutil_make_socket_nonblocking(fd);
	p->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, p);
	p->writable =
	    event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, p);
	if (p->readable == NULL || p->writable == NULL ||
	    event_add(p->readable, NULL) != 0)
		fatal("cannot watch a socket");
	return p;
}

static bool
enqueue(struct packets *p, char *data, size_t len)
{
	struct waiting *w;

	if (p->n_waiting >= WAITING_MAX)
		return false;
	w = xcalloc(1, sizeof(*w));
	w->data = data;
	w->len = len;
	STAILQ_INSERT_TAIL(&p->queue, w, next);
	p->n_waiting++;
	event_add(p->writable, NULL);
	return true;
}

bool
packets_send(struct packets *p, const json_t *msg)
{
	char *data = json_dumps(msg, JSON_COMPACT);
	size_t len = data == NULL ? 0 : strlen(data);
	bool is_ok = false;
	int sent = 0;

	if (len == 0 || len > PACKET_MAX || p->is_gone || p->is_closed)
		goto out;
	if (STAILQ_EMPTY(&p->queue))
		sent = send_now(p, data, len);
	is_ok = sent == 1;
	if (sent == 0 && enqueue(p, data, len)) {
		data = NULL;
		is_ok = true;
	}
out:
	free(data);
	return is_ok;
}

void
packets_close(struct packets *p)
{
	if (p == NULL || p->is_closed)
		return;
	p->is_closed = true;
	if (!p->is_busy)
		destroy(p);
}
