/* Included after faults.h: calls of the system and of libevent fail, too. */
#ifndef SYSTEM_FAULTS_H
#define SYSTEM_FAULTS_H

#include <errno.h>
#include <sys/timerfd.h>

struct event;
struct event_base;
struct timeval;

/* Calls of each until one fails; 0: none does. */
static struct {
	_Atomic int event_new, event_add, timerfd_create, timerfd_settime, read;
} system_fault;

WRAPPED(struct event *, event_new, struct event_base *base, int fd, short what,
    void (*run)(int, short, void *), void *arg);
WRAPPED(int, event_add, struct event *e, const struct timeval *tv);
WRAPPED(int, timerfd_create, int clock, int flags);
WRAPPED(int, timerfd_settime, int fd, int flags, const struct itimerspec *new,
    struct itimerspec *old);
WRAPPED(ssize_t, read, int fd, void *to, size_t n);

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

#endif
