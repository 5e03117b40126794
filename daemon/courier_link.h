/*
 * The core's end of the wall: an AF_UNIX SOCK_SEQPACKET socket to
 * hotline-courier, one JSON object a packet, at most 64 KiB.
 *
 * core -> courier  {"do":"send","id","epoch","channel","to","subject","text",
 *                   "link","alerts":[...]}   one attempt, please
 *                  {"do":"beat", the same with "words"} a sign of life
 *                  {"do":"taken","reply"}    the reply is committed
 *                  {"do":"reload"}           read channels.conf again
 * courier -> core  {"is":"hello","channels":[names]}
 *                  {"is":"result","id","epoch","class","code","ref",
 *                   "retry_after_ms"}
 *                  {"is":"beat", as a result}
 *                  {"is":"reply","reply","channel","from","text"}
 * class: accepted, transient, permanent, ambiguous.
 */
#ifndef COURIER_LINK_H
#define COURIER_LINK_H

#include <jansson.h>

#include "sockets.h"

struct event_base;
struct courier_link;

struct courier_link_options {
	const char *mode, *program, *socket_path; /* settings courier* */
	const char *channels_path;
	const struct sockets *sockets; /* its courier wins; NULL: none */
	/* A packet came; msg is borrowed. */
	void (*on_message)(void *arg, const json_t *msg);
	/* It came or went. */
	void (*on_change)(void *arg, bool is_up);
	void *arg;
};

/* Start (or await) the courier, and again with growing pauses when it dies. */
struct courier_link *courier_link_start(
    struct event_base *base, const struct courier_link_options *o);
bool courier_link_is_up(const struct courier_link *l);
/* False if it cannot be sent now; msg is borrowed. */
bool courier_link_send(struct courier_link *l, const json_t *msg);
/* Have the courier read channels.conf again; what is in flight goes on. */
void courier_link_reload(struct courier_link *l);
void courier_link_stop(struct courier_link *l);

#endif
