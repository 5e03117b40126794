/* Who is on duty at any instant: by hand, and against a slow reference. */
#include "rota_rig.h"

/* "ab": who is on duty, in order; after a slash who was passed over. */
static void
expect(const struct ward *w, const char *instant, const char *who)
{
	struct on_duty on;
	char text[2 * ON_DUTY_MAX + 2];
	size_t n = 0;

	rota_on_duty(&w->r, at(instant), &on);
	for (size_t i = 0; i < on.n; i++)
		text[n++] = (char)('a' + on.who[i]);
	if (on.n_passed > 0)
		text[n++] = '/';
	for (size_t i = 0; i < on.n_passed; i++)
		text[n++] = (char)('a' + on.passed[i]);
	text[n] = '\0';
	assert_string_equal(text, who);
}

static void
test_a_week_each(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 3);
	rotate(&w, MONDAY, 7 * DAY, "abc");
	expect(&w, "2026-11-30T06:59:59+07:00", "");
	expect(&w, MONDAY, "a");
	expect(&w, "2026-12-07T06:59:59+07:00", "a");
	expect(&w, "2026-12-07T07:00:00+07:00", "b");
	expect(&w, "2026-12-14T07:00:00+07:00", "c");
	expect(&w, "2026-12-21T07:00:00+07:00", "a");
	/* 100 weeks later: 100 mod 3 is 1. */
	expect(&w, "2028-10-30T07:00:00+07:00", "b");
}

static void
test_a_day_each(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 2);
	rotate(&w, "2026-11-30T17:30:00+07:00", DAY, "ab");
	expect(&w, "2026-12-01T17:29:59+07:00", "a");
	expect(&w, "2026-12-01T17:30:00+07:00", "b");
	expect(&w, "2026-12-31T23:59:59+07:00", "b");
}

static void
test_who_is_away_is_skipped(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 3);
	rotate(&w, MONDAY, DAY, "abc");
	span(w.leaves, &w.r.n_leaves, 'a', "2026-11-30T12:00:00+07:00",
	    "2026-11-30T18:00:00+07:00");
	expect(&w, "2026-11-30T11:59:59+07:00", "a");
	expect(&w, "2026-11-30T12:00:00+07:00", "b/a");
	expect(&w, "2026-11-30T18:00:00+07:00", "a");
	w.people[1].is_active = false;
	expect(&w, "2026-11-30T12:00:00+07:00", "c/ab");
	/* A stopped member's own day goes to the next; nobody else moves. */
	expect(&w, "2026-12-01T12:00:00+07:00", "c/b");
	expect(&w, "2026-12-03T12:00:00+07:00", "a");
	w.people[2].is_active = false;
	expect(&w, "2026-11-30T12:00:00+07:00", "/abc");
}

static void
test_an_override_beats_the_rotation_while_its_member_is_there(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 3);
	rotate(&w, MONDAY, DAY, "ab");
	span(w.duties, &w.r.n_duties, 'c', "2026-11-30T20:00:00+07:00",
	    "2026-12-01T05:00:00+07:00");
	expect(&w, "2026-11-30T19:59:59+07:00", "a");
	expect(&w, "2026-11-30T20:00:00+07:00", "c");
	expect(&w, "2026-12-01T05:00:00+07:00", "a");
	w.people[2].is_active = false;
	expect(&w, "2026-11-30T20:00:00+07:00", "a/c");
	span(w.duties, &w.r.n_duties, 'b', "2026-11-30T20:00:00+07:00",
	    "2026-12-01T05:00:00+07:00");
	expect(&w, "2026-11-30T20:00:00+07:00", "b/c");
}

static void
test_a_swap_gives_the_shift_to_the_other(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 3);
	rotate(&w, MONDAY, 7 * DAY, "abc");
	w.swaps[w.r.n_swaps++] = (struct rota_swap){0, 2,
	    at("2026-12-02T07:00:00+07:00"), at("2026-12-04T07:00:00+07:00")};
	expect(&w, "2026-12-02T06:59:59+07:00", "a");
	expect(&w, "2026-12-02T07:00:00+07:00", "c");
	expect(&w, "2026-12-04T07:00:00+07:00", "a");
	/* The other falls ill: it is the first one's shift again. */
	span(w.leaves, &w.r.n_leaves, 'c', "2026-12-03T07:00:00+07:00",
	    "2026-12-05T07:00:00+07:00");
	expect(&w, "2026-12-03T07:00:00+07:00", "a");
	/* In somebody else's week it means nothing. */
	w.swaps[0].until = at("2026-12-20T07:00:00+07:00");
	expect(&w, "2026-12-08T07:00:00+07:00", "b");
}

static void
test_two_rotations_are_both_on_duty(void **state)
{
	struct ward w;

	(void)state;
	set_up(&w, 4);
	rotate(&w, MONDAY, 7 * DAY, "ab");
	rotate(&w, MONDAY, DAY, "cd");
	expect(&w, "2026-12-01T07:00:00+07:00", "ad");
	w.people[2].is_active = w.people[3].is_active = false;
	expect(&w, "2026-12-01T07:00:00+07:00", "a/dc");
}

/* ---- Properties ---- */

static uint32_t
next_random(uint32_t *x)
{
	*x = *x * 1664525u + 1013904223u;
	return *x >> 8;
}

static void
random_ward(struct ward *w, uint32_t *x)
{
	int64_t start = at(MONDAY);

	set_up(w, 2 + next_random(x) % 6);
	rotate(w, MONDAY, next_random(x) % 2 == 0 ? DAY : 7 * DAY, "");
	w->rotations[0].n = 1 + next_random(x) % w->r.n_people;
	for (size_t i = 0; i < w->rotations[0].n; i++)
		w->order[0][i] = (int)(next_random(x) % w->r.n_people);
	for (size_t i = 0; i < w->r.n_people; i++)
		w->people[i].is_active = next_random(x) % 8 != 0;
	for (size_t i = 0; i < 8; i++) {
		int64_t from = start + next_random(x) % 400 * HOUR;
		int64_t until = from + (1 + next_random(x) % 60) * HOUR;
		int who = (int)(next_random(x) % w->r.n_people);
		int other = (int)(next_random(x) % w->r.n_people);

		if (i % 4 == 0)
			w->duties[w->r.n_duties++] =
			    (struct rota_span){who, from, until};
		else if (i % 4 == 1)
			w->swaps[w->r.n_swaps++] =
			    (struct rota_swap){who, other, from, until};
		else
			w->leaves[w->r.n_leaves++] =
			    (struct rota_span){who, from, until};
	}
}

static bool
here(const struct ward *w, int who, int64_t t)
{
	for (size_t i = 0; i < w->r.n_leaves; i++)
		if (w->leaves[i].who == who && t >= w->leaves[i].from &&
		    t < w->leaves[i].until)
			return false;
	return w->people[who].is_active;
}

static int
given(const struct ward *w, int who, int64_t t)
{
	for (size_t i = 0; i < w->r.n_swaps; i++)
		if (w->swaps[i].who == who && t >= w->swaps[i].from &&
		    t < w->swaps[i].until && here(w, w->swaps[i].instead, t))
			return w->swaps[i].instead;
	return who;
}

/* Counts the shifts one by one from the first: slow, and says the same. */
static int
reference(const struct ward *w, int64_t t)
{
	const struct rotation *rot = &w->rotations[0];
	size_t place = 0;

	for (size_t i = 0; i < w->r.n_duties; i++)
		if (t >= w->duties[i].from && t < w->duties[i].until &&
		    here(w, given(w, w->duties[i].who, t), t))
			return given(w, w->duties[i].who, t);
	for (int64_t s = rot->first_at; s + rot->unit <= t; s += rot->unit)
		place = place + 1 == rot->n ? 0 : place + 1;
	for (size_t i = 0; i < rot->n; i++) {
		int who = given(w, rot->order[place], t);

		if (here(w, who, t))
			return who;
		place = place + 1 == rot->n ? 0 : place + 1;
	}
	return -1;
}

static void
test_it_agrees_with_the_slow_reference(void **state)
{
	uint32_t x = 20261130;
	struct on_duty on;
	struct ward w;

	(void)state;
	for (int n = 0; n < 400; n++) {
		random_ward(&w, &x);
		for (int h = 0; h < 480; h++) {
			int64_t t = at(MONDAY) + h * HOUR;
			int who = reference(&w, t);

			rota_on_duty(&w.r, t, &on);
			assert_int_equal(on.n > 0 ? on.who[0] : -1, who);
			/* No hole while anybody of the rotation is there. */
			if (on.n == 0)
				for (size_t i = 0; i < w.rotations[0].n; i++)
					assert_false(
					    here(&w, w.order[0][i], t));
		}
	}
}

static void
test_nothing_changes_between_two_changes(void **state)
{
	uint32_t x = 7;
	struct ward w;

	(void)state;
	for (int n = 0; n < 200; n++) {
		random_ward(&w, &x);
		for (int64_t t = at(MONDAY); t < at(MONDAY) + 20 * DAY;) {
			int64_t next = rota_next_change(&w.r, t);

			assert_true(next > t && next <= t + 7 * DAY);
			assert_int_equal(
			    reference(&w, t), reference(&w, next - 1));
			t = next;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_week_each),
	    cmocka_unit_test(test_a_day_each),
	    cmocka_unit_test(test_who_is_away_is_skipped),
	    cmocka_unit_test(
		test_an_override_beats_the_rotation_while_its_member_is_there),
	    cmocka_unit_test(test_a_swap_gives_the_shift_to_the_other),
	    cmocka_unit_test(test_two_rotations_are_both_on_duty),
	    cmocka_unit_test(test_it_agrees_with_the_slow_reference),
	    cmocka_unit_test(test_nothing_changes_between_two_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
