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
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

struct rig {
	char dir[256], path[300];
	struct store *store;
	sem_t woken;
	int done; /* jobs reaped */
};

/* A job that sets or gets meta rows, and can wait for the test. */
struct job {
	struct rig *rig;
	const char *name, *value;
	enum outcome end;     /* what run ends with if all went well */
	sem_t *reached, *let; /* or NULL */
	int runs;
	bool is_done;
	int order; /* of done calls */
	enum outcome how;
	char found[64]; /* by job_get */
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

/* Reap until n jobs in all are done, and this one; fails after ten seconds. */
static inline void
rig_wait_for(struct rig *r, int n, const struct job *j)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
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
job_pause(struct job *j)
{
	if (j->reached != NULL)
		sem_post(j->reached);
	if (j->let != NULL)
		sem_wait(j->let);
}

static inline enum outcome
job_set(struct tx *tx, void *arg)
{
	struct job *j = arg;
	enum outcome how;

	j->runs++;
	job_pause(j);
	how = tx_exec(tx, Q_META_SET,
	    ARGS(V_TEXT("00000"), V_TEXT(j->name), V_TEXT(j->value)));
	return how != OK ? how : j->end;
}

static inline enum outcome
job_get(struct tx *tx, void *arg)
{
	struct job *j = arg;
	struct rows *r;

	j->runs++;
	job_pause(j);
	r = tx_query(tx, Q_META_GET, ARGS(V_TEXT("00000"), V_TEXT(j->name)));
	j->found[0] = '\0';
	if (rows_next(r))
		snprintf(j->found, sizeof(j->found), "%.60s", row_text(r, 0));
	return rows_end(r);
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

/* How a child process that runs fn ends, as of waitpid. */
static inline int
rig_child(void (*fn)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

#endif
