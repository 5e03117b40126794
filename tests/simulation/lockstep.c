/*
 * Store thread and loop in turns.  The program is linked so that the store's
 * waiting, its last exit and every job's posting come here.
 */
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "simulation.h"

#define WRAPPED(type, name, ...)                                               \
	type __real_##name(__VA_ARGS__);                                       \
	type __wrap_##name(__VA_ARGS__)

WRAPPED(int, pthread_cond_wait, pthread_cond_t *c, pthread_mutex_t *m);
int __wrap_pthread_cond_timedwait(
    pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *c);
WRAPPED(void, store_post, struct store *s, enum job_kind kind, job_run *run,
    job_done *done, void *arg);
WRAPPED(struct store *, store_open, const struct store_options *o);
WRAPPED(void, store_close, struct store *s);
WRAPPED(void, store_set_context, struct store *s, const struct context *c,
    void (*drop)(void *), void *drop_arg);
_Noreturn void __wrap__exit(int code);

static sem_t go, idle;
bool has_crashed;

void
crash_begin(void)
{
	sem_init(&go, 0, 0);
	sem_init(&idle, 0, 0);
}

/* The store's thread has nothing to do. */
int
__wrap_pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	(void)c;
	pthread_mutex_unlock(m);
	sem_post(&idle);
	sem_wait(&go);
	pthread_mutex_lock(m);
	return 0;
}

int
__wrap_pthread_cond_timedwait(
    pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
	(void)until;
	return __wrap_pthread_cond_wait(c, m);
}

/* Work came, or the end. */
int
__wrap_pthread_cond_signal(pthread_cond_t *c)
{
	(void)c;
	return sem_post(&go);
}

/* The daemon ends itself: its disk does not keep what it was given. */
void
__wrap__exit(int code)
{
	(void)code;
	disk_kill();
	sem_post(&idle);
	pthread_exit(NULL);
}

static void
take_turns(void)
{
	sem_wait(&idle);
	if (disk_is_dead() && !has_crashed) {
		has_crashed = true;
		event_active(life.crash, EV_READ, 1);
	} else {
		event_active(life.reap, EV_READ, 1);
	}
}

void
__wrap_store_post(struct store *s, enum job_kind kind, job_run *run,
    job_done *done, void *arg)
{
	if (has_crashed)
		return;
	__real_store_post(s, kind, run, done, arg);
	take_turns();
}

void
__wrap_store_set_context(struct store *s, const struct context *c,
    void (*drop)(void *), void *drop_arg)
{
	__real_store_set_context(s, c, drop, drop_arg);
	take_turns();
}

struct store *
__wrap_store_open(const struct store_options *o)
{
	struct store *s = __real_store_open(o);

	if (s != NULL)
		sem_wait(&idle);
	return s;
}

void
__wrap_store_close(struct store *s)
{
	__real_store_close(s);
	while (sem_trywait(&go) == 0)
		;
	while (sem_trywait(&idle) == 0)
		;
}
