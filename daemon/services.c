#include "services.h"

#include "beat.h"
#include "clock.h"
#include "http_follow.h"
#include "log.h"
#include "night.h"
#include "notify.h"
#include "pulse.h"
#include "rotation.h"
#include "trouble.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Gone within five seconds in all. */
#define DRAIN_MS (4500 * (int64_t)1)
/* Less than that: what is tried must be written down, too. */
#define FAREWELL_MS (4 * SECOND)
/* A slow disk may be silent this long in one step of opening. */
#define BUSY_MS (60 * SECOND)
#define MIB	((int64_t)1024 * 1024)

bool
base_start(struct daemon *d)
{
	/* evhttp would call a request bad for which it found no memory. */
	event_set_mem_functions(xmalloc, xresize, free);
	if (evthread_use_pthreads() != 0)
		return false;
	d->h.base = event_base_new();
	return d->h.base != NULL && sockets_take(&d->sockets);
}

void
base_stop(struct daemon *d)
{
	event_base_free(d->h.base);
}

/* From the store thread: something was committed. */
static void
on_commit(void *arg)
{
	const struct daemon *d = arg;
	uint64_t one = 1;

	(void)!write(d->wake_fd, &one, sizeof(one));
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	uint64_t n;

	(void)what;
	(void)!read(fd, &n, sizeof(n));
	store_reap(d->h.store);
	if (d->h.schedule != NULL)
		schedule_kick(d->h.schedule);
	http_kick(d->h.http);
	night_kick(d->h.night);
	trouble_kick(d->trouble);
}

/* Opening the database takes long: once a second is enough to say so. */
static void
on_busy(void *arg)
{
	struct daemon *d = arg;
	int64_t now = clock_mono();

	if (d->busy_at != 0 && now - d->busy_at < SECOND)
		return;
	d->busy_at = now;
	notify_busy(BUSY_MS);
}

bool
store_begin(struct daemon *d)
{
	const struct conf *c = d->h.context->conf;
	struct store_options o = {
	    .path = c->database,
	    .reserve_bytes = c->reserve_mib * MIB,
	    .quick_check_bytes = c->quick_check_mib * MIB,
	    .spools = strcmp(c->on_corrupt, "spool") == 0,
	    .wake = on_commit,
	    .wake_arg = d,
	    .busy = on_busy,
	    .busy_arg = d,
	};

	d->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->wake =
	    event_new(d->h.base, d->wake_fd, EV_READ | EV_PERSIST, on_wake, d);
	if (d->wake == NULL || event_add(d->wake, NULL) != 0)
		return false;
	d->h.store = store_open(&o);
	if (d->h.store == NULL) {
		event_free(d->wake);
		(void)close(d->wake_fd);
		return false;
	}
	store_set_context(d->h.store, d->h.context, NULL, NULL);
	return true;
}

void
store_end(struct daemon *d)
{
	store_close(d->h.store);
	store_reap(d->h.store);
	event_free(d->wake);
	(void)close(d->wake_fd);
}

static void
on_changed(void *arg)
{
	struct daemon *d = arg;

	if (d->h.schedule != NULL)
		schedule_kick(d->h.schedule);
}

bool
outbox_begin(struct daemon *d)
{
	struct outbox_options o = {
	    .store = d->h.store,
	    .base = d->h.base,
	    .parallel = (int)d->h.context->conf->courier_parallel,
	    .changed = on_changed,
	    .arg = d,
	};

	d->h.outbox = outbox_start(&o);
	return d->h.outbox != NULL;
}

void
outbox_end(struct daemon *d)
{
	outbox_stop(d->h.outbox);
}

static void
on_rotated(void *arg)
{
	struct daemon *d = arg;

	hotlined_drop_old_key(&d->h);
}

bool
rotation_begin_service(struct daemon *d)
{
	struct rotation_options o = {d->h.base, d->h.store, on_rotated, d};

	d->h.rotation = rotation_start(&o, d->h.context);
	return d->h.rotation != NULL;
}

void
rotation_end(struct daemon *d)
{
	rotation_stop(d->h.rotation);
}

bool
metrics_begin(struct daemon *d)
{
	struct metrics_options o = {d->h.store, d->h.outbox};

	d->h.metrics = metrics_start(&o);
	return d->h.metrics != NULL;
}

void
metrics_end(struct daemon *d)
{
	metrics_stop(d->h.metrics);
}

bool
beat_begin(struct daemon *d)
{
	d->h.beat = beat_start(d->h.base, d->h.store, d->h.context->conf);
	return d->h.beat != NULL;
}

void
beat_end(struct daemon *d)
{
	beat_stop(d->h.beat);
	d->h.beat = NULL;
}

bool
schedule_begin(struct daemon *d)
{
	d->h.schedule = schedule_start(d->h.base, d->h.store, d->h.outbox);
	return d->h.schedule != NULL;
}

void
schedule_end(struct daemon *d)
{
	schedule_stop(d->h.schedule);
	d->h.schedule = NULL;
}

bool
night_begin(struct daemon *d)
{
	d->h.night = night_start(d->h.base, d->h.store, d->h.outbox);
	return d->h.night != NULL;
}

void
night_end(struct daemon *d)
{
	night_stop(d->h.night);
	d->h.night = NULL;
}

bool
trouble_begin(struct daemon *d)
{
	struct trouble_options o = {d->h.base, d->h.store, d->h.outbox,
	    d->h.context->conf->courier_alarm};

	d->trouble = trouble_start(&o);
	return d->trouble != NULL;
}

void
trouble_end(struct daemon *d)
{
	trouble_stop(d->trouble);
	d->trouble = NULL;
}

static void
on_courier_message(void *arg, const json_t *msg)
{
	const struct daemon *d = arg;
	const char *is = json_string_value(json_object_get(msg, "is"));

	if (is != NULL && strcmp(is, "beat") == 0)
		beat_on_message(d->h.beat, msg);
	else
		outbox_on_message(d->h.outbox, msg);
}

static void
on_courier_change(void *arg, bool is_up)
{
	const struct daemon *d = arg;

	outbox_on_change(d->h.outbox, is_up);
}

bool
courier_begin(struct daemon *d)
{
	const struct conf *c = d->h.context->conf;
	struct courier_link_options o = {
	    .mode = c->courier,
	    .program = c->courier_program,
	    .socket_path = c->courier_socket,
	    .channels_path = c->channels,
	    .sockets = &d->sockets,
	    .on_message = on_courier_message,
	    .on_change = on_courier_change,
	    .arg = d,
	};

	d->h.courier = courier_link_start(d->h.base, &o);
	outbox_set_link(d->h.outbox, d->h.courier);
	beat_set_link(d->h.beat, d->h.courier);
	return d->h.courier != NULL;
}

void
courier_end(struct daemon *d)
{
	outbox_set_link(d->h.outbox, NULL);
	beat_set_link(d->h.beat, NULL);
	courier_link_stop(d->h.courier);
}

bool
pulse_begin(struct daemon *d)
{
	d->pulse = pulse_start(d->h.base, d->h.store);
	return true;
}

void
pulse_end(struct daemon *d)
{
	pulse_stop(d->pulse);
}

/* Requests are answered, and duty knows. */
static void
leave(const struct daemon *d)
{
	if (d->is_drained && d->has_told)
		event_base_loopbreak(d->h.base);
}

static void
on_drained(void *arg)
{
	struct daemon *d = arg;

	d->is_drained = true;
	leave(d);
}

static void
on_told(void *arg)
{
	struct daemon *d = arg;

	d->has_told = true;
	leave(d);
}

static void
on_stop(evutil_socket_t sig, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	if (d->is_stopping)
		return;
	d->is_stopping = true;
	log_info("stopping signal=%d", (int)sig);
	notify_stopping();
	http_drain(d->h.http, DRAIN_MS, on_drained, d);
	night_farewell(d->h.night, FAREWELL_MS, on_told, d);
}

static void
on_reload(evutil_socket_t sig, short what, void *arg)
{
	struct daemon *d = arg;
	struct faults faults = {0};

	(void)sig, (void)what;
	(void)hotlined_reload(&d->h, &faults);
	faults_done(&faults);
}

bool
signals_begin(struct daemon *d)
{
	static const struct {
		int signal;
		event_callback_fn run;
	} table[N_SIGNALS] = {
	    {SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};

	for (size_t i = 0; i < N_SIGNALS; i++) {
		d->signals[i] =
		    evsignal_new(d->h.base, table[i].signal, table[i].run, d);
		if (d->signals[i] == NULL ||
		    event_add(d->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

void
signals_end(struct daemon *d)
{
	for (size_t i = 0; i < N_SIGNALS; i++)
		event_free(d->signals[i]);
}
