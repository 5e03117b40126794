#include "schedule_loop.h"

#include "clock.h"
#include "clocks.h"
#include "duty_watch.h"
#include "log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define RESCAN_S   30
#define RETRY_MS   SECOND
#define ROUNDS_MAX 4000 /* ticks of the test clock at one instant */
#define FIRE_MAX   256	/* clocks in one transaction */

struct tick {
	struct schedule *s;
	int fired;
	int64_t next_clock, next_watch, next_outbox;
};

static void
schedule_free(struct schedule *s)
{
	struct wish *w;

	while ((w = s->wishes) != NULL) {
		s->wishes = w->next;
		free(w);
	}
	free(s);
}

void
schedule_post(struct schedule *s, job_run *run, job_done *done, void *arg)
{
	s->jobs++;
	store_post(s->store, JOB_ACT, run, done, arg);
}

bool
schedule_end_job(struct schedule *s)
{
	s->jobs--;
	if (!s->is_stopped)
		return true;
	if (s->jobs == 0)
		schedule_free(s);
	return false;
}

void
schedule_pause(struct schedule *s, int64_t ms)
{
	const struct timeval tv = {
	    .tv_sec = ms / SECOND, .tv_usec = ms % SECOND * 1000};

	(void)evtimer_add(s->pause, &tv);
}

/* Until all is recorded it is the outbox that lets clocks fire. */
static void
wait_for_room(struct schedule *s)
{
	schedule_step_fail(s);
	schedule_pause(s, RETRY_MS);
}

/* Jobs of others that the store has finished so far. */
static int64_t
foreign_jobs(const struct schedule *s)
{
	struct store_stats stats;

	store_stats(s->store, &stats);
	return stats.jobs - s->own;
}

/* Sleep until at; a step of the wall clock wakes it, too. */
static void
arm(struct schedule *s, int64_t at)
{
	int64_t now = clock_now();
	struct itimerspec when = {0};

	if (s->fd < 0)
		return;
	if (at <= now)
		at = now + RETRY_MS;
	when.it_value.tv_sec = (time_t)(at / SECOND);
	when.it_value.tv_nsec = (long)(at % SECOND) * 1000000;
	if (timerfd_settime(s->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
		&when, NULL) != 0)
		log_error("timer not set errno=%d", errno);
}

static enum outcome
run_tick(struct tx *tx, void *arg)
{
	struct tick *t = arg;
	enum outcome how = clocks_fire(tx, clock_now(), FIRE_MAX, &t->fired);

	if (how != OK)
		return how;
	t->next_clock = clocks_next(tx);
	t->next_watch = duty_watch_next(tx);
	t->next_outbox = outbox_next(tx);
	return OK;
}

/* Nothing more fires now: hand over what is due, sleep until the next. */
static void
settle(struct schedule *s)
{
	int64_t now = clock_now();
	int64_t next =
	    s->next_clock < s->next_outbox ? s->next_clock : s->next_outbox;

	if (s->next_outbox <= now)
		outbox_kick(s->outbox);
	if (s->next_outbox <= now)
		next = s->next_clock;
	if (s->next_day < next)
		next = s->next_day;
	arm(s, next);
	schedule_upkeep(s);
}

static enum outcome
run_watch(struct tx *tx, void *arg)
{
	(void)arg;
	return duty_watch(tx, clock_now());
}

/* A watch that fails must not keep clocks from firing, nor spin. */
static void
on_watched(void *arg, enum outcome how)
{
	struct schedule *s = arg;

	s->is_ticking = false;
	s->own++;
	if (!schedule_end_job(s))
		return;
	if (how != OK) {
		log_error("the watch of people failed outcome=%d", (int)how);
		s->watch_held_at = clock_now() + MINUTE;
	}
	schedule_tick(s);
}

/* True if it is time to look after people, which brings the next tick. */
static bool
watch(struct schedule *s, int64_t next_watch)
{
	int64_t at =
	    next_watch > s->watch_held_at ? next_watch : s->watch_held_at;

	if (next_watch == INT64_MAX)
		return false;
	if (at > clock_now()) {
		s->next_clock = at < s->next_clock ? at : s->next_clock;
		return false;
	}
	s->is_ticking = true;
	schedule_post(s, run_watch, on_watched, s);
	return true;
}

static void
on_ticked(void *arg, enum outcome how)
{
	struct tick *t = arg, was = *t;
	struct schedule *s = t->s;

	free(t);
	s->is_ticking = false;
	s->own++;
	if (!schedule_end_job(s))
		return;
	if (how == FULL) {
		outbox_from_memory(s->outbox);
		wait_for_room(s);
		return;
	}
	if (how != OK) {
		log_error("clocks did not fire outcome=%d", (int)how);
		schedule_pause(s, RETRY_MS);
		outbox_kick(s->outbox);
		return;
	}
	s->next_clock = was.next_clock;
	s->next_outbox = was.next_outbox;
	if (watch(s, was.next_watch))
		return;
	if (s->wishes != NULL)
		schedule_step_on(s, was.fired);
	else if (was.fired > 0 && s->next_clock <= clock_now())
		schedule_tick(s);
	else
		settle(s);
	if (s->again)
		schedule_kick(s);
}

void
schedule_tick(struct schedule *s)
{
	struct tick *t;

	if (s->is_ticking)
		return;
	if (outbox_is_in_memory(s->outbox)) {
		wait_for_room(s);
		return;
	}
	t = xcalloc(1, sizeof(*t));
	t->s = s;
	s->is_ticking = true;
	s->again = false;
	s->seen_jobs = foreign_jobs(s);
	s->seen_at = clock_now();
	schedule_daily(s);
	schedule_post(s, run_tick, on_ticked, t);
}

void
schedule_kick(struct schedule *s)
{
	bool is_new = foreign_jobs(s) != s->seen_jobs ||
		      (clock_is_test() && clock_now() != s->seen_at);

	if (s->is_ticking)
		s->again = true;
	else if (is_new && s->wishes != NULL)
		schedule_step_look(s);
	else if (is_new)
		schedule_tick(s);
}

static void
on_pause(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;

	(void)fd, (void)what;
	if (s->is_waiting)
		schedule_step_look(s);
	else
		schedule_tick(s);
}

static void
on_rescan(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;

	(void)fd, (void)what;
	schedule_watch(s);
	schedule_tick(s);
}

static void
on_wall(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) < 0 && errno == ECANCELED)
		log_info("wall clock was set");
	schedule_watch(s);
	schedule_tick(s);
}

/* False after logging why. */
static bool
start_timers(struct schedule *s)
{
	const struct timeval every = {.tv_sec = RESCAN_S};

	s->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->fd < 0) {
		log_error("no timer errno=%d", errno);
		return false;
	}
	s->wall = event_new(s->base, s->fd, EV_READ | EV_PERSIST, on_wall, s);
	s->rescan = event_new(s->base, -1, EV_PERSIST, on_rescan, s);
	return s->wall != NULL && s->rescan != NULL &&
	       event_add(s->wall, NULL) == 0 &&
	       event_add(s->rescan, &every) == 0;
}

struct schedule *
schedule_start(struct event_base *base, struct store *store, struct outbox *o)
{
	struct schedule *s = xcalloc(1, sizeof(*s));

	s->base = base;
	s->store = store;
	s->outbox = o;
	s->fd = -1;
	s->rounds_max = ROUNDS_MAX;
	s->upkept_at = s->watched_at = s->next_day = INT64_MIN;
	s->is_read = true;
	s->pause = evtimer_new(base, on_pause, s);
	if (s->pause == NULL || (!clock_is_test() && !start_timers(s))) {
		schedule_stop(s);
		return NULL;
	}
	schedule_watch(s);
	schedule_tick(s);
	return s;
}

void
schedule_stop(struct schedule *s)
{
	struct event *const events[] = {s->wall, s->rescan, s->pause};

	for (size_t i = 0; i < NELEM(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->is_stopped = true;
	if (s->jobs == 0)
		schedule_free(s);
}
