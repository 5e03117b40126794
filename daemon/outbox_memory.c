#include "outbox_memory.h"

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "log.h"

#define FIRE_MAX 256
#define AGAIN	 MINUTE /* after an attempt that failed */

/* ---- The list ---- */

static struct happened *
add(struct memory *m, struct happened h)
{
	if (m->n == MEMORY_MAX)
		memmove(m->list, m->list + 1, --m->n * sizeof(m->list[0]));
	m->list[m->n] = h;
	m->list[m->n].mono = clock_mono();
	return &m->list[m->n++];
}

static const struct happened *
find(const struct memory *m, enum happened_what what,
    const struct delivery_result *r)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].what == what && m->list[i].r.epoch == r->epoch &&
		    strcmp(m->list[i].r.id, r->id) == 0)
			return &m->list[i];
	return NULL;
}

/* What came of earlier attempts is not what counts. */
static void
forget(struct memory *m, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->list[i].r.id, id) != 0)
			m->list[kept++] = m->list[i];
	m->n = kept;
}

void
memory_fired(struct memory *m, int64_t at)
{
	add(m, (struct happened){.what = HAPPENED_FIRED, .at = at});
}

void
lease_read(const json_t *packet, struct lease_of *l)
{
	const char *id = json_string_value(json_object_get(packet, "id"));
	const char *channel =
	    json_string_value(json_object_get(packet, "channel"));

	snprintf(l->id, sizeof(l->id), "%s", id);
	snprintf(l->channel, sizeof(l->channel), "%s", channel);
	l->epoch = json_integer_value(json_object_get(packet, "epoch"));
}

void
memory_left(struct memory *m, const struct lease_of *l)
{
	struct happened h = {
	    .what = HAPPENED_LEFT, .at = clock_now(), .left = *l};

	memcpy(h.r.id, l->id, sizeof(h.r.id));
	h.r.epoch = l->epoch;
	forget(m, l->id);
	add(m, h);
}

static void
add_result(struct memory *m, const struct delivery_result *r)
{
	struct happened h = {
	    .what = HAPPENED_RESULT, .at = clock_now(), .r = *r};

	h.r.is_told = true;
	add(m, h);
}

const struct happened *
memory_note(struct memory *m, const struct delivery_result *r)
{
	const struct happened *left = find(m, HAPPENED_LEFT, r);

	if (left == NULL || memory_knows(m, r))
		return left;
	log_info("delivery tried from memory delivery=%s result=%s code=%lld",
	    r->id, result_word(r->result), (long long)r->code);
	add_result(m, r);
	return find(m, HAPPENED_LEFT, r);
}

void
memory_keep(struct memory *m, const struct delivery_result *r)
{
	forget(m, r->id);
	add_result(m, r);
}

bool
memory_knows(const struct memory *m, const struct delivery_result *r)
{
	return find(m, HAPPENED_RESULT, r) != NULL;
}

/* What left and is older than that counts as ambiguous; how many are not. */
static int
give_up(struct memory *m, int64_t older_than)
{
	size_t n = m->n;
	int left = 0;

	for (size_t i = 0; i < n; i++) {
		struct delivery_result r = m->list[i].r;

		if (m->list[i].what != HAPPENED_LEFT || memory_knows(m, &r))
			continue;
		left++;
		if (n == MEMORY_MAX || m->list[i].mono > older_than)
			continue;
		r.result = RESULT_AMBIGUOUS;
		r.is_ours = true;
		add_result(m, &r);
		left--;
	}
	return left;
}

int
memory_in_flight(struct memory *m)
{
	return give_up(m, clock_mono() - m->lease_ms);
}

void
memory_lost(struct memory *m)
{
	(void)give_up(m, clock_mono());
}

/* ---- Repeating it ---- */

/* *fired, unless it is NULL: at, if something did. */
static enum outcome
fire_at(struct tx *tx, int64_t at, int64_t *fired)
{
	enum outcome how = OK;
	int n;

	do {
		how = clocks_fire(tx, at, FIRE_MAX, &n);
		if (fired != NULL && n > 0)
			*fired = at;
	} while (n == FIRE_MAX);
	return how;
}

/* In a trial it is as if it had not left. */
static bool
is_to_be_tried_again(const struct memory *m, const struct delivery_result *r)
{
	const struct happened *h = find(m, HAPPENED_RESULT, r);

	return h != NULL && h->r.result != RESULT_ACCEPTED &&
	       h->r.result != RESULT_PERMANENT &&
	       clock_mono() - h->mono >= AGAIN;
}

/* The record shows when it left, beside the time of the recording. */
static enum outcome
audit_left(struct tx *tx, const struct delivery *d, int64_t left_at)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = "delivery.from_memory",
		    .object_kind = "delivery",
		    .object_id = d->id,
		    .case_id = d->case_id[0] ? d->case_id : NULL,
		    .detail = json_pack("{s:s, s:s, s:s, s:I}", "alert",
			d->alert_id, "channel", d->channel, "who",
			person_id(&d->person), "left_at", (json_int_t)left_at),
		});
}

/* Lease the row as the trial did; one that moved on is left alone. */
static enum outcome
repeat_leaving(struct tx *tx, const struct delivery *d, int64_t left_at)
{
	enum outcome how = delivery_lease(tx, d, NULL);

	return how == OK ? audit_left(tx, d, left_at) : how;
}

static enum outcome
repeat_one(struct tx *tx, const struct memory *m, const struct happened *h)
{
	struct delivery d;
	enum outcome how;

	if (h->what == HAPPENED_FIRED)
		return fire_at(tx, h->at, NULL);
	if (tx_is_trial(tx) && is_to_be_tried_again(m, &h->r))
		return OK;
	how = delivery_get(tx, h->r.id, &d);
	if (how != OK)
		return perhaps(how);
	if (h->what == HAPPENED_LEFT)
		return (d.is_waiting || d.is_leased) &&
			       d.epoch + 1 == h->r.epoch
			   ? repeat_leaving(tx, &d, h->at)
			   : OK;
	return d.is_leased && d.epoch == h->r.epoch ? outbox_record(tx, &h->r)
						    : OK;
}

static enum outcome
repeat(struct tx *tx, const struct memory *m)
{
	enum outcome how = OK;

	for (size_t i = 0; i < m->n && how == OK; i++)
		how = repeat_one(tx, m, &m->list[i]);
	return how;
}

enum outcome
memory_record(struct tx *tx, const struct memory *m)
{
	return repeat(tx, m);
}

enum outcome
memory_try(struct tx *tx, const struct memory *m, int64_t room, json_t *packets,
    int64_t *fired_at)
{
	bool did;
	enum outcome how;

	*fired_at = 0;
	how = perhaps(
	    tx_exec(tx, Q_DELIVERY_RELEASE_DUE, ARGS(V_INT(clock_now()))));
	if (how == OK)
		how = repeat(tx, m);
	if (how == OK)
		how = fire_at(tx, clock_now(), fired_at);
	if (how == OK)
		how = outbox_lease(tx, room, packets, &did);
	return how;
}
