/* A store in a folder of its own, and a loop that waits for its jobs. */
#ifndef STORE_RIG_H
#define STORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <semaphore.h>
#include <unistd.h>

#include "store.h"

struct rig {
	char dir[256], path[300];
	struct store *store;
	sem_t woken;
	int done; /* jobs reaped */
};

static inline void
rig_wake(void *arg)
{
	sem_post(arg);
}

static inline struct store *
rig_try_open(struct rig *r, int64_t reserve)
{
	const struct store_options o = {.path = r->path,
	    .reserve_bytes = reserve,
	    .quick_check_bytes = 1 << 30,
	    .wake = rig_wake,
	    .wake_arg = &r->woken};

	return store_open(&o);
}

static inline void
rig_new(struct rig *r)
{
	const char *tmp = getenv("TMPDIR");

	memset(r, 0, sizeof(*r));
	snprintf(r->dir, sizeof(r->dir), "%s/storeXXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->path, sizeof(r->path), "%s/hotlined.db", r->dir);
	sem_init(&r->woken, 0, 0);
}

static inline void
rig_open(struct rig *r, int64_t reserve)
{
	r->store = rig_try_open(r, reserve);
	assert_non_null(r->store);
}

static inline void
rig_close(struct rig *r)
{
	store_close(r->store);
	store_reap(r->store);
	r->store = NULL;
}

static inline int
rig_remove(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st, (void)kind, (void)f;
	return remove(path);
}

static inline void
rig_end(struct rig *r)
{
	if (r->store != NULL)
		rig_close(r);
	nftw(r->dir, rig_remove, 8, FTW_DEPTH | FTW_PHYS);
	sem_destroy(&r->woken);
}

#endif
