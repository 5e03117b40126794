/* The one owner of everything that lives as long as the courier. */
#ifndef COURIER_H
#define COURIER_H

#include <jansson.h>

#include "fetch.h"
#include "roster.h"

struct event;
struct event_base;
struct inbox;
struct link;

struct courier {
	const char *channels_path;
	struct event_base *base;
	struct roster *roster; /* in force */
	struct fetch *fetch;
	struct fetch
	    *beats; /* of its own: no alert stands before a heartbeat */
	struct inbox *inbox;
	struct link *link;
	struct event
	    *stay;	 /* pending: asked to leave, the core is still there */
	bool is_leaving; /* takes nothing new */
};

/* Tell the core; false if it is not there. */
bool courier_tell(struct courier *c, const json_t *msg);
/* Read channels.conf again: all valid, or the old one stays. */
void courier_reload(struct courier *c);
/*
 * Somebody wants it to end.  The core may be ending too, and its last words to
 * duty go through us: stay until it has gone, 5 s at most.
 */
void courier_stop(struct courier *c);
/* The core has gone: true if that ends us, too, as courier_stop() asked. */
bool courier_follows(struct courier *c);
/* The last attempt may be over now. */
void courier_attempt_over(struct courier *c);

/* Make the one attempt that a {"do":"send"} asks for. */
void attempt_begin(struct courier *c, const json_t *msg);

#endif
