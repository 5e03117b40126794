#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "log.h"

static const struct role {
	const char *name;
	int type;
	bool is_unix; /* and nothing else */
	size_t offset;
} roles[] = {
    {"api", SOCK_STREAM, false, offsetof(struct sockets, api)},
    {"control", SOCK_STREAM, true, offsetof(struct sockets, control)},
    {"courier", SOCK_SEQPACKET, true, offsetof(struct sockets, courier)},
};

static int *
slot(struct sockets *s, const struct role *r)
{
	return (int *)(void *)((char *)s + r->offset);
}

static const struct role *
role_of(const char *name)
{
	for (size_t i = 0; i < NELEM(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

bool
sockets_is_local(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage room;
	} at;
	socklen_t len = sizeof(at);

	memset(&at, 0, sizeof(at));
	if (getsockname(fd, &at.any, &len) != 0)
		return false;
	switch (at.any.sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return ntohl(at.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&at.v6.sin6_addr);
	default:
		return false;
	}
}

/* NULL if the socket is what its role needs, else what is wrong. */
static const char *
fault_of(const struct role *r, int fd)
{
	int family = r->is_unix ? AF_UNIX : AF_UNSPEC;

	if (sd_is_socket(fd, family, r->type, 1) <= 0)
		return "is of the wrong kind or does not listen";
	if (!sockets_is_local(fd))
		return "is not on a loopback address";
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return strerror(errno);
	return NULL;
}

static bool
take(struct sockets *s, const char *name, int fd)
{
	const struct role *r = role_of(name);
	const char *fault = r == NULL	       ? "has no use here"
			    : *slot(s, r) >= 0 ? "was handed over already"
					       : fault_of(r, fd);

	if (fault != NULL) {
		log_error("socket of the service manager refused name=\"%s\" "
			  "why=\"%s\"",
		    name, fault);
		return false;
	}
	*slot(s, r) = fd;
	return true;
}

bool
sockets_take(struct sockets *s)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	bool good = n >= 0;

	*s = (struct sockets){-1, -1, -1};
	if (n < 0)
		log_error("sockets of the service manager not taken "
			  "error=\"%s\"",
		    strerror(-n));
	for (int i = 0; i < n; i++) {
		good = take(s, names[i], SD_LISTEN_FDS_START + i) && good;
		free(names[i]);
	}
	free(names);
	return good;
}
