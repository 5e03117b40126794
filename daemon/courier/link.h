/*
 * The courier's end of the socket to the core: an inherited descriptor, whose
 * end is ours too, or a path that is connected to again and again.
 */
#ifndef LINK_H
#define LINK_H

#include "courier.h"

/* fd -1: connect to path. */
struct link *link_start(struct courier *c, int fd, const char *path);
/* Is the core there? */
bool link_is_up(const struct link *l);
bool link_send(struct link *l, const json_t *msg);
void link_stop(struct link *l);

#endif
