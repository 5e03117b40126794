/* Raw sockets to the server of http_rig.h; every wait turns its loop. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "http_rig.h"

#define JSON_BODY(n)                                                           \
	"Content-Type: application/json\r\nContent-Length: " n "\r\n\r\n"

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

#endif
