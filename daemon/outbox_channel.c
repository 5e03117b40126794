/* Channels as rows: breaker, throttle, share; and when the outbox is due. */
#include "channels.h"
#include "clock.h"
#include "context.h"
#include "outbox.h"
#include "outbox_jobs.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t
interval_of(const struct context *c, const char *name)
{
	const struct channel_conf *conf = channels_find(c->channels, name);

	return conf == NULL ? 0 : conf->interval;
}

/* What is further ahead than it ever is: the clock was put back since. */
static int64_t
ahead_at_most(int64_t at, int64_t most)
{
	return at > clock_now() + most ? 0 : at;
}

enum outcome
channel_rows(struct tx *tx, struct channel_row **ret_list, size_t *n)
{
	struct channel_row *list = NULL;
	const struct context *c = tx_context(tx);
	struct rows *r =
	    tx_query(tx, Q_CHANNEL_STATES, ARGS(V_TEXT(c->conf->ward)));

	*n = 0;
	while (rows_next(r)) {
		list = xrealloc(list, *n + 1, sizeof(*list));
		int64_t pause = interval_of(c, row_text(r, 0));

		list[*n] = (struct channel_row){
		    .breaker = {row_int(r, 1),
			ahead_at_most(row_int(r, 2), c->conf->breaker_pause)},
		    .next_send_at = ahead_at_most(row_int(r, 3), pause),
		    .leased = row_int(r, 4),
		    .interval = pause,
		};
		snprintf(
		    list[*n].name, sizeof(list->name), "%s", row_text(r, 0));
		(*n)++;
	}
	*ret_list = list;
	return rows_end(r);
}

int64_t
channel_room(const struct context *c, const struct channel_row *ch, int64_t now,
    int64_t left)
{
	struct breaker_limits limits = {
	    c->conf->breaker_failures, c->conf->breaker_pause};
	int64_t room =
	    channel_share(ch->leased, left, channels_n(c->channels)) -
	    ch->leased;

	if (ch->next_send_at > now)
		return 0;
	if (ch->interval > 0 && room > 1)
		room = 1;
	return room <= 0
		   ? 0
		   : breaker_room(&limits, &ch->breaker, now, ch->leased, room);
}

/*
 * When the channel wants something.  An open breaker does not hide rows: they
 * are put off, and their next channel called, by the next lease.
 */
static int64_t
channel_next(
    struct tx *tx, const struct channel_row *ch, int64_t now, int64_t left)
{
	int64_t next = INT64_MAX, at;

	for (int queue = 0; queue < QUEUE_MAX; queue++) {
		at = tx_number(tx, Q_DELIVERY_NEXT, INT64_MAX,
		    ARGS(V_TEXT(ch->name), V_INT(queue)));
		if (at < next)
			next = at;
	}
	if (ch->breaker.open_until_at > now)
		return next;
	if (ch->next_send_at > now)
		return next > ch->next_send_at ? next : ch->next_send_at;
	return channel_room(tx_context(tx), ch, now, left) > 0 ? next
							       : INT64_MAX;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
outbox_next(struct tx *tx)
{
	struct channel_row *list = NULL;
	int64_t next, left, now = clock_now();
	size_t n = 0;

	next = least(tx_number(tx, Q_DELIVERY_WIDEN_NEXT, INT64_MAX, NO_ARGS),
	    tx_number(tx, Q_DELIVERY_LEASE_NEXT, INT64_MAX, NO_ARGS));
	(void)channel_rows(tx, &list, &n);
	left = tx_context(tx)->conf->courier_parallel;
	for (size_t i = 0; i < n; i++)
		left -= list[i].leased;
	if (left <= 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		next = least(next, channel_next(tx, &list[i], now, left));
	free(list);
	return next;
}
