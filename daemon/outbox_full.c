/* Nothing can be written any more: what is due leaves from memory. */
#include "clock.h"
#include "context.h"
#include "log.h"
#include "outbox_loop.h"

#include <stdlib.h>
#include <string.h>

static struct job *
memory_job(struct outbox *o)
{
	struct job *j = job_new(o);

	j->memory = xcalloc(1, sizeof(*j->memory));
	*j->memory = *o->memory;
	o->is_recording = true;
	return j;
}

/* ---- Leaving ---- */

static enum outcome
run_try(struct tx *tx, void *arg)
{
	struct job *j = arg;

	j->lease_ms = tx_context(tx)->conf->lease;
	return memory_try(tx, j->memory, j->room, j->packets, &j->fired_at);
}

/* Unless there is no link any more, as after the end of the outbox. */
static void
leave(struct outbox *o, const json_t *packet)
{
	struct lease_of l = {0};

	if (o->link == NULL || !courier_link_send(o->link, packet))
		return;
	lease_read(packet, &l);
	memory_left(o->memory, &l);
	log_warn("alert leaves from memory delivery=%s", l.id);
}

static void
on_tried(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;

	o->is_recording = false;
	outbox_start_tick(o);
	if (how != OK) {
		log_error("alerts cannot leave outcome=%d", (int)how);
	} else {
		o->memory->lease_ms = j->lease_ms;
		if (j->fired_at != 0)
			memory_fired(o->memory, j->fired_at);
		for (size_t i = 0; i < json_array_size(j->packets); i++)
			leave(o, json_array_get(j->packets, i));
	}
	(void)job_end(j);
}

static void
post_try(struct outbox *o)
{
	struct job *j = memory_job(o);

	j->room = o->o.parallel - o->n_held - memory_in_flight(o->memory);
	if (!o->is_up)
		j->room = 0;
	j->packets = json_array();
	store_post(o->o.store, JOB_TRIAL, run_try, on_tried, j);
}

/* ---- Recording ---- */

static enum outcome
run_memory(struct tx *tx, void *arg)
{
	const struct job *j = arg;

	return memory_record(tx, j->memory);
}

/* The rows have it all; what came while they were written is theirs, too. */
static void
end_memory(struct outbox *o, const struct memory *recorded)
{
	struct memory *m = o->memory;

	o->memory = NULL;
	log_warn("rows are written again n=%zu", m->n);
	for (size_t i = 0; i < m->n; i++) {
		const struct happened *h = &m->list[i];

		if (h->what == HAPPENED_LEFT && !memory_knows(m, &h->r))
			outbox_hold(o, &h->left, m->lease_ms);
		if (h->what == HAPPENED_RESULT &&
		    !memory_knows(recorded, &h->r))
			outbox_post_result(o, &h->r);
	}
	free(m);
}

static void
on_memory(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;

	o->is_recording = false;
	if (how != OK && how != FULL)
		log_error(
		    "what left from memory has no record outcome=%d", (int)how);
	if (!o->is_stopped && how == FULL)
		post_try(o);
	else if (!o->is_stopped)
		end_memory(o, j->memory);
	if (job_end(j) && how != FULL) {
		outbox_tell_changed(o);
		outbox_kick(o);
	}
}

void
outbox_from_memory(struct outbox *o)
{
	if (o->is_recording)
		return;
	if (o->memory != NULL) {
		job_post(memory_job(o), run_memory, on_memory);
		return;
	}
	log_error("nothing can be written: alerts leave from memory");
	o->memory = xcalloc(1, sizeof(*o->memory));
	post_try(o);
}

bool
outbox_is_in_memory(const struct outbox *o)
{
	return o->memory != NULL;
}
