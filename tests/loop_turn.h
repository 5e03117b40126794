/* Included by tests of loops: let one turn for a while. */
#ifndef LOOP_TURN_H
#define LOOP_TURN_H

static void
on_turned(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	*(bool *)arg = true;
}

static void
turn(int ms)
{
	const struct timeval tv = {
	    .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	bool is_over = false;

	event_base_once(r.base, -1, EV_TIMEOUT, on_turned, &is_over, &tv);
	while (!is_over)
		event_base_loop(r.base, EVLOOP_ONCE);
}

/* Until it holds and what follows it is over; what never comes is asserted. */
#define TURN_UNTIL(condition)                                                  \
	do {                                                                   \
		for (int i_ = 0; i_ < 1000 && !(condition); i_++)              \
			turn(10);                                              \
		turn(100);                                                     \
	} while (0)

#endif
