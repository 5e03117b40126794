/*
 * Preloaded, it lets a test set the wall clock of one process, as a real step
 * would: CLOCK_REALTIME jumps, CLOCK_MONOTONIC does not, and a timerfd armed
 * with TFD_TIMER_CANCEL_ON_SET wakes with ECANCELED.  WALL is a file of three
 * int64: nanoseconds to add, the instant to stand still at (0: none), and a
 * number that changes with each step.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static struct {
	volatile int64_t *wall; /* offset, frozen, generation */
	atomic_int timer;	/* the one fd that wants to hear of steps */
	atomic_bool is_cancelled;
} state = {.timer = -1};

static int64_t
shift(int64_t ns)
{
	if (state.wall == NULL)
		return ns;
	return state.wall[1] != 0 ? state.wall[1] : ns + state.wall[0];
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);
	int64_t ns;

	if (rc != 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return rc;
	ns = shift(t->tv_sec * SECOND + t->tv_nsec);
	t->tv_sec = ns / SECOND;
	t->tv_nsec = ns % SECOND;
	return 0;
}

time_t
time(time_t *to)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (to != NULL)
		*to = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = t.tv_nsec / 1000;
	return 0;
}

int
timerfd_settime(
    int fd, int flags, const struct itimerspec *want, struct itimerspec *old)
{
	struct itimerspec t = *want;
	struct timespec now;
	int64_t ns = t.it_value.tv_sec * SECOND + t.it_value.tv_nsec, wall;

	if (flags & TFD_TIMER_CANCEL_ON_SET) {
		/* Relative, so that the kernel's own clock does not matter. */
		(void)clock_gettime(CLOCK_REALTIME, &now);
		wall = now.tv_sec * SECOND + now.tv_nsec;
		ns = ns > wall ? ns - wall : 1;
		t.it_value.tv_sec = ns / SECOND;
		t.it_value.tv_nsec = ns % SECOND;
		flags = 0;
		state.timer = fd;
	}
	return (int)syscall(SYS_timerfd_settime, fd, flags, &t, old);
}

ssize_t
read(int fd, void *to, size_t n)
{
	ssize_t got = syscall(SYS_read, fd, to, n);

	if (fd == state.timer && got > 0 &&
	    atomic_exchange(&state.is_cancelled, false)) {
		errno = ECANCELED;
		return -1;
	}
	return got;
}

/* The kernel would wake the timer at each step. */
static void *
watch(void *arg)
{
	const struct itimerspec soon = {.it_value = {.tv_nsec = 1}};
	const struct timespec pause = {.tv_nsec = 5000000};
	int64_t seen = state.wall[2];

	(void)arg;
	for (;;) {
		(void)nanosleep(&pause, NULL);
		if (state.wall[2] == seen || state.timer < 0)
			continue;
		seen = state.wall[2];
		state.is_cancelled = true;
		(void)syscall(
		    SYS_timerfd_settime, (int)state.timer, 0, &soon, NULL);
	}
	return NULL;
}

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("WALL");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	pthread_t thread;
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		abort();
	state.wall = p;
	if (pthread_create(&thread, NULL, watch, NULL) != 0)
		abort();
}
