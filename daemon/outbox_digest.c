/* Too much for one address at once leaves as one message. */
#include "channels.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "outbox_jobs.h"

#include <string.h>

/* An urgent one is not held longer, however rare digests are: promise P3. */
#define URGENT_WAIT MINUTE
/* Members read by one query. */
#define PAGE 64

static bool
too_much(struct tx *tx, const struct delivery *d, int64_t now)
{
	int64_t above = tx_context(tx)->conf->digest_above;

	/* After a downtime one message tells all that people missed. */
	if (tx_number(tx, Q_DIGEST_LATE_DUE, 0,
		ARGS(V_TEXT(d->address_id), V_INT(now))) > 1)
		return true;
	return tx_number(tx, Q_DIGEST_COUNT_DUE, 0,
		   ARGS(V_TEXT(d->address_id), V_INT(now), V_INT(above + 1))) >
	       above;
}

/* d leads all that is due to its address, however much. */
static enum outcome
gather(struct tx *tx, struct delivery *d, int64_t now)
{
	int64_t again = now + tx_context(tx)->conf->digest_every;
	enum outcome how = tx_exec(tx, Q_DIGEST_JOIN,
	    ARGS(V_TEXT(d->address_id), V_TEXT(d->id), V_INT(now)));

	if (how == OK)
		how = tx_exec(tx, Q_DIGEST_LEAD, ARGS(V_TEXT(d->id)));
	if (how == OK)
		how = tx_exec(tx, Q_DIGEST_SENT,
		    ARGS(V_TEXT(d->address_id), V_INT(again)));
	memcpy(d->digest, d->id, sizeof(d->digest));
	return how;
}

/* Not yet: those that are due to the address wait for the next digest. */
static enum outcome
hold(struct tx *tx, const struct delivery *d, int64_t now, bool *held)
{
	int64_t next =
	    tx_number(tx, Q_DIGEST_NEXT_AT, 0, ARGS(V_TEXT(d->address_id)));

	*held = next > now && (!d->is_urgent || d->made_at + URGENT_WAIT > now);
	if (!*held)
		return OK;
	return tx_exec(tx, Q_DIGEST_HOLD,
	    ARGS(V_TEXT(d->address_id), V_INT(now), V_INT(next),
		V_INT(URGENT_WAIT)));
}

enum outcome
digest_gather(struct tx *tx, struct delivery *d, bool *held)
{
	int64_t now = clock_now();
	/*
	 * Nothing is gathered in a trial: its rows must not know each other; nor
	 * what another hotlined is called for: one call stands for nothing else.
	 */
	bool is_new = !tx_is_trial(tx) && d->attempts == 0 &&
		      d->digest[0] == '\0' &&
		      !channels_is_call(tx_context(tx)->channels, d->channel);
	enum outcome how = OK;

	*held = false;
	if (is_new && too_much(tx, d, now)) {
		how = hold(tx, d, now, held);
		if (how == OK && !*held)
			how = gather(tx, d, now);
	}
	if (how == OK && !*held && strcmp(d->digest, d->id) == 0)
		how = digest_weed(tx, d);
	return how;
}

enum outcome
digest_walk(struct tx *tx, const struct delivery *d, digest_each *run)
{
	char list[PAGE][ID_SIZE], after[ID_SIZE] = "";
	struct delivery one;
	size_t n = PAGE;
	enum outcome how = OK;

	while (how == OK && n == PAGE) {
		how = ids_read(
		    tx_query(tx, Q_DIGEST_MEMBERS,
			ARGS(V_TEXT(d->id), V_TEXT(after), V_INT(PAGE))),
		    list, PAGE, &n);
		for (size_t i = 0; i < n && how == OK; i++) {
			how = delivery_get(tx, list[i], &one);
			if (how == OK)
				how = run(tx, &one);
		}
		if (n > 0)
			memcpy(after, list[n - 1], sizeof(after));
	}
	return how;
}

static enum outcome
weed_one(struct tx *tx, const struct delivery *one)
{
	const char *why = delivery_void(tx, one);

	return why == NULL ? OK : delivery_stop(tx, one, why);
}

enum outcome
digest_weed(struct tx *tx, const struct delivery *d)
{
	return digest_walk(tx, d, weed_one);
}
