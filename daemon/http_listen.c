/* Doors: listening sockets, how many may come in, and EMFILE. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "http_inside.h"
#include "log.h"

#define BACKLOG 128
/* Files the rest of the daemon needs, whatever clients do. */
#define FILES_KEPT 64

size_t
door_limit(int64_t wanted)
{
	struct rlimit files;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur == RLIM_INFINITY)
		return (size_t)wanted;
	room = files.rlim_cur > 2 * FILES_KEPT
		   ? (size_t)files.rlim_cur - FILES_KEPT
		   : (size_t)files.rlim_cur / 2;
	if ((size_t)wanted <= room)
		return (size_t)wanted;
	log_warn("connections limited by the file limit max=%zu", room);
	return room;
}

void
door_watch(struct door *d)
{
	if (d->listener == NULL)
		return;
	if (d->n < d->max)
		evconnlistener_enable(d->listener);
	else
		evconnlistener_disable(d->listener);
}

void
door_count(struct door *d, int by)
{
	d->n = by < 0 ? d->n - 1 : d->n + (size_t)by;
	/* The first of all: there is something to sweep again. */
	if (by > 0 && TAILQ_NEXT(TAILQ_FIRST(&d->h->conns), next) == NULL)
		conns_pace(d->h);
	if (by > 0 && d->n >= d->max)
		event_active(d->h->sweep, EV_TIMEOUT, 0);
	door_watch(d);
}

/*
 * accept() failed, no file left perhaps: trying on would spin.  The next sweep
 * opens the door again.  arg is evhttp's, not ours.
 */
static void
on_error(struct evconnlistener *listener, void *arg)
{
	int error = errno;
	struct http *h = conns_of_listener(listener);
	int64_t now = clock_mono();

	(void)arg;
	evconnlistener_disable(listener);
	if (h == NULL)
		return;
	if (now - h->complained_at >= SECOND) {
		log_warn(
		    "cannot accept connections error=\"%s\"", strerror(error));
		h->complained_at = now;
	}
	h->starved_at = now;
	conns_pace(h);
}

/* 0 for a socket without one. */
static int
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = {.v6 = {0}};
	socklen_t len = sizeof(at);

	if (getsockname(fd, &at.any, &len) != 0)
		return 0;
	if (at.any.sa_family == AF_UNIX)
		return 0;
	return ntohs(
	    at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

/* Give a listening socket to an evhttp of its own; owns fd. */
static void
door_accept(struct door *d, int fd)
{
	struct http *h = d->h;

	d->listener = evconnlistener_new(h->base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	d->evhttp = evhttp_new(h->base);
	evhttp_set_bevcb(d->evhttp, conn_new, d);
	evhttp_set_gencb(d->evhttp, exchange_begin, d);
	evhttp_set_allowed_methods(
	    d->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
			   EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH |
			   EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
	d->bound = evhttp_bind_listener(d->evhttp, d->listener);
	evconnlistener_set_error_cb(d->listener, on_error);
}

void
door_open_fd(struct door *d, int fd)
{
	d->port = port_of(fd);
	door_accept(d, fd);
}

/* Listen on a bound socket; owns fd. */
static bool
door_open(struct door *d, int fd)
{
	if (evutil_make_socket_nonblocking(fd) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		log_error("cannot listen error=\"%s\"", strerror(errno));
		close(fd);
		return false;
	}
	door_accept(d, fd);
	return true;
}

/* Numeric and loopback, or AF_UNSPEC after logging why. */
static socklen_t
parse_address(const char *text, int port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1 &&
	    ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr)) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	log_error("will not listen: not a loopback address listen=\"%s\" "
		  "(use 127.0.0.1 or ::1 and a TLS proxy in front)",
	    text);
	return 0;
}

bool
door_open_tcp(struct door *d, const char *address, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = parse_address(address, port, &ss);
	int fd, on = 1;

	if (len == 0)
		return false;
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&ss, len) != 0) {
		log_error("cannot bind listen=\"%s\" port=%d error=\"%s\"",
		    address, port, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	d->port = port_of(fd);
	return door_open(d, fd);
}

/* A socket nobody answers on is a leftover of a daemon that died. */
static bool
is_in_use(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool used = fd >= 0 &&
		    connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0;

	if (fd >= 0)
		close(fd);
	return used;
}

static bool
bind_unix(int fd, const struct sockaddr_un *at)
{
	struct stat st;
	mode_t mask;
	int rc;

	if (lstat(at->sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode) || is_in_use(at)) {
			errno = EADDRINUSE;
			return false;
		}
		unlink(at->sun_path);
	}
	mask = umask(0117);
	rc = bind(fd, (const struct sockaddr *)at, sizeof(*at));
	umask(mask);
	return rc == 0;
}

bool
door_open_unix(struct door *d, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(at.sun_path)) {
		log_error("control socket path too long max=%zu",
		    sizeof(at.sun_path) - 1);
		return false;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !bind_unix(fd, &at)) {
		log_error("cannot bind the control socket path=\"%s\" "
			  "error=\"%s\"",
		    path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	d->path = xstrdup(path);
	return door_open(d, fd);
}

void
door_shut(struct door *d)
{
	if (d->listener == NULL)
		return;
	evhttp_del_accept_socket(d->evhttp, d->bound);
	d->listener = NULL;
	if (d->path != NULL)
		unlink(d->path);
}

void
door_free(struct door *d)
{
	door_shut(d);
	if (d->evhttp != NULL)
		evhttp_free(d->evhttp);
	free(d->path);
}
