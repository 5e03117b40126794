/*
 * What a job may read besides its tx: constant until a reload swaps it whole.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "calendar.h"
#include "conf.h"
#include "seal.h"

struct procedure;
struct messages;
struct channels;

struct context {
	const struct conf *conf;
	const struct calendar *calendar;
	const struct procedure *procedure;
	const struct messages *messages; /* alert texts */
	const struct channels *channels; /* names and rates, no secrets */
	struct key wrap;		 /* wraps data keys */
	struct key blind;		 /* blind indexes */
	/* The ones before, while a new master key comes; version 0: none. */
	struct key wrap_old, blind_old;
};

#endif
