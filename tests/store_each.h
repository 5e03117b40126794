/* An open store for each test of a suite. */
#ifndef STORE_EACH_H
#define STORE_EACH_H

#include "store_jobs.h"

static inline int
store_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	rig_new(r);
	rig_open(r, 65536);
	*state = r;
	return 0;
}

static inline int
store_down(void **state)
{
	rig_end(*state);
	free(*state);
	return 0;
}

#endif
