/*
 * Ten thousand random lives of a clock: never early, never silent, no alert
 * twice, no trigger slept through, quiet while acknowledged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "procedure_file.h"

#define T0	    INT64_C(1795000000000)
#define FIRINGS_MAX 2000

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
	w->c.start_at = T0 - (int64_t)draw(&w->seed, 5) * HOUR;
	w->c.due_at = w->c.start_at + (int64_t)(1 + draw(&w->seed, 12)) * HOUR;
	ladder_start(&w->step, &w->c);
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
	    cmocka_unit_test(test_ten_thousand_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
