/*
 * Included by tests named *_faults, which are linked so that tx_exec and
 * rows_end come here: each statement of a job fails in turn.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <errno.h>
#include <stdatomic.h>
#include <sys/timerfd.h>

#include "store.h"

struct event;
struct event_base;
struct timeval;

enum outcome
__real_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
enum outcome
__wrap_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
enum outcome __real_rows_end(struct rows *rows);
enum outcome __wrap_rows_end(struct rows *rows);
int64_t __real_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);
int64_t __wrap_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);

/* Statements until one fails; 0: none does. */
static _Atomic int fault_in;

static bool
counts_down(_Atomic int *in)
{
	return *in > 0 && --*in == 0;
}

static bool
fails_now(void)
{
	return counts_down(&fault_in);
}

/* ---- The system ---- */

/* Calls of each until one fails; 0: none does. */
static struct {
	_Atomic int event_new, event_add, timerfd_create, timerfd_settime, read;
} system_fault;

struct event *__real_event_new(struct event_base *base, int fd, short what,
    void (*run)(int, short, void *), void *arg);
struct event *__wrap_event_new(struct event_base *base, int fd, short what,
    void (*run)(int, short, void *), void *arg);
int __real_event_add(struct event *e, const struct timeval *tv);
int __wrap_event_add(struct event *e, const struct timeval *tv);
int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags);
int __real_timerfd_settime(
    int fd, int flags, const struct itimerspec *new, struct itimerspec *old);
int __wrap_timerfd_settime(
    int fd, int flags, const struct itimerspec *new, struct itimerspec *old);
ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n);

struct event *
__wrap_event_new(struct event_base *base, int fd, short what,
    void (*run)(int, short, void *), void *arg)
{
	return counts_down(&system_fault.event_new)
		   ? NULL
		   : __real_event_new(base, fd, what, run, arg);
}

int
__wrap_event_add(struct event *e, const struct timeval *tv)
{
	return counts_down(&system_fault.event_add) ? -1
						    : __real_event_add(e, tv);
}

int
__wrap_timerfd_create(int clock, int flags)
{
	return counts_down(&system_fault.timerfd_create)
		   ? -1
		   : __real_timerfd_create(clock, flags);
}

int
__wrap_timerfd_settime(
    int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	return counts_down(&system_fault.timerfd_settime)
		   ? -1
		   : __real_timerfd_settime(fd, flags, new, old);
}

/* As a timer says that the wall clock was set. */
ssize_t
__wrap_read(int fd, void *to, size_t n)
{
	ssize_t got = __real_read(fd, to, n);

	if (n != sizeof(uint64_t) || !counts_down(&system_fault.read))
		return got;
	errno = ECANCELED;
	return -1;
}

/* ---- Statements ---- */

enum outcome
__wrap_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	return fails_now() ? FAILED : __real_tx_exec(tx, q, v, n);
}

enum outcome
__wrap_rows_end(struct rows *rows)
{
	enum outcome how = __real_rows_end(rows);

	return fails_now() ? FAILED : how;
}

/* By its contract it cannot fail: it has a number for that. */
int64_t
__wrap_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n)
{
	int kept = fault_in;
	int64_t number;

	fault_in = 0;
	number = __real_tx_number(tx, q, what, v, n);
	fault_in = kept;
	return number;
}

/* A job whose work is undone, whatever came of it. */
struct undone {
	enum outcome (*run)(struct tx *tx, void *arg);
	void *arg;
	enum outcome how;
};

static inline enum outcome
run_undone(struct tx *tx, void *arg)
{
	struct undone *u = arg;

	u->how = u->run(tx, u->arg);
	return CONFLICT;
}

/*
 * Run it with its first statement failing, its second, and so on, each time
 * from the same rows, until it passes untouched.  How many statements it has;
 * *lost counts failures that it did not tell its caller.
 */
static inline int
fail_each(enum outcome (*run)(struct tx *tx, void *arg), void *arg, int *lost)
{
	struct undone u = {.run = run, .arg = arg};

	*lost = 0;
	for (int n = 1;; n++) {
		bool was_hit;

		fault_in = n;
		(void)in_tx(run_undone, &u);
		was_hit = fault_in == 0;
		fault_in = 0;
		if (!was_hit) {
			assert_int_equal(u.how, OK);
			return n - 1;
		}
		if (u.how == OK)
			++*lost;
	}
}

#endif
