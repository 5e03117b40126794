/* The climb: what fires when, and what must never happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "procedure_file.h"

#define T0 INT64_C(1795000000000)

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

/* A repeat and the rung above fall together: only the rung above is called. */
static void
test_no_repeat_where_the_next_rung_is_due(void **state)
{
	struct ladder l = small;
	struct rung rungs[2] = {small_rungs[0], small_rungs[2]};
	struct climb c = begin(&urgent, T0, 12 * HOUR);

	(void)state;
	l.rungs = rungs;
	l.n_rungs = 2;
	rungs[0].repeats = 9;
	assert_string_equal(next(&urgent, &l, &c), "0 opened 0-0 r1");
	assert_string_equal(next(&urgent, &l, &c), "10 climb 0-0 r2");
	assert_string_equal(next(&urgent, &l, &c), "20 climb 0-0 r3");
	assert_string_equal(next(&urgent, &l, &c), "30 climb 1-1 r3");
	assert_string_equal(next(&urgent, &l, &c), "40 climb 1-1 r4");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nobody_acts),
	    cmocka_unit_test(test_no_repeat_where_the_next_rung_is_due),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
