/* What is due is leased to the courier, urgent first. */
#include "alert.h"
#include "answer.h"
#include "audit.h"
#include "channels.h"
#include "clock.h"
#include "clock_rows.h"
#include "contact.h"
#include "context.h"
#include "keyring.h"
#include "log.h"
#include "outbox_jobs.h"

#include <stdlib.h>
#include <string.h>

/* Rows looked at by one job, and by one query of it. */
#define BUDGET 512
#define PAGE   64

struct lease {
	struct tx *tx;
	json_t *packets;
	int64_t now, room, budget;
	bool did, is_enough; /* what is left is another job's */
};

/* A warning that came after the row was written: the child says where not. */
static bool
is_warned(struct tx *tx, const struct delivery *d)
{
	char *to = d->case_id[0] == '\0'
		       ? NULL
		       : address_open(tx, d->address_id, d->id);
	bool is_allowed = to == NULL || contact_allows(tx, d->alert_id, to);

	free(to);
	return !is_allowed;
}

const char *
delivery_void(struct tx *tx, const struct delivery *d)
{
	if (d->is_stopped)
		return "stopped";
	/* Unless a lead sent it there all the same, for a reason. */
	if (delivery_is_barred(tx, d->case_id, &d->person) &&
	    tx_number(tx, Q_DELIVERY_DESPITE, 0,
		ARGS(V_TEXT(d->clock_id), V_TEXT(d->person.agency_id))) == 0)
		return "barred";
	return is_warned(tx, d) ? "warned" : NULL;
}

enum outcome
delivery_stop(struct tx *tx, const struct delivery *d, const char *why)
{
	/* Another way to the same person, before the next one is called. */
	enum outcome how = strcmp(why, "warned") == 0 && !d->is_widened
			       ? delivery_widen(tx, d, false)
			       : OK;

	return how == OK ? delivery_cancel(tx, d, why) : how;
}

/* The address is gone: no attempt can be made on it. */
static enum outcome
refuse(struct lease *l, const struct delivery *d)
{
	enum outcome how = tx_exec(l->tx, Q_DELIVERY_RESULT,
	    ARGS(V_TEXT(d->id), V_TEXT("refused"), V_NULL,
		V_TEXT("permanent no address"), V_NULL, V_NULL));

	if (how == OK)
		how = alert_digests_left(l->tx, d->alert_id, NULL);
	if (how == OK && !d->is_widened)
		how = delivery_widen(l->tx, d, true);
	return how;
}

/* Did the message that went out before carry this link? */
static bool
was_sent(struct tx *tx, const char *id, const struct answer *a)
{
	return tx_number(tx, Q_DELIVERY_HAS_TOKEN, 0,
		   ARGS(V_TEXT(id),
		       V_BLOB(a->token_hash, sizeof(a->token_hash)))) > 0;
}

/* Every attempt carries the same link, also across a new master key. */
static void
choose_answer(struct tx *tx, const struct delivery *d, struct answer *a)
{
	struct answer before;
	struct key old;

	answer_make(&tx_context(tx)->blind, d->id, a);
	if (d->attempts == 0 || index_version(tx) == 1 ||
	    index_key(tx, index_version(tx) - 1, &old) != OK)
		return;
	answer_make(&old, d->id, &before);
	key_wipe(&old);
	if (was_sent(tx, d->id, &before))
		*a = before;
}

enum outcome
delivery_lease(struct tx *tx, const struct delivery *d, struct answer *ret_a)
{
	const struct context *c = tx_context(tx);
	int64_t now = clock_now();
	struct answer a;
	enum outcome how;

	choose_answer(tx, d, &a);
	how = tx_exec(tx, Q_DELIVERY_LEASE,
	    ARGS(V_TEXT(d->id), V_INT(now + 2 * c->conf->lease),
		V_BLOB(a.token_hash, sizeof(a.token_hash)),
		V_BLOB(a.code_hash, sizeof(a.code_hash)),
		V_INT(now + c->conf->link_life)));
	if (how == OK && ret_a != NULL)
		*ret_a = a;
	return how;
}

static enum outcome
throttle(struct lease *l, struct channel_row *ch)
{
	ch->leased++;
	l->room--;
	if (ch->interval == 0)
		return OK;
	ch->next_send_at = l->now + ch->interval;
	return tx_exec(l->tx, Q_CHANNEL_THROTTLE,
	    ARGS(V_TEXT(tx_context(l->tx)->conf->ward), V_TEXT(ch->name),
		V_INT(ch->next_send_at)));
}

static enum outcome
send(
    struct lease *l, struct channel_row *ch, struct delivery *d, const char *to)
{
	const struct conf *conf = tx_context(l->tx)->conf;
	struct answer a = {0};
	json_t *packet;
	enum outcome how = OK;

	if (d->attempts >= conf->send_attempts && !d->is_widened)
		how = delivery_widen(l->tx, d, true);
	if (how == OK)
		how = delivery_lease(l->tx, d, &a);
	if (how == OK)
		how = throttle(l, ch);
	if (how != OK)
		return how;
	d->epoch++;
	packet =
	    outbox_packet(l->tx, d, to, (const char *[2]){a.token, a.code});
	if (packet == NULL)
		return FAILED;
	json_array_append_new(l->packets, packet);
	return OK;
}

/* Not urgent, and the person has quiet hours: they end first. */
static enum outcome
hold(struct lease *l, const struct delivery *d, int64_t until)
{
	enum outcome how =
	    tx_exec(l->tx, Q_DELIVERY_HOLD, ARGS(V_TEXT(d->id), V_INT(until)));

	if (how != OK)
		return how;
	return audit_add(
	    l->tx, &(struct happening){
		       .actor = &audit_system,
		       .act = "delivery.held",
		       .object_kind = "delivery",
		       .object_id = d->id,
		       .case_id = d->case_id[0] ? d->case_id : NULL,
		       .detail = json_pack("{s:s, s:s, s:s, s:I}", "alert",
			   d->alert_id, "who", person_id(&d->person), "why",
			   "quiet_hours", "until", (json_int_t)until),
		   });
}

static enum outcome
lease_open(struct lease *l, struct channel_row *ch, struct delivery *d)
{
	char *to;
	bool is_held = false;
	enum outcome how = digest_gather(l->tx, d, &is_held);

	if (how != OK || is_held)
		return how;
	/* A digest of thousands takes its time: one a transaction. */
	l->is_enough = strcmp(d->digest, d->id) == 0;
	to = address_open(l->tx, d->address_id, d->id);
	how = to == NULL ? refuse(l, d) : send(l, ch, d, to);
	free(to);
	return how;
}

static enum outcome
lease_one(struct lease *l, struct channel_row *ch, const char *id)
{
	struct delivery d;
	const char *why;
	int64_t quiet;
	enum outcome how = delivery_get(l->tx, id, &d);

	/* With another to the same address it may have been put off just now. */
	if (how != OK || d.next_at > l->now)
		return how;
	if (!d.is_open)
		return delivery_cancel(l->tx, &d, "over");
	why = delivery_void(l->tx, &d);
	if (why != NULL)
		return delivery_stop(l->tx, &d, why);
	quiet = d.is_urgent ? 0 : people_quiet_until(l->tx, &d.person);
	return quiet != 0 ? hold(l, &d, quiet) : lease_open(l, ch, &d);
}

/* The breaker is open: wait for its end, but the next channel joins now. */
static enum outcome
wait_for_breaker(struct lease *l, struct channel_row *ch, const char *id)
{
	struct delivery d;
	enum outcome how = delivery_get(l->tx, id, &d);

	if (how == OK && !d.is_widened)
		how = delivery_widen(l->tx, &d, false);
	if (how == OK)
		how = tx_exec(l->tx, Q_DELIVERY_PUT_OFF,
		    ARGS(V_TEXT(id), V_INT(ch->breaker.open_until_at)));
	return how;
}

typedef enum outcome
each(struct lease *l, struct channel_row *ch, const char *id);

static enum outcome
lease_page(struct lease *l, struct channel_row *ch, enum queue queue,
    int64_t wanted, each *run)
{
	char list[PAGE][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(l->tx, Q_DELIVERY_DUE,
			 ARGS(V_TEXT(ch->name), V_INT(queue), V_INT(l->now),
			     V_INT(wanted < PAGE ? wanted : PAGE))),
		list, PAGE, &n);

	for (size_t i = 0; i < n && how == OK && !l->is_enough; i++)
		how = run(l, ch, list[i]);
	l->did = l->did || n > 0;
	l->budget -= n > 0 ? (int64_t)n : l->budget;
	return how;
}

/* All that is due on one channel, as far as there is room. */
static enum outcome
lease_channel(struct lease *l, struct channel_row *ch, enum queue queue)
{
	bool is_shut = ch->breaker.open_until_at > l->now;
	enum outcome how = OK;

	l->budget = BUDGET;
	while (how == OK && l->budget > 0 && !l->is_enough) {
		int64_t wanted = is_shut ? PAGE
					 : channel_room(tx_context(l->tx), ch,
					       l->now, l->room);

		if (wanted <= 0)
			break;
		how = lease_page(l, ch, queue, wanted,
		    is_shut ? wait_for_breaker : lease_one);
	}
	return how;
}

/* Urgent and not accepted for too long: the next channel joins in. */
static enum outcome
widen_due(struct lease *l)
{
	char list[PAGE][ID_SIZE];
	struct delivery d;
	size_t n = 0;
	enum outcome how = ids_read(tx_query(l->tx, Q_DELIVERY_WIDEN_DUE,
					ARGS(V_INT(l->now), V_INT(PAGE))),
	    list, PAGE, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		how = delivery_get(l->tx, list[i], &d);
		if (how == OK)
			how = delivery_widen(l->tx, &d, false);
	}
	l->did = n > 0;
	return how;
}

/* Lost by a courier that never answered: an attempt like any other. */
static enum outcome
expire_due(struct lease *l)
{
	char list[PAGE][ID_SIZE];
	struct delivery d;
	size_t n = 0;
	enum outcome how = ids_read(tx_query(l->tx, Q_DELIVERY_LEASE_DUE,
					ARGS(V_INT(l->now), V_INT(PAGE))),
	    list, PAGE, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		struct delivery_result r = {
		    .result = RESULT_AMBIGUOUS, .is_ours = true};

		how = delivery_get(l->tx, list[i], &d);
		memcpy(r.id, d.id, sizeof(r.id));
		r.epoch = d.epoch;
		if (how == OK)
			how = outbox_record(l->tx, &r);
	}
	l->did = l->did || n > 0;
	return how;
}

enum outcome
outbox_lease(struct tx *tx, int64_t room, json_t *packets, bool *did)
{
	struct channel_row *list = NULL;
	struct lease l = {
	    .tx = tx, .packets = packets, .now = clock_now(), .room = room};
	size_t n = 0;
	enum outcome how = widen_due(&l);

	if (how == OK)
		how = expire_due(&l);
	if (how == OK)
		how = channel_rows(tx, &list, &n);
	for (int queue = 0; queue < QUEUE_MAX; queue++)
		for (size_t i = 0; i < n && how == OK; i++)
			how = lease_channel(&l, &list[i], (enum queue)queue);
	free(list);
	*did = l.did;
	return how;
}
