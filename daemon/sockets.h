/*
 * Sockets that the service manager opened and holds for us (sd_listen_fds(3)):
 * they live on while we restart, so no connection is refused meanwhile.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "core.h"

/* Descriptors by FileDescriptorName=; -1: not handed over. */
struct sockets {
	int api;     /* a TCP socket on loopback, or AF_UNIX */
	int control; /* AF_UNIX, whoever may connect is an admin */
	int courier; /* AF_UNIX, SOCK_SEQPACKET */
};

/*
 * Take them over, once at start; none is fine.  False after logging why: an
 * unknown name, twice the same, or a socket that is not what its name says.
 */
bool sockets_take(struct sockets *s);
/* Is this the address of a socket that only this machine can reach? */
bool sockets_is_local(int fd);

#endif
