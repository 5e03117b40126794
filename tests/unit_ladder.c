/* The climb: what fires when, and what must never happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "procedure_parts.h"

#define T0	    INT64_C(1795000000000)
#define FIRINGS_MAX 20000

static const char *holder[] = {"holder"}, *lead[] = {"lead", "duty"};
static const char *sms[] = {"spool"};

/* That of tests/data/procedure-small.conf. */
static struct rung small_rungs[] = {
    {.repeat = 10 * MINUTE, .repeats = 1, .who = holder, .n_who = 1},
    {.after = 15 * MINUTE, .who = lead, .n_who = 2},
    {.after = 30 * MINUTE,
	.repeat = 10 * MINUTE,
	.repeats = 1000,
	.who = holder,
	.n_who = 1,
	.channels = sms,
	.n_channels = 1},
};
static const struct ladder small = {
    .id = "urgent",
    .is_urgent = true,
    .ack_holds = 30 * MINUTE,
    .rungs = small_rungs,
    .n_rungs = 3,
};
static int64_t small_warns[] = {6 * HOUR, 3 * HOUR, HOUR};
static const struct step urgent = {
    .id = "N08",
    .warns_at_start = true,
    .warns = small_warns,
    .n_warns = 3,
};
/* Rings at due alone. */
static const struct step quiet = {.id = "N01"};

static struct climb
begin(const struct step *s, int64_t start, int64_t limit)
{
	struct climb c = {
	    .start_at = start, .due_at = start + limit, .round = 7};

	ladder_start(s, &c);
	return c;
}

/* One firing as text: "<minutes> <kind> <from>-<to> r<round>". */
static const char *
told(const struct firing *f, int64_t now)
{
	static char text[64];

	snprintf(text, sizeof(text), "%lld %s %d-%d r%d",
	    (long long)((now - T0) / MINUTE), f->kind, f->from_rung, f->to_rung,
	    f->round);
	return text;
}

/* The next firing, at its very instant. */
static const char *
next(const struct step *s, const struct ladder *l, struct climb *c)
{
	int64_t at = c->next_at;
	struct climb before = *c;
	struct firing f;

	assert_false(ladder_fire(s, l, c, at - 1, &f));
	assert_memory_equal(c, &before, sizeof(before));
	assert_true(ladder_fire(s, l, c, at, &f));
	return told(&f, at);
}

#define NEXT(text) assert_string_equal(next(&urgent, &small, &c), text)

static void
test_nobody_acts(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	assert_int_equal(c.next_at, T0);
	assert_int_equal(c.rung, -1);
	NEXT("0 opened 0-0 r1");
	NEXT("10 climb 0-0 r2");
	NEXT("15 climb 1-1 r2");
	NEXT("30 climb 2-2 r2");
	NEXT("40 climb 2-2 r3");
	for (int i = 5; i < 36; i++)
		next(&urgent, &small, &c);
	/* All who know learn the new urgency; the repeat is given with it. */
	NEXT("360 warning 0-2 r35");
	NEXT("370 climb 2-2 r36");
}

static void
test_an_acknowledgement_holds_and_ends(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	NEXT("0 opened 0-0 r1");
	ladder_ack(&urgent, &small, &c, T0 + 4 * MINUTE);
	assert_int_equal(c.next_at, T0 + 34 * MINUTE);
	NEXT("34 resume 0-0 r2");
	assert_false(c.is_acked);
	NEXT("44 climb 0-0 r3");
	NEXT("49 climb 1-1 r3");
}

static void
test_a_trigger_breaks_an_acknowledgement(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	c.triggers = 1;
	c.rung = 1;
	c.round = 4;
	ladder_ack(&urgent, &small, &c, T0 + 345 * MINUTE);
	NEXT("360 warning 0-0 r5");
	assert_false(c.is_acked);
	NEXT("370 climb 0-0 r6");
}

static void
test_due_lapses_once(void **state)
{
	struct climb c = begin(&quiet, T0, HOUR);
	struct firing f;

	(void)state;
	assert_int_equal(c.next_at, T0 + HOUR);
	assert_true(ladder_fire(&quiet, &small, &c, T0 + HOUR, &f));
	assert_string_equal(f.kind, "lapsed");
	assert_true(f.lapses);
	assert_int_equal(f.skipped, 0);
	assert_true(ladder_fire(&quiet, &small, &c, c.next_at, &f));
	assert_string_equal(f.kind, "climb");
	assert_false(f.lapses);
}

static void
test_a_downtime_is_one_firing(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);
	int64_t up = T0 + 10 * HOUR;
	struct firing f;

	(void)state;
	NEXT("0 opened 0-0 r1");
	c.climb_at = 0; /* as if it was told at the moment of the fall */
	assert_true(ladder_fire(&urgent, &small, &c, up, &f));
	assert_string_equal(told(&f, up), "600 warning 0-0 r2");
	assert_int_equal(f.skipped, 1);
	assert_false(f.lapses);
	assert_int_equal(f.due_at, T0 + 9 * HOUR);
}

static void
test_a_downtime_counts_silence_from_now(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);
	int64_t up = T0 + 13 * HOUR;
	struct firing f;

	(void)state;
	NEXT("0 opened 0-0 r1");
	NEXT("10 climb 0-0 r2");
	assert_true(ladder_fire(&urgent, &small, &c, up, &f));
	assert_string_equal(told(&f, up), "780 lapsed 0-0 r3");
	assert_true(f.lapses);
	assert_int_equal(f.skipped, 3);
	/* The lead was due before the fall: told now, the chairman is not. */
	assert_true(ladder_fire(&urgent, &small, &c, up, &f));
	assert_string_equal(told(&f, up), "780 climb 1-1 r3");
	assert_false(ladder_fire(&urgent, &small, &c, up, &f));
	NEXT("795 climb 2-2 r3");
}

static void
test_hours_used_before_opening(void **state)
{
	struct climb c = begin(&urgent, T0 - 13 * HOUR, 12 * HOUR);
	struct firing f;

	(void)state;
	assert_true(ladder_fire(&urgent, &small, &c, T0, &f));
	assert_string_equal(told(&f, T0), "0 lapsed 0-0 r1");
	assert_true(f.lapses);
	assert_int_equal(f.skipped, 4);
	assert_int_equal(c.next_at, T0 + 10 * MINUTE);
}

static void
test_warnings_longer_than_the_limit_never_come(void **state)
{
	struct climb c = begin(&urgent, T0, 2 * HOUR);

	(void)state;
	NEXT("0 opened 0-0 r1");
	ladder_ack(&urgent, &small, &c, T0);
	NEXT("30 resume 0-0 r2");
	ladder_ack(&urgent, &small, &c, T0 + 31 * MINUTE);
	NEXT("60 warning 0-0 r3");
	ladder_ack(&urgent, &small, &c, T0 + 91 * MINUTE);
	NEXT("120 lapsed 0-0 r4");
}

static void
test_nobody_reachable_hurries_to_the_last_rung(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR);
	struct climb before;

	(void)state;
	ladder_hurry(&urgent, &small, &c, T0); /* nothing was raised yet */
	assert_int_equal(c.climb_at, 0);
	NEXT("0 opened 0-0 r1");
	ladder_hurry(&urgent, &small, &c, T0);
	NEXT("0 climb 1-1 r1");
	ladder_hurry(&urgent, &small, &c, T0);
	NEXT("0 climb 2-2 r1");
	before = c;
	ladder_hurry(&urgent, &small, &c, T0);
	assert_memory_equal(&c, &before, sizeof(c));
	NEXT("10 climb 2-2 r2");
}

static void
test_an_acknowledged_clock_does_not_hurry(void **state)
{
	struct climb c = begin(&urgent, T0, 12 * HOUR), before;

	(void)state;
	ladder_ack(&urgent, &small, &c, T0); /* nothing to acknowledge */
	assert_false(c.is_acked);
	NEXT("0 opened 0-0 r1");
	ladder_ack(&urgent, &small, &c, T0);
	before = c;
	ladder_hurry(&urgent, &small, &c, T0);
	assert_memory_equal(&c, &before, sizeof(c));
}

static void
test_a_shorter_ladder_is_climbed_on(void **state)
{
	struct ladder two = small;
	struct rung rungs[2] = {small_rungs[0], small_rungs[2]};
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	two.rungs = rungs;
	two.n_rungs = 2;
	NEXT("0 opened 0-0 r1");
	NEXT("10 climb 0-0 r2");
	NEXT("15 climb 1-1 r2");
	NEXT("30 climb 2-2 r2");
	assert_string_equal(next(&urgent, &two, &c), "40 climb 1-1 r3");
	assert_string_equal(next(&urgent, &two, &c), "50 climb 1-1 r4");
	NEXT("60 climb 2-2 r4");
}

static void
test_a_ladder_changed_between_repeats(void **state)
{
	struct ladder quick = small;
	struct rung rungs[2] = {small_rungs[0], small_rungs[2]};
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	quick.rungs = rungs;
	quick.n_rungs = 2;
	rungs[0].repeats = 9;
	NEXT("0 opened 0-0 r1");
	assert_string_equal(next(&urgent, &quick, &c), "10 climb 0-0 r2");
	assert_string_equal(next(&urgent, &quick, &c), "20 climb 0-0 r3");
	/* Two repeats are more than this ladder has: the lead is next. */
	NEXT("30 climb 1-1 r3");
}

static void
test_parts_of_a_ladder(void **state)
{
	size_t n;

	(void)state;
	assert_true(ladder_is_urgent(&small));
	assert_int_equal(ladder_n_rungs(&small), 3);
	assert_string_equal(rung_who(&small, 1, &n)[1], "duty");
	assert_int_equal(n, 2);
	assert_null(rung_channels(&small, 0, &n));
	assert_int_equal(n, 0);
	assert_string_equal(rung_channels(&small, 2, &n)[0], "spool");
	assert_int_equal(n, 1);
}

/* ---- Properties ---------------------------------------------------------- */

/* A small generator of our own, so that a seed means the same everywhere. */
static uint64_t
draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (*seed >> 33) % below;
}

#define RUNGS 5
#define WARNS 4
struct world {
	uint64_t seed;
	struct step step;
	int64_t warns[WARNS];
	struct ladder ladders[2];
	struct rung rungs[2][RUNGS];
	struct climb c;
	int64_t now, opened, acked_until;
	bool has_lapsed;
	size_t n;
	int pairs[FIRINGS_MAX][2];
};

static void
make_ladder(struct world *w, int which)
{
	struct ladder *l = &w->ladders[which];
	int64_t after = 0;

	l->rungs = w->rungs[which];
	l->n_rungs = 1 + draw(&w->seed, RUNGS);
	l->ack_holds = (int64_t)(1 + draw(&w->seed, 90)) * MINUTE;
	for (size_t i = 0; i < l->n_rungs; i++) {
		struct rung *r = &l->rungs[i];

		r->after = after;
		after += (int64_t)(1 + draw(&w->seed, 40)) * MINUTE;
		if (i == l->n_rungs - 1 || draw(&w->seed, 2) == 0) {
			r->repeat = (int64_t)(1 + draw(&w->seed, 20)) * MINUTE;
			r->repeats = (int64_t)(1 + draw(&w->seed, 4));
		}
	}
}

static void
make_world(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->step.id = "X";
	w->step.warns_at_start = draw(&w->seed, 2) == 0;
	w->step.warns = w->warns;
	w->step.n_warns = draw(&w->seed, WARNS + 1);
	for (size_t i = 0; i < w->step.n_warns; i++)
		w->warns[i] = (int64_t)(10 * HOUR) - (int64_t)i * 2 * HOUR -
			      (int64_t)draw(&w->seed, 100) * MINUTE;
	make_ladder(w, 0);
	make_ladder(w, 1);
	w->now = w->opened = T0;
	w->c = begin(&w->step, T0 - (int64_t)draw(&w->seed, 5) * HOUR,
	    (int64_t)(1 + draw(&w->seed, 12)) * HOUR);
}

/* The next instant of the step's own that has not come, by plain search. */
static int64_t
trigger_after(const struct world *w, int64_t t)
{
	int64_t best = INT64_MAX, at;

	if (w->step.warns_at_start && w->c.start_at > t)
		best = w->c.start_at;
	for (size_t i = 0; i < w->step.n_warns; i++) {
		at = w->c.due_at - w->warns[i];
		if (at >= w->c.start_at && at > t && at < best)
			best = at;
	}
	return w->c.due_at > t && w->c.due_at < best ? w->c.due_at : best;
}

static void
note(struct world *w, const struct firing *f)
{
	assert_true(f->from_rung >= 0 && f->from_rung <= f->to_rung);
	assert_true(f->due_at <= w->now);
	assert_true(f->skipped >= 0);
	if (f->lapses) {
		assert_false(w->has_lapsed);
		assert_true(w->now >= w->c.due_at);
		assert_string_equal(f->kind, "lapsed");
		w->has_lapsed = true;
	}
	for (int rung = f->from_rung; rung <= f->to_rung; rung++) {
		for (size_t i = 0; i < w->n; i++)
			assert_false(w->pairs[i][0] == rung &&
				     w->pairs[i][1] == f->round);
		assert_true(w->n < FIRINGS_MAX);
		w->pairs[w->n][0] = rung;
		w->pairs[w->n++][1] = f->round;
	}
}

/* Everything that is due at now; the clock is ahead of now afterwards. */
static void
fire_all(struct world *w, const struct ladder *l)
{
	int64_t due = w->c.next_at;
	struct climb before = w->c;
	struct firing f;
	int n = 0;

	while (ladder_fire(&w->step, l, &w->c, w->now, &f)) {
		assert_true(w->now >= due);
		note(w, &f);
		assert_true(f.to_rung < (int)l->n_rungs);
		assert_true(++n <= 3);
	}
	if (n == 0) {
		assert_true(w->now < due);
		assert_memory_equal(&w->c, &before, sizeof(before));
	} else
		w->acked_until = 0;
	/* Never silent: there is always a next time, and it is ahead. */
	assert_true(w->c.next_at > w->now);
	assert_true(w->has_lapsed == (w->now >= w->c.due_at));
	/* No trigger is slept through. */
	assert_true(w->c.next_at <= trigger_after(w, w->now));
	/* Acknowledged means quiet until it runs out or a trigger comes. */
	if (w->acked_until != 0)
		assert_true(w->c.next_at == w->acked_until ||
			    w->c.next_at == trigger_after(w, w->now));
	/* Unanswered means that more comes within the longest configured gap. */
	else if (w->c.rung >= 0)
		assert_true(w->c.next_at <= w->now + 40 * MINUTE);
}

static void
live(struct world *w)
{
	for (int i = 0; i < 150; i++) {
		const struct ladder *l = &w->ladders[draw(&w->seed, 8) == 0];

		switch (draw(&w->seed, 8)) {
		case 0: /* too early */
			w->now += (w->c.next_at - w->now) / 2;
			break;
		case 1: /* a downtime */
			w->now = w->c.next_at + (int64_t)draw(&w->seed, HOUR);
			break;
		case 2:
			ladder_ack(&w->step, l, &w->c, w->now);
			if (w->c.is_acked)
				w->acked_until = w->now + l->ack_holds;
			break;
		case 3:
			if (i % 4 == 0)
				ladder_hurry(&w->step, l, &w->c, w->now);
			break;
		default:
			w->now = w->c.next_at;
			break;
		}
		fire_all(w, l);
	}
}

static void
test_ten_thousand_lives(void **state)
{
	static struct world w;

	(void)state;
	for (uint64_t seed = 1; seed <= 10000; seed++) {
		make_world(&w, seed);
		fire_all(&w, &w.ladders[0]);
		live(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nobody_acts),
	    cmocka_unit_test(test_an_acknowledgement_holds_and_ends),
	    cmocka_unit_test(test_a_trigger_breaks_an_acknowledgement),
	    cmocka_unit_test(test_due_lapses_once),
	    cmocka_unit_test(test_a_downtime_is_one_firing),
	    cmocka_unit_test(test_a_downtime_counts_silence_from_now),
	    cmocka_unit_test(test_hours_used_before_opening),
	    cmocka_unit_test(test_warnings_longer_than_the_limit_never_come),
	    cmocka_unit_test(test_nobody_reachable_hurries_to_the_last_rung),
	    cmocka_unit_test(test_an_acknowledged_clock_does_not_hurry),
	    cmocka_unit_test(test_a_shorter_ladder_is_climbed_on),
	    cmocka_unit_test(test_a_ladder_changed_between_repeats),
	    cmocka_unit_test(test_parts_of_a_ladder),
	    cmocka_unit_test(test_ten_thousand_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
