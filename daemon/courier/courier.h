/* The one owner of everything that lives as long as the courier. */
#ifndef COURIER_H
#define COURIER_H

#include <jansson.h>

#include "fetch.h"
#include "roster.h"

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
	bool is_leaving; /* takes nothing new */
};

/* Tell the core; false if it is not there. */
bool courier_tell(struct courier *c, const json_t *msg);
/* Read channels.conf again: all valid, or the old one stays. */
void courier_reload(struct courier *c);
/* Finish what can be finished within a moment, then leave the loop. */
void courier_leave(struct courier *c);
/* The last attempt may be over now. */
void courier_attempt_over(struct courier *c);

/* Make the one attempt that a {"do":"send"} asks for. */
void attempt_begin(struct courier *c, const json_t *msg);

#endif
