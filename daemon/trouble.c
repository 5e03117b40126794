#include "trouble.h"

#include <event2/event.h>
#include <stdlib.h>

#include "alert.h"
#include "clock.h"
#include "log.h"

#define LOOK_S 1
/* One that was acknowledged and goes on is raised again; open ones are one. */
#define AGAIN_EVERY MINUTE

enum trouble_kind { TROUBLE_COURIER, TROUBLE_DISK, TROUBLE_MAX };

struct trouble_state {
	int64_t since;	 /* clock_mono when it began; 0: it is not so */
	int64_t told_at; /* clock_mono of the last raise; 0: none since */
	bool is_over;	 /* recorded that it is not so */
	bool is_waiting; /* a job is under way */
};

struct trouble {
	struct trouble_options o;
	struct event *timer;
	struct trouble_state states[TROUBLE_MAX];
	bool is_stopped;
	int jobs;
};

static bool
is_courier_gone(const struct trouble *t)
{
	return !outbox_is_up(t->o.outbox);
}

static bool
is_disk_full(const struct trouble *t)
{
	return store_is_full(t->o.store);
}

static int64_t
courier_after(const struct trouble *t)
{
	return t->o.courier_after;
}

static int64_t
at_once(const struct trouble *t)
{
	(void)t;
	return 0;
}

static const struct {
	const char *kind;
	bool (*is_so)(const struct trouble *t);
	int64_t (*after)(const struct trouble *t);
} troubles[TROUBLE_MAX] = {
    [TROUBLE_COURIER] = {"alarm_courier_down", is_courier_gone, courier_after},
    [TROUBLE_DISK] = {"alarm_disk_full", is_disk_full, at_once},
};

/* An alarm to be raised, or over. */
struct turn {
	struct trouble *t;
	int i;
	bool is_so;
};

static enum outcome
run_turn(struct tx *tx, void *arg)
{
	const struct turn *n = arg;

	return n->is_so ? alarm_raise(tx, troubles[n->i].kind, "")
			: alarm_over(tx, troubles[n->i].kind, "");
}

/* What found no room, or failed, is tried at the next look. */
static void
on_turn(void *arg, enum outcome how)
{
	struct turn n = *(struct turn *)arg;
	struct trouble *t = n.t;
	struct trouble_state *s = &t->states[n.i];

	free(arg);
	t->jobs--;
	if (t->is_stopped) {
		if (t->jobs == 0)
			free(t);
		return;
	}
	s->is_waiting = false;
	if (how == OK) {
		s->told_at = n.is_so ? clock_mono() : 0;
		s->is_over = !n.is_so;
	} else if (how != FULL) {
		log_error("trouble not recorded kind=%s outcome=%d",
		    troubles[n.i].kind, (int)how);
	}
}

static void
post_turn(struct trouble *t, int i, bool is_so)
{
	struct turn *n = xcalloc(1, sizeof(*n));

	*n = (struct turn){t, i, is_so};
	t->states[i].is_waiting = true;
	t->jobs++;
	store_post(t->o.store, JOB_ACT, run_turn, on_turn, n);
}

static void
look(struct trouble *t, int i)
{
	struct trouble_state *s = &t->states[i];
	int64_t now = clock_mono();
	bool is_so = troubles[i].is_so(t);

	if (!is_so)
		s->since = 0;
	else if (s->since == 0)
		s->since = now;
	if (s->is_waiting)
		return;
	if (!is_so && !s->is_over)
		post_turn(t, i, false);
	if (is_so && now - s->since >= troubles[i].after(t) &&
	    (s->told_at == 0 || now - s->told_at >= AGAIN_EVERY))
		post_turn(t, i, true);
}

/* Nothing is wrong, and the rows say so. */
static bool
is_calm(const struct trouble *t)
{
	for (int i = 0; i < TROUBLE_MAX; i++)
		if (troubles[i].is_so(t) || !t->states[i].is_over)
			return false;
	return true;
}

void
trouble_kick(struct trouble *t)
{
	static const struct timeval tv = {.tv_sec = LOOK_S};

	if (t != NULL && !evtimer_pending(t->timer, NULL) && !is_calm(t))
		(void)evtimer_add(t->timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	for (int i = 0; i < TROUBLE_MAX; i++)
		look(arg, i);
	trouble_kick(arg);
}

struct trouble *
trouble_start(const struct trouble_options *o)
{
	struct trouble *t = xcalloc(1, sizeof(*t));

	t->o = *o;
	t->timer = evtimer_new(o->base, on_timer, t);
	if (t->timer == NULL)
		fatal("no timer for troubles");
	trouble_kick(t);
	return t;
}

void
trouble_stop(struct trouble *t)
{
	event_free(t->timer);
	t->is_stopped = true;
	if (t->jobs == 0)
		free(t);
}
