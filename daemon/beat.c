#include "beat.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "context.h"
#include "log.h"
#include "meta.h"

/* As many may be missing before the other side is to worry. */
#define MISSING 3

struct beat {
	struct event *timer;
	struct store *store;
	struct courier_link *link;
	int64_t every;
	bool is_wanted, is_stopped, is_failing;
	int jobs;
};

/* One sign of life, from the store to the courier. */
struct sign {
	struct beat *b;
	json_t *packet;
};

static void
arm(struct beat *b)
{
	const struct timeval tv = {b->every / SECOND, b->every % SECOND * 1000};

	if (b->is_wanted)
		(void)event_add(b->timer, &tv);
	else
		(void)event_del(b->timer);
}

static bool
end_job(struct beat *b)
{
	b->jobs--;
	if (!b->is_stopped)
		return true;
	if (b->jobs == 0)
		free(b);
	return false;
}

/* ---- Making one ---- */

static json_t *
instant(int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, 0);
	return json_string(text);
}

static int64_t
oldest_s(struct tx *tx, int64_t now)
{
	int64_t made = tx_number(
	    tx, Q_OUTBOX_OLDEST, now, ARGS(V_TEXT(tx_ward(tx)), V_INT(now)));

	return made < now ? (now - made) / SECOND : 0;
}

/* All values as texts: they fill the words of a template. */
static json_t *
make(struct tx *tx, int64_t seq)
{
	const struct conf *c = tx_context(tx)->conf;
	int64_t now = clock_now(), oldest = oldest_s(tx, now);
	char head[2 * HASH_SIZE + 1] = "", id[ID_SIZE];
	int64_t events = audit_head(tx, head);
	json_t *packet, *words;

	id_new(id);
	words = json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "seq",
	    json_sprintf("%lld", (long long)seq), "oldest",
	    json_sprintf("%lld", (long long)oldest), "events",
	    json_sprintf("%lld", (long long)events), "head", head, "ward",
	    c->ward, "at", instant(now), "until",
	    instant(now + MISSING * c->heartbeat_every));
	packet = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:o, s:o}", "do",
	    "beat", "id", id, "epoch", (json_int_t)0, "channel",
	    c->heartbeat_channel, "to", c->ward, "subject", "hotlined", "text",
	    json_sprintf("seq=%lld oldest=%lld events=%lld head=%s",
		(long long)seq, (long long)oldest, (long long)events, head),
	    "words", words);
	return packet;
}

/* The sequence is a row: a sign of life says that the disk takes writes. */
static enum outcome
run_sign(struct tx *tx, void *arg)
{
	struct sign *s = arg;
	int64_t seq = meta_number(tx, "heartbeat_seq", 0) + 1;

	json_decref(s->packet);
	s->packet = make(tx, seq);
	return meta_put(tx, "heartbeat_seq", seq);
}

static void
note(struct beat *b, bool is_taken, const char *why)
{
	if (!is_taken && !b->is_failing)
		log_warn("heartbeat not taken why=%s", why);
	else if (is_taken && b->is_failing)
		log_info("heartbeat taken again");
	b->is_failing = !is_taken;
}

static void
on_sign(void *arg, enum outcome how)
{
	struct sign *s = arg;
	struct beat *b = s->b;
	json_t *packet = s->packet;

	free(s);
	if (end_job(b)) {
		if (how != OK)
			note(b, false, "database");
		else if (b->link == NULL || !courier_link_send(b->link, packet))
			note(b, false, "courier");
	}
	json_decref(packet);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct beat *b = arg;
	struct sign *s = xcalloc(1, sizeof(*s));

	(void)fd, (void)what;
	s->b = b;
	b->jobs++;
	store_post(b->store, JOB_ACT, run_sign, on_sign, s);
	arm(b);
}

/* ---- What became of it ---- */

static enum outcome
run_taken(struct tx *tx, void *arg)
{
	(void)arg;
	return meta_put(tx, "heartbeat_at", clock_now());
}

static void
on_taken(void *arg, enum outcome how)
{
	(void)how;
	(void)end_job(arg);
}

void
beat_on_message(struct beat *b, const json_t *msg)
{
	const char *class = json_string_value(json_object_get(msg, "class"));
	bool is_taken = class != NULL && strcmp(class, "accepted") == 0;

	note(b, is_taken, class == NULL ? "unknown" : class);
	if (!is_taken)
		return;
	b->jobs++;
	store_post(b->store, JOB_ACT, run_taken, on_taken, b);
}

/* ---- Coming and going ---- */

void
beat_set(struct beat *b, const struct conf *c)
{
	b->every = c->heartbeat_every;
	b->is_wanted = c->heartbeat_channel[0] != '\0';
	arm(b);
}

void
beat_set_link(struct beat *b, struct courier_link *l)
{
	b->link = l;
}

struct beat *
beat_start(struct event_base *base, struct store *store, const struct conf *c)
{
	struct beat *b = xcalloc(1, sizeof(*b));

	b->store = store;
	b->timer = evtimer_new(base, on_timer, b);
	if (b->timer == NULL)
		fatal("no timer for the heartbeat");
	beat_set(b, c);
	return b;
}

void
beat_stop(struct beat *b)
{
	if (b == NULL)
		return;
	event_free(b->timer);
	b->link = NULL;
	b->is_stopped = true;
	if (b->jobs == 0)
		free(b);
}
