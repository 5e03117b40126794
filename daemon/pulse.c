#include "pulse.h"

#include <event2/event.h>
#include <stdlib.h>

#include "clock.h"
#include "context.h"
#include "log.h"
#include "notify.h"

/* A watchdog is petted this often within its time. */
#define BEATS 4
/* Without a watchdog somebody may still read the status. */
#define STATUS_EVERY (30 * SECOND)
#define STATUS_MAX   200

struct pulse {
	struct store *store;
	struct event *timer; /* NULL: nobody listens */
	char *status;	     /* made by the last look, owned */
	bool is_waiting, is_stopped;
};

static char *
status_text(const json_t *counts, int64_t oldest_ms)
{
	const json_t *open = json_object_get(counts, "cases_open");
	const char *due =
	    json_string_value(json_object_get(counts, "next_clock_at"));
	struct buf b = BUF_MAX(STATUS_MAX);

	buf_addf(&b, "open cases %lld, next due %s, oldest unsent %lld s",
	    (long long)json_integer_value(open), due != NULL ? due : "never",
	    (long long)(oldest_ms / SECOND));
	return buf_take(&b);
}

static enum outcome
run_look(struct tx *tx, void *arg)
{
	const char *ward = tx_context(tx)->conf->ward;
	struct pulse *p = arg;
	int64_t now = clock_now(), oldest;
	json_t *counts =
	    tx_object(tx, Q_STATUS, ARGS(V_TEXT(ward), V_INT(now)));

	if (counts == NULL)
		return FAILED;
	oldest =
	    tx_number(tx, Q_OUTBOX_OLDEST, now, ARGS(V_TEXT(ward), V_INT(now)));
	free(p->status);
	p->status = status_text(counts, now > oldest ? now - oldest : 0);
	json_decref(counts);
	return OK;
}

static void
pulse_free(struct pulse *p)
{
	free(p->status);
	free(p);
}

/* Whatever came of the look: both threads turned. */
static void
on_looked(void *arg, enum outcome how)
{
	struct pulse *p = arg;

	p->is_waiting = false;
	if (p->is_stopped)
		pulse_free(p);
	else
		notify_alive(
		    how == OK ? p->status : "the database cannot be read");
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	struct pulse *p = arg;

	(void)fd, (void)what;
	if (p->is_waiting)
		return;
	p->is_waiting = true;
	store_post(p->store, JOB_READ, run_look, on_looked, p);
}

struct pulse *
pulse_start(struct event_base *base, struct store *store)
{
	struct pulse *p = xcalloc(1, sizeof(*p));
	int64_t every = notify_watchdog_ms() / BEATS;
	struct timeval tv;

	p->store = store;
	if (!notify_is_heard())
		return p;
	if (every <= 0 || every > STATUS_EVERY)
		every = STATUS_EVERY;
	tv.tv_sec = every / SECOND;
	tv.tv_usec = every % SECOND * 1000;
	p->timer = event_new(base, -1, EV_PERSIST, on_beat, p);
	if (p->timer == NULL || event_add(p->timer, &tv) != 0)
		fatal("no timer for the watchdog");
	event_active(p->timer, EV_TIMEOUT, 0);
	return p;
}

void
pulse_stop(struct pulse *p)
{
	if (p->timer != NULL)
		event_free(p->timer);
	p->timer = NULL;
	p->is_stopped = true;
	if (!p->is_waiting)
		pulse_free(p);
}
