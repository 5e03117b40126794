/* Included by clock_rig.c: let time pass. */
#ifndef CLOCK_STEP_H
#define CLOCK_STEP_H

#define NO_ROOM	 (-1)
#define STEPPING (-2)

static void
on_stepped(void *arg, enum outcome how, int fired)
{
	*(int *)arg = how == FULL ? NO_ROOM : fired;
}

static void
on_too_long(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	*(bool *)arg = true;
}

/*
 * Let time pass; how many clocks fired, or NO_ROOM.  A step waits for what is
 * with the courier: what never got there would hold it for ever.
 */
static inline int
step_to(int64_t to)
{
	static bool is_over; /* nor do the tests after it wait */
	const struct timeval limit = {.tv_sec = 30};
	struct event *over = evtimer_new(r.base, on_too_long, &is_over);
	int fired = STEPPING;

	assert_false(is_over);
	evtimer_add(over, &limit);
	schedule_step(r.schedule, to, on_stepped, &fired);
	while (fired == STEPPING && !is_over)
		event_base_loop(r.base, EVLOOP_ONCE);
	event_free(over);
	assert_int_not_equal(fired, STEPPING);
	return fired;
}

#endif
