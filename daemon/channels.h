/*
 * The channel instances of channels.conf.  The core needs names and rates; the
 * courier reads all of it and, from files of its own, the secrets.
 */
#ifndef CHANNELS_H
#define CHANNELS_H

#include "conf_tree.h"

struct channel_conf {
	const char *name; /* "email", "zalo", "sms": what addresses name */
	const char *kind; /* a row of handlers/channels.def */
	bool replies;	  /* answer codes can come back on it */
	bool dedupes;	  /* the receiving side knows repeated ids */
	int64_t interval; /* least ms between two messages */
	const struct node *node; /* all keys, for the kind's own table */
};
struct channels;

struct channels *channels_load(const char *path, struct faults *faults);
void channels_free(struct channels *c);
size_t channels_n(const struct channels *c);
const struct channel_conf *channels_nth(const struct channels *c, size_t i);
const struct channel_conf *
channels_find(const struct channels *c, const char *name);
/* Does it call another hotlined, one thing a call, instead of telling people? */
bool channels_is_call(const struct channels *c, const char *name);
/*
 * Does this answer of it say that the address is no more, for good?  Of a push
 * service 404 and 410 (RFC 8030, 7.3).
 */
bool channels_is_gone(const struct channels *c, const char *name, int64_t code);

#endif
