#include "ladder.h"

#include "procedure_parts.h"

const char *
ladder_id(const struct ladder *l)
{
	return l->id;
}

bool
ladder_is_urgent(const struct ladder *l)
{
	return l->is_urgent;
}

int64_t
ladder_ack_holds(const struct ladder *l)
{
	return l->ack_holds;
}

size_t
ladder_n_rungs(const struct ladder *l)
{
	return l->n_rungs;
}

const char *const *
rung_who(const struct ladder *l, size_t rung, size_t *n)
{
	*n = l->rungs[rung].n_who;
	return l->rungs[rung].who;
}

const char *const *
rung_channels(const struct ladder *l, size_t rung, size_t *n)
{
	*n = l->rungs[rung].n_channels;
	return l->rungs[rung].channels;
}

bool
rung_needs_all(const struct ladder *l, size_t rung)
{
	return l->rungs[rung].needs_all;
}

/* Triggers are the start if the step warns then, each warning, and due. */
static int
n_triggers(const struct step *s)
{
	return (s->warns_at_start ? 1 : 0) + (int)s->n_warns + 1;
}

static int64_t
trigger_at(const struct step *s, const struct climb *c, int i)
{
	if (s->warns_at_start && i-- == 0)
		return c->start_at;
	return i < (int)s->n_warns ? c->due_at - s->warns[i] : c->due_at;
}

static const char *
trigger_kind(const struct step *s, int i)
{
	if (i == n_triggers(s) - 1)
		return "lapsed";
	return s->warns_at_start && i == 0 ? "opened" : "warning";
}

/* A warning that would lie before the start never comes; due always does. */
static int
next_trigger(const struct step *s, const struct climb *c)
{
	int i = c->triggers, last = n_triggers(s) - 1;

	while (i < last && trigger_at(s, c, i) < c->start_at)
		i++;
	return i;
}

static void
set_next(const struct step *s, struct climb *c)
{
	int i = next_trigger(s, c);

	c->next_at = i < n_triggers(s) ? trigger_at(s, c, i) : 0;
	if (c->climb_at != 0 && (c->next_at == 0 || c->climb_at < c->next_at))
		c->next_at = c->climb_at;
}

/* The rung we stand on; the ladder may have become shorter. */
static int
standing(const struct ladder *l, const struct climb *c)
{
	int last = (int)l->n_rungs - 1;

	return c->rung > last ? last : c->rung;
}

/* Is the next thing in a silence this rung again, or the one above it? */
static bool
repeats_next(const struct ladder *l, const struct climb *c)
{
	const struct rung *r = &l->rungs[c->rung];

	if ((size_t)c->rung == l->n_rungs - 1)
		return true;
	return c->repeats < r->repeats &&
	       r->repeat * (c->repeats + 1) < r[1].after - r->after;
}

/* People were told at now: when does their silence bring more? */
static void
await(const struct ladder *l, struct climb *c, int64_t now)
{
	const struct rung *r = &l->rungs[c->rung];

	if (repeats_next(l, c))
		c->climb_at = now + r->repeat;
	else
		c->climb_at =
		    now + r[1].after - r->after - r->repeat * c->repeats;
}

/* A new round from the lowest rung. */
static void
start_over(const struct ladder *l, struct climb *c, int64_t now)
{
	c->round++;
	c->rung = 0;
	c->repeats = 0;
	c->is_acked = false;
	await(l, c, now);
}

/*
 * Take all triggers that are due and keep the last; how many there were. Each
 * is taken once, whatever happens to the rows around it.
 */
static int
take_triggers(
    const struct step *s, struct climb *c, int64_t now, struct firing *out)
{
	int n = 0, all = n_triggers(s), i;

	while ((i = next_trigger(s, c)) < all && trigger_at(s, c, i) <= now) {
		out->kind = trigger_kind(s, i);
		out->due_at = trigger_at(s, c, i);
		out->lapses = i == all - 1;
		c->triggers = i + 1;
		n++;
	}
	return n;
}

/*
 * A trigger: whoever knows learns the new urgency, in a new round.  A repeat
 * that was due at the same time is given with it; a rung that was due is not,
 * its people will be told by the next firing.
 */
static void
trigger(
    const struct ladder *l, struct climb *c, int64_t now, struct firing *out)
{
	out->from_rung = 0;
	if (c->rung < 0 || c->is_acked) {
		start_over(l, c, now);
		out->to_rung = 0;
		return;
	}
	c->round++;
	c->rung = standing(l, c);
	out->to_rung = c->rung;
	if (c->climb_at <= now && repeats_next(l, c)) {
		c->repeats++;
		await(l, c, now);
	}
}

/* Nobody acted: the rung above, or this one again in a new round. */
static void
climb(const struct ladder *l, struct climb *c, int64_t now, struct firing *out)
{
	out->kind = "climb";
	c->rung = standing(l, c);
	if (repeats_next(l, c)) {
		c->round++;
		c->repeats++;
	} else {
		c->rung++;
		c->repeats = 0;
	}
	await(l, c, now);
	out->from_rung = out->to_rung = c->rung;
}

/* It was acknowledged, and still the step is not done. */
static void
resume(const struct ladder *l, struct climb *c, int64_t now, struct firing *out)
{
	start_over(l, c, now);
	out->kind = "resume";
	out->from_rung = out->to_rung = 0;
}

void
ladder_start(const struct step *s, struct climb *c)
{
	*c = (struct climb){
	    .start_at = c->start_at, .due_at = c->due_at, .rung = -1};
	set_next(s, c);
}

bool
ladder_fire(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now, struct firing *out)
{
	int64_t silent_since = c->climb_at;
	int n;

	*out = (struct firing){.due_at = silent_since};
	n = take_triggers(s, c, now, out);
	if (n > 0) {
		out->skipped = n - 1;
		trigger(l, c, now, out);
	} else if (silent_since == 0 || silent_since > now)
		return false;
	else if (c->is_acked)
		resume(l, c, now, out);
	else
		climb(l, c, now, out);
	out->round = c->round;
	set_next(s, c);
	return true;
}

void
ladder_move(
    const struct step *s, struct climb *c, int64_t start_at, int64_t due_at)
{
	c->start_at = start_at;
	c->due_at = due_at;
	set_next(s, c);
}

void
ladder_force(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now, struct firing *out)
{
	int last = (int)l->n_rungs - 1, next = c->rung + 1;

	c->round++;
	c->rung = next > last ? last : next;
	c->repeats = 0;
	c->is_acked = false;
	await(l, c, now);
	set_next(s, c);
	*out = (struct firing){.kind = "escalated",
	    .to_rung = c->rung,
	    .round = c->round,
	    .due_at = now};
}

void
ladder_ack(
    const struct step *s, const struct ladder *l, struct climb *c, int64_t now)
{
	if (c->rung < 0)
		return;
	c->is_acked = true;
	c->climb_at = now + l->ack_holds;
	set_next(s, c);
}

void
ladder_hurry(
    const struct step *s, const struct ladder *l, struct climb *c, int64_t now)
{
	if (c->rung < 0 || c->is_acked || standing(l, c) == (int)l->n_rungs - 1)
		return;
	c->repeats = (int)l->rungs[c->rung].repeats;
	c->climb_at = now;
	set_next(s, c);
}
