#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "log.h"
#include "store_parts.h"

#define CHECKPOINT_PAGES 1000
#define FULL_PAGES	 64 /* while the reserve still has room for it */
/* Shorter than the outbox's tick, which asks as long as something is held. */
#define IDLE_MS	    (SECOND / 2)
#define FOREVER	    (-1)
#define GATHER_FROM 8 /* writes in a batch */
#define GATHER_MS   2
/* Of one batch, all in the log at once: less than the smallest reserve. */
#define UPLOADS_MAX 4

/* What the store thread took from the queue at once. */
struct batch {
	struct item *reads[BATCH_MAX], *writes[BATCH_MAX], *trials[BATCH_MAX];
	size_t n_reads, n_writes, n_trials, n_uploads;
	struct item *special; /* needs the gap between batches */
	bool is_idle;
};

static void
finish(struct store *s, struct item **v, size_t n)
{
	if (n == 0)
		return;
	pthread_mutex_lock(&s->mutex);
	for (size_t i = 0; i < n; i++) {
		s->stats.jobs +=
		    v[i]->what == ITEM_JOB && v[i]->kind != JOB_READ;
		list_add(&s->finished, v[i]);
	}
	pthread_mutex_unlock(&s->mutex);
	if (s->wake != NULL)
		s->wake(s->wake_arg);
}

static void
finish_one(struct store *s, struct item *i)
{
	if (i != NULL)
		finish(s, &i, 1);
}

/* How long to sleep without work: 0 not at all. */
static int64_t
pause_ms(const struct store *s)
{
	if (s->copy.item != NULL && !s->copy.checking)
		return 0;
	if (s->wal_pages > 0 || atomic_load(&s->full))
		return IDLE_MS;
	return FOREVER;
}

static bool
is_quiet(const struct store *s)
{
	return s->waiting.head == NULL && !s->closing && !s->copy.checked;
}

/* Under mutex; true if it became too long. */
static bool
sleep_until_work(struct store *s, int64_t ms)
{
	struct timespec until;
	int64_t end = clock_mono() + ms;
	int rc = 0;

	until.tv_sec = (time_t)(end / SECOND);
	until.tv_nsec = (long)(end % SECOND) * 1000000;
	while (is_quiet(s) && rc == 0)
		rc = ms == FOREVER
			 ? pthread_cond_wait(&s->cond, &s->mutex)
			 : pthread_cond_timedwait(&s->cond, &s->mutex, &until);
	return rc != 0;
}

static size_t
n_jobs(const struct batch *b)
{
	return b->n_reads + b->n_writes + b->n_trials;
}

static void
add_job(struct batch *b, struct item *i)
{
	if (i->kind == JOB_READ)
		b->reads[b->n_reads++] = i;
	else if (i->kind == JOB_TRIAL)
		b->trials[b->n_trials++] = i;
	else
		b->writes[b->n_writes++] = i;
	b->n_uploads += i->kind == JOB_UPLOAD;
}

/* Under mutex: jobs up to a batch, or one special item. */
static void
fill(struct store *s, struct batch *b)
{
	struct item *i;

	while ((i = s->waiting.head) != NULL && n_jobs(b) < BATCH_MAX) {
		if (i->kind == JOB_UPLOAD && b->n_uploads == UPLOADS_MAX)
			return;
		if (i->what != ITEM_JOB) {
			if (n_jobs(b) == 0)
				b->special = list_take(&s->waiting);
			return;
		}
		s->n_reads -= i->kind == JOB_READ;
		add_job(b, list_take(&s->waiting));
	}
}

/*
 * Many came together last time and were answered together: they will again.
 * Whoever is quick waits for the rest, or there is a commit for a few of them.
 */
static void
gather(const struct batch *last)
{
	const struct timespec moment = {.tv_nsec = GATHER_MS * 1000000L};

	if (last->n_writes >= GATHER_FROM && last->n_writes < BATCH_MAX)
		(void)nanosleep(&moment, NULL);
}

/* False when the store closes and nothing is left. */
static bool
take(struct store *s, struct batch *b)
{
	int64_t ms = pause_ms(s);
	bool more;

	gather(b);
	b->n_reads = b->n_writes = b->n_trials = b->n_uploads = 0;
	b->special = NULL;
	pthread_mutex_lock(&s->mutex);
	b->is_idle = ms != 0 && sleep_until_work(s, ms);
	more = s->waiting.head != NULL || !s->closing;
	fill(s, b);
	pthread_mutex_unlock(&s->mutex);
	return more;
}

static void
run_special(struct store *s, struct item *i)
{
	if (i->what == ITEM_CONTEXT) {
		s->context = i->context;
		finish_one(s, i);
	} else {
		finish_one(s, store_copy_start(s, i));
	}
}

/* They were not run: they are the oldest again. */
static void
give_back(struct store *s, struct item **v, size_t n)
{
	pthread_mutex_lock(&s->mutex);
	while (n-- > 0)
		list_return(&s->waiting, v[n]);
	pthread_mutex_unlock(&s->mutex);
}

static void
run_batch(struct store *s, struct batch *b)
{
	size_t done;

	store_run_reads(s, b->reads, b->n_reads);
	finish(s, b->reads, b->n_reads);
	done = store_run_writes(s, b->writes, b->n_writes);
	finish(s, b->writes, done);
	give_back(s, b->writes + done, b->n_writes - done);
	store_run_trials(s, b->trials, b->n_trials);
	finish(s, b->trials, b->n_trials);
	if (b->special != NULL)
		run_special(s, b->special);
	if (b->n_writes > 0 &&
	    s->wal_pages >=
		(atomic_load(&s->full) ? FULL_PAGES : CHECKPOINT_PAGES))
		store_checkpoint(s, false);
	if (b->is_idle && s->wal_pages > 0)
		store_checkpoint(s, true);
	store_full_leave(s);
	finish_one(s, store_copy_step(s));
}

static void *
run(void *arg)
{
	struct store *s = arg;
	struct batch *b = xcalloc(1, sizeof(*b));

	if (atomic_load(&s->full))
		store_checkpoint(s, false);
	while (take(s, b))
		run_batch(s, b);
	finish_one(s, store_copy_abort(s));
	store_checkpoint(s, true);
	free(b);
	return NULL;
}

static struct store *
store_new(const char *path)
{
	struct store *s = xcalloc(1, sizeof(*s));
	pthread_condattr_t attr;

	s->path = xstrdup(path);
	s->reserve_path = xasprintf("%s.reserve", path);
	list_init(&s->waiting);
	list_init(&s->finished);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->cond, &attr);
	pthread_condattr_destroy(&attr);
	return s;
}

static void
store_free(struct store *s)
{
	store_disconnect(s);
	pthread_cond_destroy(&s->cond);
	pthread_mutex_destroy(&s->mutex);
	free(s->reserve_path);
	free(s->path);
	free(s);
}

/* Signals are the loop thread's. */
static bool
start_thread(struct store *s)
{
	sigset_t all, old;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error != 0)
		log_error("store thread not started errno=%d", error);
	s->has_thread = error == 0;
	return s->has_thread;
}

struct store *
store_open(const struct store_options *o)
{
	struct store *s = store_new(o->path);

	s->wake = o->wake;
	s->wake_arg = o->wake_arg;
	s->reserve_bytes = o->reserve_bytes;
	if (store_connect(s, o) && start_thread(s))
		return s;
	store_free(s);
	return NULL;
}

struct store *
store_open_copy(const char *path)
{
	struct store *s = store_new(path);

	if (store_connect_copy(s))
		return s;
	store_free(s);
	return NULL;
}

enum outcome
store_read_now(struct store *s, job_run *run_it, void *arg)
{
	struct item i = {.kind = JOB_READ, .run = run_it, .arg = arg};
	struct item *one = &i;

	if (s->has_thread)
		fatal("store_read_now on a store with a thread");
	store_run_reads(s, &one, 1);
	return i.how;
}

void
store_close(struct store *s)
{
	pthread_mutex_lock(&s->mutex);
	s->closing = true;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->mutex);
	if (s->has_thread)
		pthread_join(s->thread, NULL);
	store_disconnect(s);
	s->is_closed = true;
}

static void
add(struct store *s, struct item i)
{
	struct item *one = xcalloc(1, sizeof(*one));

	*one = i;
	one->how = FAILED;
	pthread_mutex_lock(&s->mutex);
	list_add(s->is_closed ? &s->finished : &s->waiting, one);
	s->n_reads += i.what == ITEM_JOB && i.kind == JOB_READ && !s->is_closed;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->mutex);
}

void
store_post(struct store *s, enum job_kind kind, job_run *run_it, job_done *done,
    void *arg)
{
	add(s, (struct item){.what = ITEM_JOB,
		   .kind = kind,
		   .run = run_it,
		   .done = done,
		   .arg = arg});
}

void
store_set_context(struct store *s, const struct context *c,
    void (*drop)(void *), void *drop_arg)
{
	add(s, (struct item){.what = ITEM_CONTEXT,
		   .context = c,
		   .drop = drop,
		   .arg = drop_arg});
}

void
store_copy(struct store *s, const char *path, job_done *done, void *arg)
{
	add(s, (struct item){.what = ITEM_COPY,
		   .path = xstrdup(path),
		   .done = done,
		   .arg = arg});
}

static struct item *
next_finished(struct store *s)
{
	struct item *i;

	pthread_mutex_lock(&s->mutex);
	i = list_take(&s->finished);
	pthread_mutex_unlock(&s->mutex);
	return i;
}

void
store_reap(struct store *s)
{
	struct item *i;

	while ((i = next_finished(s)) != NULL) {
		if (i->drop != NULL)
			i->drop(i->arg);
		if (i->done != NULL)
			i->done(i->arg, i->how);
		free(i->path);
		free(i);
	}
	if (s->is_closed)
		store_free(s);
}

bool
store_is_full(const struct store *s)
{
	return atomic_load(&s->full);
}

void
store_stats(struct store *s, struct store_stats *out)
{
	pthread_mutex_lock(&s->mutex);
	*out = s->stats;
	pthread_mutex_unlock(&s->mutex);
}
