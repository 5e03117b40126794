/* The one owner of everything that lives as long as the daemon. */
#ifndef HOTLINED_H
#define HOTLINED_H

#include "context.h"
#include "courier_link.h"
#include "http.h"
#include "metrics.h"
#include "outbox.h"
#include "schedule.h"
#include "store.h"

struct hotlined {
	const char *conf_path;
	struct context *context; /* in force; owned parts */
	struct event_base *base;
	struct store *store;
	struct http *http;
	struct schedule *schedule;
	struct outbox *outbox;
	struct courier_link *courier;
	struct metrics *metrics;
	struct rotation *rotation;
	struct beat *beat;
	struct night *night;
	int64_t started_at;
	struct conf *started_with; /* what a restart is measured against */
	char *restart_needed;	   /* settings that wait for one, "" if none */
};

/* All of conf, calendar, procedure, messages, channels, keys; NULL and every
 * fault as file:line. */
struct context *context_load(const char *conf_path, struct faults *faults);
void context_free(void *context);
/* Keys of a master key instead of those that were loaded. */
void context_set_key(struct context *c, const struct key *master);
/* Re-read everything: all valid, or nothing changes and false. */
bool hotlined_reload(struct hotlined *d, struct faults *faults);
/* Bring a new master key in; the one before is accepted until all is done. */
bool hotlined_new_key(
    struct hotlined *d, const struct key *master, struct faults *faults);
/* It is done: let the old one go. */
void hotlined_drop_old_key(struct hotlined *d);

#endif
