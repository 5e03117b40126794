#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

struct url {
	char host[256], port[8];
	bool is_https;
};

/* "https://host:port/path"; [::1] loses its brackets.  False: no host. */
static bool
url_read(const char *s, struct url *u)
{
	const char *rest = strstr(s, "://"), *port = NULL;
	size_t n;

	*u = (struct url){.is_https = strncmp(s, "https://", 8) == 0};
	if (rest == NULL)
		return false;
	rest += 3;
	n = strcspn(rest, "/");
	if (rest[0] == '[') {
		port = memchr(rest, ']', n);
		rest++;
		n = port == NULL ? 0 : (size_t)(port - rest);
		port = port != NULL && port[1] == ':' ? port + 2 : NULL;
	} else if (memchr(rest, ':', n) != NULL) {
		port = (const char *)memchr(rest, ':', n) + 1;
		n = (size_t)(port - 1 - rest);
	}
	if (n == 0 || n >= sizeof(u->host))
		return false;
	memcpy(u->host, rest, n);
	snprintf(u->port, sizeof(u->port), "%.*s",
	    port == NULL ? 7 : (int)strspn(port, "0123456789"),
	    port != NULL  ? port
	    : u->is_https ? "443"
			  : "80");
	return true;
}

static bool
is_private_literal(const char *host)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, host, &four.sin_addr) == 1)
		return address_is_private((const struct sockaddr *)&four);
	if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1)
		return address_is_private((const struct sockaddr *)&six);
	return false;
}

/* A name without a dot, or of a zone that no resolver outside knows. */
static bool
is_private_name(const char *host)
{
	static const char *const zones[] = {
	    ".localhost", ".local", ".lan", ".internal", ".home.arpa"};
	size_t n = strlen(host);

	for (size_t i = 0; i < NELEM(zones); i++)
		if (n > strlen(zones[i]) &&
		    strcasecmp(host + n - strlen(zones[i]), zones[i]) == 0)
			return true;
	return strpbrk(host, ".:") == NULL;
}

const char *
url_form_fault(const char *url)
{
	struct url u;

	if (!url_read(url, &u))
		return "it has no host";
	if (!u.is_https)
		return "it is not https";
	if (is_private_literal(u.host) || is_private_name(u.host))
		return "its host is of this network alone";
	return NULL;
}

static const char *
try_connect(const struct addrinfo *a, int timeout_ms)
{
	int fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t n = sizeof(error);
	const char *fault = NULL;

	if (fd < 0)
		return "no socket";
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)
		fault = "there is no way to it";
	else if (poll(&p, 1, timeout_ms) <= 0)
		fault = "it does not answer";
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 ||
		 error != 0)
		fault = "nobody listens there";
	(void)close(fd);
	return fault;
}

/* The first address that answers is enough. */
static const char *
try_all(const struct addrinfo *list, bool inside, int timeout_ms)
{
	const char *fault = "its host is of this network alone";

	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		if (!inside && address_is_private(a->ai_addr))
			continue;
		fault = try_connect(a, timeout_ms);
		if (fault == NULL)
			return NULL;
	}
	return fault;
}

const char *
url_probe(const char *url, bool inside, int timeout_ms)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	struct url u;
	const char *fault;

	if (!url_read(url, &u))
		return "it has no host";
	if (getaddrinfo(u.host, u.port, &hints, &list) != 0)
		return "its name is not known";
	fault = try_all(list, inside, timeout_ms);
	freeaddrinfo(list);
	return fault;
}
