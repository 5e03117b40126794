#include "http_pool.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "core.h"

struct task {
	STAILQ_ENTRY(task) next;
	void (*work)(void *), (*done)(void *);
	void *arg;
};
STAILQ_HEAD(tasks, task);

struct pool {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct tasks waiting, finished; /* under the mutex */
	int n_waiting;
	bool is_started, ends;
	int wake_fd;
	struct event *wake;
};

static void
finish(struct pool *p, struct task *t)
{
	uint64_t one = 1;

	pthread_mutex_lock(&p->mutex);
	STAILQ_INSERT_TAIL(&p->finished, t, next);
	pthread_mutex_unlock(&p->mutex);
	(void)!write(p->wake_fd, &one, sizeof(one));
}

/* The next task; NULL at the end. */
static struct task *
take(struct pool *p)
{
	struct task *t = NULL;

	pthread_mutex_lock(&p->mutex);
	while (!p->ends && STAILQ_EMPTY(&p->waiting))
		pthread_cond_wait(&p->cond, &p->mutex);
	if (!p->ends) {
		t = STAILQ_FIRST(&p->waiting);
		STAILQ_REMOVE_HEAD(&p->waiting, next);
		p->n_waiting--;
	}
	pthread_mutex_unlock(&p->mutex);
	return t;
}

static void *
run(void *arg)
{
	struct pool *p = arg;
	struct task *t;

	while ((t = take(p)) != NULL) {
		t->work(t->arg);
		finish(p, t);
	}
	return NULL;
}

/* On the loop: a done may post again. */
static void
call_done(struct pool *p, struct tasks *from)
{
	struct tasks mine = STAILQ_HEAD_INITIALIZER(mine);
	struct task *t;

	pthread_mutex_lock(&p->mutex);
	STAILQ_CONCAT(&mine, from);
	pthread_mutex_unlock(&p->mutex);
	while ((t = STAILQ_FIRST(&mine)) != NULL) {
		STAILQ_REMOVE_HEAD(&mine, next);
		t->done(t->arg);
		free(t);
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct pool *p = arg;
	uint64_t n;

	(void)what;
	(void)!read(fd, &n, sizeof(n));
	call_done(p, &p->finished);
}

struct pool *
pool_new(struct event_base *base)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->cond, NULL);
	STAILQ_INIT(&p->waiting);
	STAILQ_INIT(&p->finished);
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	p->wake = event_new(base, p->wake_fd, EV_READ | EV_PERSIST, on_wake, p);
	event_add(p->wake, NULL);
	return p;
}

/* Signals are the loop's. */
static bool
start(struct pool *p)
{
	sigset_t all, before;

	if (p->is_started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	p->is_started = pthread_create(&p->thread, NULL, run, p) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->is_started;
}

bool
pool_post(struct pool *p, void (*work)(void *), void (*done)(void *), void *arg)
{
	struct task *t;
	bool is_taken;

	if (!start(p))
		return false;
	pthread_mutex_lock(&p->mutex);
	is_taken = p->n_waiting < POOL_WAITING;
	if (is_taken) {
		t = xcalloc(1, sizeof(*t));
		*t = (struct task){.work = work, .done = done, .arg = arg};
		STAILQ_INSERT_TAIL(&p->waiting, t, next);
		p->n_waiting++;
		pthread_cond_signal(&p->cond);
	}
	pthread_mutex_unlock(&p->mutex);
	return is_taken;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->mutex);
	p->ends = true;
	pthread_cond_signal(&p->cond);
	pthread_mutex_unlock(&p->mutex);
	if (p->is_started)
		pthread_join(p->thread, NULL);
	call_done(p, &p->finished);
	call_done(p, &p->waiting);
	event_free(p->wake);
	(void)close(p->wake_fd);
	pthread_cond_destroy(&p->cond);
	pthread_mutex_destroy(&p->mutex);
	free(p);
}
