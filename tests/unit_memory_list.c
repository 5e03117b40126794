/* What left from memory, as a list: whose result is whose, what is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt_result.h"
#include "clock.h"
#include "outbox_memory.h"

#define T0 1800000000000
#define A  "018f0000-0000-7000-8000-00000000000a"
#define B  "018f0000-0000-7000-8000-00000000000b"

static int
set_up(void **state)
{
	struct memory *m = xcalloc(1, sizeof(*m));

	clock_test_set(T0);
	m->lease_ms = 30 * SECOND;
	*state = m;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static void
left(struct memory *m, const char *id, int64_t epoch)
{
	struct lease_of l = {.channel = "sms", .epoch = epoch};

	snprintf(l.id, sizeof(l.id), "%s", id);
	memory_left(m, &l);
}

static void
expect(const struct memory *m, size_t i, enum happened_what what,
    const char *id, int64_t epoch)
{
	assert_in_range(i, 0, m->n - 1);
	assert_int_equal(m->list[i].what, what);
	assert_string_equal(m->list[i].r.id, id);
	assert_int_equal(m->list[i].r.epoch, epoch);
}

/* As many clocks fired as it can hold, at 0, 1, 2 ... */
static void
fill(struct memory *m)
{
	for (int64_t at = 0; m->n < MEMORY_MAX; at++)
		memory_fired(m, at);
}

static void
test_the_oldest_goes_when_it_is_full(void **state)
{
	struct memory *m = *state;

	fill(m);
	assert_int_equal(m->list[0].at, 0);
	memory_fired(m, MEMORY_MAX);
	assert_int_equal(m->n, MEMORY_MAX);
	assert_int_equal(m->list[0].at, 1);
	assert_int_equal(m->list[MEMORY_MAX - 1].at, MEMORY_MAX);
}

static void
test_a_result_finds_its_own_message(void **state)
{
	struct memory *m = *state;
	struct delivery_result of_a = attempt_result(A, 1, RESULT_ACCEPTED),
			       of_b = attempt_result(B, 1, RESULT_TRANSIENT),
			       of_before =
				   attempt_result(A, 0, RESULT_ACCEPTED);

	left(m, A, 1);
	left(m, B, 1);
	assert_ptr_equal(memory_note(m, &of_b), &m->list[1]);
	assert_true(memory_knows(m, &of_b));
	assert_false(memory_knows(m, &of_a));
	assert_null(memory_note(m, &of_before));
	assert_int_equal(m->n, 3);
	expect(m, 2, HAPPENED_RESULT, B, 1);
}

static void
test_the_first_of_two_results_counts(void **state)
{
	struct memory *m = *state;
	struct delivery_result one = attempt_result(A, 1, RESULT_ACCEPTED),
			       two = attempt_result(A, 1, RESULT_PERMANENT);

	left(m, A, 1);
	(void)memory_note(m, &one);
	assert_ptr_equal(memory_note(m, &two), &m->list[0]);
	assert_int_equal(m->n, 2);
	assert_int_equal(m->list[1].r.result, RESULT_ACCEPTED);
}

static void
test_a_new_attempt_takes_the_place_of_the_last(void **state)
{
	struct memory *m = *state;
	struct delivery_result r = attempt_result(A, 1, RESULT_TRANSIENT);

	left(m, A, 1);
	left(m, B, 1);
	(void)memory_note(m, &r);
	left(m, A, 2);
	assert_int_equal(m->n, 2);
	expect(m, 0, HAPPENED_LEFT, B, 1);
	expect(m, 1, HAPPENED_LEFT, A, 2);
}

/* Its row says that it left: the result alone is what has no record. */
static void
test_a_result_is_kept_without_its_message(void **state)
{
	struct memory *m = *state;
	struct delivery_result r = attempt_result(A, 3, RESULT_ACCEPTED);

	left(m, A, 2);
	memory_keep(m, &r);
	assert_int_equal(m->n, 1);
	expect(m, 0, HAPPENED_RESULT, A, 3);
	assert_int_equal(memory_in_flight(m), 0);
}

static void
test_what_is_held_too_long_is_ambiguous(void **state)
{
	struct memory *m = *state;

	left(m, A, 1);
	left(m, B, 1);
	assert_int_equal(memory_in_flight(m), 2);
	m->list[0].mono -= m->lease_ms;
	assert_int_equal(memory_in_flight(m), 1);
	assert_int_equal(m->n, 3);
	expect(m, 2, HAPPENED_RESULT, A, 1);
	assert_int_equal(m->list[2].r.result, RESULT_AMBIGUOUS);
	assert_true(m->list[2].r.is_ours); /* no fault of the channel's */
}

static void
test_a_lost_courier_took_all_it_held(void **state)
{
	struct memory *m = *state;
	struct delivery_result of_a = attempt_result(A, 1, RESULT_ACCEPTED),
			       of_b = attempt_result(B, 1, RESULT_ACCEPTED);

	left(m, A, 1);
	left(m, B, 1);
	(void)memory_note(m, &of_a);
	memory_lost(m);
	assert_int_equal(memory_in_flight(m), 0);
	assert_true(memory_knows(m, &of_b));
	assert_int_equal(m->n, 4);
	assert_int_equal(m->list[2].r.result, RESULT_ACCEPTED);
	assert_int_equal(m->list[3].r.result, RESULT_AMBIGUOUS);
}

/* There is no room to say so: a result would push a message out. */
static void
test_a_full_list_gives_nothing_up(void **state)
{
	struct memory *m = *state;

	fill(m);
	left(m, A, 1);
	memory_lost(m);
	assert_int_equal(memory_in_flight(m), 1);
	assert_int_equal(m->n, MEMORY_MAX);
	expect(m, MEMORY_MAX - 1, HAPPENED_LEFT, A, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_oldest_goes_when_it_is_full),
	    TEST(test_a_result_finds_its_own_message),
	    TEST(test_the_first_of_two_results_counts),
	    TEST(test_a_new_attempt_takes_the_place_of_the_last),
	    TEST(test_a_result_is_kept_without_its_message),
	    TEST(test_what_is_held_too_long_is_ambiguous),
	    TEST(test_a_lost_courier_took_all_it_held),
	    TEST(test_a_full_list_gives_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
