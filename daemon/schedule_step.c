/* The test clock goes from due instant to due instant. */
#include "clock.h"
#include "log.h"
#include "schedule_loop.h"

#include <stdlib.h>

#define POLL_MS	   10
#define COURIER_MS (5 * SECOND) /* of real time, for one to come back */

static void
end_wish(struct schedule *s, enum outcome how)
{
	struct wish *w = s->wishes;
	int fired = s->fired;

	s->wishes = w->next;
	s->fired = 0;
	s->rounds = 0;
	w->done(w->arg, how, fired);
	free(w);
}

/* There, or as far as it goes: the next wish, or the way life goes on. */
static void
arrive(struct schedule *s)
{
	if (s->wishes->to > clock_now())
		clock_test_set(s->wishes->to);
	end_wish(s, OK);
	schedule_tick(s);
}

void
schedule_step_fail(struct schedule *s)
{
	s->is_waiting = false;
	while (s->wishes != NULL)
		end_wish(s, FULL);
}

static void
go_to(struct schedule *s, int64_t at)
{
	clock_test_set(at);
	s->rounds = 0;
	schedule_tick(s);
}

static void
wait(struct schedule *s)
{
	s->is_waiting = true;
	schedule_pause(s, POLL_MS);
}

/* Deliveries are due and there is nobody to take them: how long already? */
static bool
has_courier_soon(struct schedule *s)
{
	int64_t now = clock_mono();

	if (s->down_since == 0)
		s->down_since = now;
	if (now - s->down_since < COURIER_MS)
		return true;
	log_warn("stepping on without a courier");
	return false;
}

/* Nothing is left to be done at this instant. */
static void
go_on(struct schedule *s, int64_t now)
{
	int64_t next = s->next_clock;

	if (s->next_outbox > now && s->next_outbox < next)
		next = s->next_outbox;
	if (s->next_day < next)
		next = s->next_day;
	if (next <= now || next > s->wishes->to)
		arrive(s);
	else
		go_to(s, next);
}

void
schedule_step_on(struct schedule *s, int fired)
{
	int64_t now = clock_now();
	bool is_stuck = ++s->rounds > s->rounds_max;

	s->fired += fired;
	s->is_waiting = false;
	if (is_stuck)
		log_error("test clock stands still rounds=%d", s->rounds);
	if (!is_stuck && fired > 0) {
		schedule_tick(s);
		return;
	}
	if (s->next_outbox <= now)
		outbox_kick(s->outbox);
	if (outbox_in_flight(s->outbox) > 0) {
		s->down_since = 0;
		wait(s);
	} else if (!is_stuck && s->next_outbox <= now && has_courier_soon(s)) {
		wait(s);
	} else {
		go_on(s, now);
	}
}

void
schedule_step_look(struct schedule *s)
{
	if (!s->is_waiting)
		return;
	if (outbox_in_flight(s->outbox) > 0) {
		schedule_pause(s, POLL_MS);
		return;
	}
	s->is_waiting = false;
	schedule_tick(s);
}

void
schedule_step(struct schedule *s, int64_t to, stepped *done, void *arg)
{
	struct wish *w = xcalloc(1, sizeof(*w)), **tail = &s->wishes;

	w->to = to;
	w->done = done;
	w->arg = arg;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = w;
	if (outbox_is_in_memory(s->outbox)) {
		clock_test_set(to);
		outbox_from_memory(s->outbox);
	}
	schedule_tick(s);
}
