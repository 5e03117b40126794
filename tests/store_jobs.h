/* Jobs for a store_rig.h, and the loop that waits for them. */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "store_job.h"

#include <time.h>

/* Reap until n jobs in all are done, and this one; fails after a minute: under
 * helgrind on a busy machine ten seconds are not enough. */
static inline void
rig_wait_for(struct rig *r, int n, const struct job *j)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	while (r->done < n || (j != NULL && !j->is_done)) {
		assert_int_equal(sem_timedwait(&r->woken, &until), 0);
		store_reap(r->store);
	}
}

static inline void
rig_wait(struct rig *r, int n)
{
	rig_wait_for(r, n, NULL);
}

static inline void
job_done_fn(void *arg, enum outcome how)
{
	struct job *j = arg;

	assert_false(j->is_done);
	j->is_done = true;
	j->how = how;
	j->order = j->rig->done++;
}

static inline void
rig_post(struct rig *r, enum job_kind kind, struct job *j)
{
	j->rig = r;
	store_post(r->store, kind, kind == JOB_READ ? job_get : job_set,
	    job_done_fn, j);
}

/* Post one, wait for it, give its outcome. */
static inline enum outcome
rig_do(struct rig *r, enum job_kind kind, struct job *j)
{
	rig_post(r, kind, j);
	rig_wait_for(r, 0, j);
	return j->how;
}

/* The value of a name now, "" if there is none. */
static inline void
rig_expect(struct rig *r, const char *name, const char *value)
{
	struct job j = {.name = name};

	assert_int_equal(rig_do(r, JOB_READ, &j), OK);
	assert_string_equal(j.found, value);
}

/* Hold the store thread inside a job, so that what follows waits together. */
struct hold {
	sem_t reached, let;
	struct job job;
};

static inline void
hold_start(struct rig *r, struct hold *h)
{
	memset(h, 0, sizeof(*h));
	sem_init(&h->reached, 0, 0);
	sem_init(&h->let, 0, 0);
	h->job = (struct job){.name = "hold",
	    .value = "1",
	    .reached = &h->reached,
	    .let = &h->let};
	rig_post(r, JOB_ACT, &h->job);
	sem_wait(&h->reached);
}

static inline void
hold_end(struct hold *h)
{
	sem_post(&h->let);
}

#endif
