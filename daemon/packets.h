/*
 * JSON objects over an AF_UNIX SOCK_SEQPACKET socket, one a packet: what both
 * ends of the courier's socket are made of.
 */
#ifndef PACKETS_H
#define PACKETS_H

#include <jansson.h>

#include "core.h"

#define PACKET_MAX ((size_t)128 * 1024)

struct event_base;
struct packets;

struct packets_options {
	/* One came in; msg is borrowed. */
	void (*on_message)(void *arg, const json_t *msg);
	/* The other end is gone; close it, now or later. */
	void (*on_gone)(void *arg);
	void *arg;
};

/* Speak over fd, which is owned from now on and made non-blocking. */
struct packets *
packets_open(struct event_base *base, int fd, const struct packets_options *o);
/*
 * Send now, or when the other end reads again.  False if it is longer than
 * PACKET_MAX, too many wait already, or nobody is there; msg is borrowed.
 */
bool packets_send(struct packets *p, const json_t *msg);
/* Also from a callback, which is then the last one.  NULL is fine. */
void packets_close(struct packets *p);

#endif
