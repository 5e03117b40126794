/*
 * The channels of channels.conf with their settings and secrets: constant, and
 * kept alive by those who still use it when a reload puts another in force.
 */
#ifndef ROSTER_H
#define ROSTER_H

#include "channel.h"

struct roster;

struct instance {
	const char *name;
	const struct channel *kind;
	struct common *settings; /* the kind's struct, which begins so */
};

/*
 * Every fault as file:line.  A channel with a fault is left out, the others
 * stand; NULL if there is none left, or if the file cannot be read at all.
 */
struct roster *roster_load(const char *path, struct faults *faults);
struct roster *roster_hold(struct roster *r);
/* NULL is fine. */
void roster_release(struct roster *r);

size_t roster_n(const struct roster *r);
const struct instance *roster_nth(const struct roster *r, size_t i);
/* NULL if there is none of that name. */
const struct instance *roster_find(const struct roster *r, const char *name);

#endif
