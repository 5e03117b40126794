/* The other end of the courier's socket: made of dice. */
#include <string.h>

#include "courier_link.h"
#include "simulation.h"

struct outcome_of {
	json_t *packet;
	int session;
};

bool is_courier_up;
static int session;
/* The channel that does not work just now, and until when. */
static const char *dead_channel = "";
static int64_t dead_until;

/* What was in its hands nobody will ever tell. */
void
courier_lost(void)
{
	session++;
}

static void
on_result(void *arg)
{
	struct outcome_of *r = arg;

	if (r->session == session && life.outbox != NULL && is_courier_up)
		outbox_on_message(life.outbox, r->packet);
	json_decref(r->packet);
	free(r);
}

static void
answer(const json_t *msg, const char *class, int code)
{
	struct outcome_of *r = xcalloc(1, sizeof(*r));

	r->session = session;
	r->packet = json_pack("{s:s, s:O, s:O, s:s, s:i}", "is", "result", "id",
	    json_object_get(msg, "id"), "epoch", json_object_get(msg, "epoch"),
	    "class", class, "code", code);
	if (code == 429)
		json_object_set_new(
		    r->packet, "retry_after_ms", json_integer(20000));
	later(1 + dice(chance(5) ? 9000 : 900), on_result, r);
}

static void
reach(const json_t *msg)
{
	books_got(msg);
	people_got(json_string_value(json_object_get(msg, "to")),
	    json_string_value(json_object_get(msg, "channel")), msg);
}

static void
attempt(const json_t *msg, const char *channel)
{
	int64_t luck = dice(100);

	if (time_now() < dead_until && strcmp(channel, dead_channel) == 0)
		answer(msg, luck < 90 ? "transient" : "permanent", 503);
	else if (luck < 88) {
		reach(msg);
		answer(msg, "accepted", 250);
	} else if (luck < 92)
		answer(msg, "transient", luck == 90 ? 429 : 451);
	else if (luck < 93)
		answer(msg, "permanent", 550);
	else if (luck < 95)
		answer(msg, "ambiguous", 0);
	else if (luck < 97) {
		reach(msg);
		answer(msg, "ambiguous", 0);
	} else if (luck < 98)
		reach(msg); /* and never says so */
}

bool
courier_link_send(struct courier_link *l, const json_t *msg)
{
	const char *what = json_string_value(json_object_get(msg, "do"));

	(void)l;
	if (has_crashed || !is_courier_up)
		return false;
	if (strcmp(what, "taken") == 0)
		people_taken(json_string_value(json_object_get(msg, "reply")));
	if (strcmp(what, "send") == 0)
		attempt(
		    msg, json_string_value(json_object_get(msg, "channel")));
	return true;
}

bool
courier_link_is_up(const struct courier_link *l)
{
	(void)l;
	return is_courier_up;
}

static void
turn(bool is_up)
{
	is_courier_up = is_up;
	courier_lost();
	if (life.outbox != NULL && !has_crashed)
		outbox_on_change(life.outbox, is_up);
}

static void
come_back(void *arg)
{
	(void)arg;
	turn(true);
}

/* Every now and then it dies, or a provider does. */
static void
trouble(void *arg)
{
	static const char *const channels[] = {"sms", "email"};

	(void)arg;
	if (time_now() > life.end_at)
		return;
	later(DAY + dice(60 * DAY), trouble, NULL);
	if (chance(50)) {
		turn(false);
		later(1000 + dice(chance(80) ? MINUTE : 6 * HOUR), come_back,
		    NULL);
	} else {
		dead_channel = channels[dice(2)];
		dead_until = time_now() + dice(12 * HOUR);
	}
}

void
courier_begin(void)
{
	is_courier_up = true;
	later(dice(30 * DAY), trouble, NULL);
}

/* Never called here; the daemon's own would bring a real courier along. */
struct courier_link *
courier_link_start(
    struct event_base *base, const struct courier_link_options *o)
{
	(void)base, (void)o;
	return NULL;
}

void
courier_link_reload(struct courier_link *l)
{
	(void)l;
}

void
courier_link_stop(struct courier_link *l)
{
	(void)l;
}
