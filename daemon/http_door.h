/* Doors: listening sockets, each with an evhttp of its own. */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include "core.h"

struct door {
	struct http *h;
	struct evhttp *evhttp;
	struct evhttp_bound_socket *bound;
	struct evconnlistener *listener; /* NULL once shut */
	size_t n, max;			 /* connections */
	bool is_control, is_watch;
	int port;   /* of a TCP one */
	char *path; /* of an AF_UNIX socket */
};

/* Both: false after logging why. */
bool door_open_tcp(struct door *d, const char *address, int port);
bool door_open_unix(struct door *d, const char *path);
/* A socket that listens already; owns fd. */
void door_open_fd(struct door *d, int fd);
/* Accept no more. */
void door_shut(struct door *d);
void door_free(struct door *d);
/* Accept, if there is room for one more. */
void door_watch(struct door *d);
/* Connections came or went; when full, look for dead ones at once. */
void door_count(struct door *d, int by);
/* http_conn.c: whose it is. */
struct http *conns_of_listener(struct evconnlistener *listener);
/* As many of the wanted connections as the file limit allows. */
size_t door_limit(int64_t wanted);

#endif
