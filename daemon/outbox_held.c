/* What is in the courier's hands, and what came of all that was. */
#include "clock.h"
#include "outbox_loop.h"

#include <stdio.h>
#include <string.h>

void
outbox_drop_held(struct outbox *o, int i)
{
	o->held[i] = o->held[--o->n_held];
}

/* Where attempts of a channel are counted; the last one has the overflow. */
static int
find_count(struct outbox *o, const char *channel)
{
	for (int i = 0; i < o->n_counts; i++)
		if (strcmp(o->counts[i].channel, channel) == 0)
			return i;
	if (o->n_counts == CHANNELS_MAX)
		return CHANNELS_MAX - 1;
	snprintf(o->counts[o->n_counts].channel, CHANNEL_SIZE, "%s", channel);
	return o->n_counts++;
}

int
outbox_counts(const struct outbox *o, const struct outbox_count **list)
{
	*list = o->counts;
	return o->n_counts;
}

void
outbox_forget(struct outbox *o, const struct delivery_result *r)
{
	for (int i = o->n_held - 1; i >= 0; i--)
		if (o->held[i].epoch == r->epoch &&
		    strcmp(o->held[i].id, r->id) == 0) {
			o->counts[o->held[i].count].n[r->result]++;
			outbox_drop_held(o, i);
		}
}

void
outbox_hold(struct outbox *o, const struct lease_of *l, int64_t lease_ms)
{
	struct held *h;

	if (o->n_held >= o->o.parallel)
		return; /* its row's lease runs out by itself */
	h = &o->held[o->n_held++];
	memcpy(h->id, l->id, sizeof(h->id));
	h->epoch = l->epoch;
	h->until = clock_mono() + lease_ms;
	h->count = find_count(o, l->channel);
	outbox_start_tick(o);
}

/* It left from memory: its result is remembered with it. */
bool
outbox_remember(struct outbox *o, const struct delivery_result *r)
{
	const struct happened *h =
	    o->memory == NULL ? NULL : memory_note(o->memory, r);

	if (h == NULL)
		return false;
	o->counts[find_count(o, h->left.channel)].n[r->result]++;
	return true;
}
