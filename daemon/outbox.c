#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "log.h"
#include "outbox_loop.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* How often held deliveries are looked at, and a failed job is tried again. */
#define TICK_S 1
/* A link that takes nothing is not asked as fast as it can refuse. */
#define UNSENT_AGAIN SECOND

static void
outbox_free(struct outbox *o)
{
	free(o->held);
	free(o->memory);
	free(o);
}

void
outbox_start_tick(struct outbox *o)
{
	const struct timeval tv = {.tv_sec = TICK_S};

	if (!o->is_stopped && !evtimer_pending(o->tick, NULL))
		(void)evtimer_add(o->tick, &tv);
}

struct job *
job_new(struct outbox *o)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->o = o;
	o->jobs++;
	return j;
}

bool
job_end(struct job *j)
{
	struct outbox *o = j->o;

	json_decref(j->packets);
	json_decref(j->msg);
	free(j->memory);
	free(j);
	o->jobs--;
	if (!o->is_stopped)
		return true;
	if (o->jobs == 0)
		outbox_free(o);
	return false;
}

void
outbox_tell_changed(struct outbox *o)
{
	o->o.changed(o->o.arg);
}

void
job_post(struct job *j, job_run *run, job_done *done)
{
	store_post(j->o->o.store, JOB_ACT, run, done, j);
}

/* ---- Results ---- */

static enum outcome
run_record(struct tx *tx, void *arg)
{
	const struct job *j = arg;

	return outbox_record(tx, &j->result);
}

/* One that failed is looked at again when its lease ends. */
void
job_written(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;

	if (how != OK)
		log_error("outbox job failed outcome=%d", (int)how);
	if (job_end(j)) {
		outbox_tell_changed(o);
		outbox_kick(o);
	}
}

/* What found no room is kept in memory until there is some. */
static void
on_recorded(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;

	if (how == FULL && !o->is_stopped) {
		outbox_from_memory(o);
		memory_keep(o->memory, &j->result);
	}
	job_written(j, how);
}

void
outbox_post_result(struct outbox *o, const struct delivery_result *r)
{
	struct job *j = job_new(o);

	j->result = *r;
	job_post(j, run_record, on_recorded);
}

static void
take_result(struct outbox *o, const json_t *msg)
{
	struct delivery_result r = {0};
	const char *id = json_string_value(json_object_get(msg, "id"));
	const char *ref = json_string_value(json_object_get(msg, "ref"));
	const char *class = json_string_value(json_object_get(msg, "class"));

	if (id == NULL || !id_ok(id)) {
		log_warn("courier result without id");
		return;
	}
	snprintf(r.id, sizeof(r.id), "%s", id);
	snprintf(r.ref, sizeof(r.ref), "%s", ref == NULL ? "" : ref);
	r.epoch = json_integer_value(json_object_get(msg, "epoch"));
	r.code = json_integer_value(json_object_get(msg, "code"));
	r.retry_after_ms =
	    json_integer_value(json_object_get(msg, "retry_after_ms"));
	r.result = result_find(class);
	outbox_forget(o, &r);
	if (!outbox_remember(o, &r))
		outbox_post_result(o, &r);
}

void
outbox_on_message(void *outbox, const json_t *msg)
{
	struct outbox *o = outbox;
	const char *is = json_string_value(json_object_get(msg, "is"));

	if (is == NULL)
		return;
	if (strcmp(is, "result") == 0)
		take_result(o, msg);
	else if (strcmp(is, "reply") == 0)
		outbox_take_reply(o, msg);
	else if (strcmp(is, "hello") == 0)
		outbox_kick(o);
}

/* ---- Leases ---- */

static enum outcome
run_lease(struct tx *tx, void *arg)
{
	struct job *j = arg;

	json_array_clear(j->packets);
	j->did = false;
	j->lease_ms = tx_context(tx)->conf->lease;
	return outbox_lease(tx, j->room, j->packets, &j->did);
}

static enum outcome
run_unsent(struct tx *tx, void *arg)
{
	const struct job *j = arg;
	enum outcome how = tx_exec(tx, Q_DELIVERY_UNSENT,
	    ARGS(V_TEXT(j->result.id), V_INT(j->result.epoch),
		V_INT(clock_now() + UNSENT_AGAIN)));

	return perhaps(how);
}

/* It could not be handed over: that was no attempt. */
static void
take_back(struct outbox *o, const char *id, int64_t epoch)
{
	struct job *j = job_new(o);

	snprintf(j->result.id, sizeof(j->result.id), "%s", id);
	j->result.epoch = epoch;
	job_post(j, run_unsent, job_written);
}

static void
hand_over(struct outbox *o, const json_t *packet, int64_t lease_ms)
{
	struct lease_of l = {0};

	lease_read(packet, &l);
	if (o->link == NULL || !courier_link_send(o->link, packet))
		take_back(o, l.id, l.epoch);
	else
		outbox_hold(o, &l, lease_ms);
}

static void
on_leased(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;
	bool did = j->did && how == OK, again = o->again;

	o->is_leasing = o->again = false;
	if (how == FULL && !o->is_stopped)
		outbox_from_memory(o);
	else if (how != OK)
		outbox_start_tick(o);
	else
		for (size_t i = 0; i < json_array_size(j->packets); i++)
			hand_over(
			    o, json_array_get(j->packets, i), j->lease_ms);
	if (!job_end(j))
		return;
	if (did)
		outbox_tell_changed(o);
	if (again)
		outbox_kick(o);
}

void
outbox_kick(struct outbox *o)
{
	struct job *j;

	if (o->is_leasing)
		o->again = true;
	if (o->is_leasing || !o->is_up || o->memory != NULL ||
	    o->n_held >= o->o.parallel)
		return;
	o->is_leasing = true;
	j = job_new(o);
	j->room = o->o.parallel - o->n_held;
	j->packets = json_array();
	job_post(j, run_lease, on_leased);
}

/* Held for too long: the courier is asked again, with the same id. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct outbox *o = arg;
	int64_t now = clock_mono();

	(void)fd, (void)what;
	for (int i = o->n_held - 1; i >= 0; i--) {
		struct delivery_result r = {.result = RESULT_AMBIGUOUS};

		if (o->held[i].until > now)
			continue;
		log_warn("lease ran out delivery=%s", o->held[i].id);
		memcpy(r.id, o->held[i].id, sizeof(r.id));
		r.epoch = o->held[i].epoch;
		o->counts[o->held[i].count].n[RESULT_AMBIGUOUS]++;
		outbox_drop_held(o, i);
		outbox_post_result(o, &r);
	}
	if (o->n_held > 0)
		outbox_start_tick(o);
	if (o->memory != NULL)
		outbox_from_memory(o);
	outbox_kick(o);
}

/* ---- Coming and going ---- */

static enum outcome
run_release_all(struct tx *tx, void *arg)
{
	enum outcome how =
	    tx_exec(tx, Q_DELIVERY_RELEASE_ALL, ARGS(V_INT(clock_now())));

	(void)arg;
	return perhaps(how);
}

/* What an earlier courier held is due again, each with its id. */
static void
release_all(struct outbox *o)
{
	o->n_held = 0;
	job_post(job_new(o), run_release_all, job_written);
}

void
outbox_on_change(void *outbox, bool is_up)
{
	struct outbox *o = outbox;

	o->is_up = is_up;
	if (!is_up && o->memory != NULL)
		memory_lost(o->memory);
	if (is_up)
		outbox_kick(o);
	else
		release_all(o);
}

struct outbox *
outbox_start(const struct outbox_options *options)
{
	struct outbox *o = xcalloc(1, sizeof(*o));

	o->o = *options;
	o->held = xcalloc((size_t)o->o.parallel, sizeof(*o->held));
	o->tick = evtimer_new(o->o.base, on_tick, o);
	if (o->tick == NULL) {
		log_error("no timer for the outbox");
		outbox_free(o);
		return NULL;
	}
	release_all(o);
	return o;
}

void
outbox_set_link(struct outbox *o, struct courier_link *l)
{
	o->link = l;
	o->is_up = l != NULL && courier_link_is_up(l);
	outbox_kick(o);
}

int
outbox_in_flight(const struct outbox *o)
{
	return o->n_held + o->jobs;
}

bool
outbox_is_up(const struct outbox *o)
{
	return o->is_up;
}

void
outbox_stop(struct outbox *o)
{
	if (o == NULL)
		return;
	o->is_stopped = true;
	o->link = NULL;
	event_free(o->tick);
	o->tick = NULL;
	if (o->jobs == 0)
		outbox_free(o);
}
