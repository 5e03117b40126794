/* libc's clocks and chance, replaced: time passes when all is done. */
#include <sodium.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>

#include "schedule_loop.h"
#include "simulation.h"

#define TURNS_MAX 100000 /* of the loop at one instant */
#define AGAIN	  SECOND /* the schedule's own pause when it stands still */

static struct {
	int64_t mono, skew, turns;
	uint64_t daemon, world;
} now;

/* splitmix64 */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int64_t
dice(int64_t below)
{
	return (int64_t)(draw(&now.world) % (uint64_t)below);
}

bool
chance(int percent)
{
	return dice(100) < percent;
}

ssize_t
getrandom(void *p, size_t n, unsigned flags)
{
	unsigned char *to = p;

	(void)flags;
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)draw(&now.daemon);
	return (ssize_t)n;
}

static const char *
random_name(void)
{
	return "simulation";
}

static uint32_t
random_one(void)
{
	return (uint32_t)draw(&now.daemon);
}

static void
random_fill(void *const p, const size_t n)
{
	(void)!getrandom(p, n, 0);
}

void
time_begin(uint64_t seed)
{
	static struct randombytes_implementation source = {
	    .implementation_name = random_name,
	    .random = random_one,
	    .buf = random_fill,
	};

	now.world = seed;
	now.daemon = ~seed;
	now.mono = HOUR;
	(void)randombytes_set_implementation(&source);
	clock_test_set(time_now());
}

int64_t
time_now(void)
{
	return BEGIN + now.mono - HOUR + now.skew;
}

void
time_skew(int64_t ms)
{
	now.skew = ms;
	clock_test_set(time_now());
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int64_t ms = id == CLOCK_REALTIME ? time_now() : now.mono;

	ts->tv_sec = (time_t)(ms / SECOND);
	ts->tv_nsec = (long)(ms % SECOND) * 1000000;
	return 0;
}

/* When the schedule's timer would go off; it has none with a test clock. */
static int64_t
alarm_in(void)
{
	const struct schedule *s = life.schedule;
	int64_t at, wall = time_now();

	if (s == NULL || s->is_ticking)
		return INT64_MAX;
	at = s->next_clock;
	if (s->next_outbox > wall && s->next_outbox < at)
		at = s->next_outbox;
	if (s->next_day < at)
		at = s->next_day;
	if (at == INT64_MAX)
		return at;
	return at > wall ? at - wall : AGAIN;
}

/* Nothing is left to be done now: on to the next instant of anybody. */
int
epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
	int64_t in = alarm_in(), ms = timeout < 0 ? INT64_MAX : timeout;

	(void)fd, (void)events, (void)max;
	if (++now.turns > TURNS_MAX)
		fatal("time stands still");
	if (timeout == 0)
		return 0;
	if (in != 0 && ms != 0)
		now.turns = 0;
	now.mono += in < ms ? in : ms;
	clock_test_set(time_now());
	if (in <= ms)
		schedule_kick(life.schedule);
	return 0;
}

struct errand {
	void (*run)(void *);
	void *arg;
};

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct errand e = *(struct errand *)arg;

	(void)fd, (void)what;
	free(arg);
	e.run(e.arg);
}

void
later(int64_t ms, void (*run)(void *), void *arg)
{
	const struct timeval tv = {
	    .tv_sec = ms / SECOND, .tv_usec = ms % SECOND * 1000};
	struct errand *e = xcalloc(1, sizeof(*e));

	e->run = run;
	e->arg = arg;
	event_base_once(life.base, -1, EV_TIMEOUT, on_time, e, &tv);
}
