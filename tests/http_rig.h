/* A server with made-up routes on a real store; the test turns its loop. */
#ifndef HTTP_RIG_H
#define HTTP_RIG_H

#include "store_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "clock.h"
#include "http.h"

#define JSON_BODY(n)                                                           \
	"Content-Type: application/json\r\nContent-Length: " n "\r\n\r\n"

struct web {
	struct rig rig;
	struct event_base *base;
	struct http *http;
	char control[320];
	bool is_drained;
};

static inline void
web_options(struct web *w, struct http_options *o)
{
	*o = (struct http_options){
	    .listen = "127.0.0.1",
	    .control_path = w->control,
	    .max_connections = 64,
	    .max_body = 1000,
	    .deadline_ms = 400,
	    .idle_ms = 800,
	    .store = w->rig.store,
	    .arg = w,
	};
}

static inline void
web_turn(struct web *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	if (w->rig.store != NULL)
		store_reap(w->rig.store);
	usleep(300);
}

static inline void
web_turn_for(struct web *w, int64_t ms)
{
	int64_t until = clock_mono() + ms;

	while (clock_mono() < until)
		web_turn(w);
}

/* A client's socket; unix: the control socket. */
static inline int
web_connect(struct web *w, bool is_unix)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)http_port(w->http)),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int rc, fd = socket(is_unix ? AF_UNIX : AF_INET,
		    SOCK_STREAM | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, w->control, strlen(w->control));
	assert_true(fd >= 0);
	rc = connect(fd,
	    is_unix ? (struct sockaddr *)&un : (struct sockaddr *)&in,
	    is_unix ? sizeof(un) : sizeof(in));
	assert_true(rc == 0 || errno == EINPROGRESS);
	return fd;
}

/* Send all, turning the loop; false if the other side has closed. */
static inline bool
web_send(struct web *w, int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

		if (k < 0 && errno != EAGAIN)
			return false;
		if (k > 0) {
			at += k;
			n -= (size_t)k;
		}
		web_turn(w);
	}
	return true;
}

/* Receive until the text ends with this, or the other side closes: true. */
static inline bool
web_receive(struct web *w, int fd, struct buf *in, const char *end)
{
	int64_t until = clock_mono() + 5000;
	char piece[4096];

	while (clock_mono() < until) {
		ssize_t k = recv(fd, piece, sizeof(piece), 0);

		if (k == 0 || (k < 0 && errno != EAGAIN))
			return true;
		if (k > 0)
			buf_add(in, piece, (size_t)k);
		if (end != NULL && in->len >= strlen(end) &&
		    strcmp(in->data + in->len - strlen(end), end) == 0)
			return false;
		web_turn(w);
	}
	fail_msg("nothing more came; so far: %s", in->len ? in->data : "");
	return false;
}

/* One request on a connection of its own that is closed by the server. */
static inline char *
web_talk(struct web *w, bool is_unix, const char *raw, size_t n)
{
	struct buf in = BUF_MAX(1 << 20);
	int fd = web_connect(w, is_unix);

	web_send(w, fd, raw, n);
	assert_true(web_receive(w, fd, &in, NULL));
	close(fd);
	return buf_take(&in);
}

/* rest: more headers; body: NULL, or JSON unless rest says otherwise. */
static inline char *
web_ask(struct web *w, const char *line, const char *rest, const char *body)
{
	bool is_json = body != NULL && strstr(rest, "Content-Type") == NULL;
	char *length = body == NULL
			   ? xstrdup("")
			   : xasprintf("Content-Length: %zu\r\n", strlen(body));
	char *raw = xasprintf("%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
			      "%s%s%s\r\n%s",
	    line, rest, is_json ? "Content-Type: application/json\r\n" : "",
	    length, body != NULL ? body : "");
	char *answer = web_talk(w, false, raw, strlen(raw));

	free(length);
	free(raw);
	return answer;
}

static inline enum outcome
who_calls(struct tx *tx, struct request *r, struct response *a)
{
	(void)tx;
	if (r->route->who == ADMIN)
		return OK;
	if (r->authorization == NULL)
		return answer_problem(a, "unauthorized");
	r->subject.kind = BY_AGENCY;
	return OK;
}

static inline void
web_start(struct web *w, const struct route *rows, size_t n)
{
	struct http_options o;

	memset(w, 0, sizeof(*w));
	rig_new(&w->rig);
	rig_open(&w->rig, 0);
	snprintf(w->control, sizeof(w->control), "%s/control", w->rig.dir);
	assert_true(strlen(w->control) < 100);
	w->base = event_base_new();
	web_options(w, &o);
	o.routes = rows;
	o.n_routes = n;
	o.authenticate = who_calls;
	w->http = http_start(w->base, &o);
	assert_non_null(w->http);
}

static inline void
web_end(struct web *w)
{
	http_free(w->http);
	rig_end(&w->rig);
	event_base_free(w->base);
}

static inline bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

#endif
