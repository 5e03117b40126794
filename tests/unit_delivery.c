/* The outbox's decisions: results, backoff, breaker, shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delivery.h"

static const struct delivery_limits limits = {
    .attempts = 3, .backoff_first = 5000, .backoff_max = 300000};
static const struct breaker_limits breaks = {.failures = 2, .pause = 60000};

static void
test_words(void **state)
{
	(void)state;
	assert_int_equal(result_find("accepted"), RESULT_ACCEPTED);
	assert_int_equal(result_find("transient"), RESULT_TRANSIENT);
	assert_int_equal(result_find("permanent"), RESULT_PERMANENT);
	assert_int_equal(result_find("ambiguous"), RESULT_AMBIGUOUS);
	assert_int_equal(result_find("splendid"), RESULT_AMBIGUOUS);
	assert_int_equal(result_find(NULL), RESULT_AMBIGUOUS);
	assert_string_equal(result_word(RESULT_PERMANENT), "permanent");
}

static void
test_backoff_doubles_up_to_the_ceiling(void **state)
{
	static const struct {
		int64_t number, ceiling;
	} rows[] = {{1, 5000}, {2, 10000}, {3, 20000}, {6, 160000}, {7, 300000},
	    {8, 300000}, {1000000, 300000}};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct attempt a = {.number = rows[i].number};

		a.random = UINT32_MAX;
		assert_int_equal(
		    delivery_backoff(&limits, &a), rows[i].ceiling);
		a.random = UINT32_MAX / 2;
		assert_in_range(delivery_backoff(&limits, &a),
		    rows[i].ceiling / 2 - 1, rows[i].ceiling / 2 + 1);
		/* Never at once: a step of the clock must get ahead. */
		a.random = 0;
		assert_int_equal(delivery_backoff(&limits, &a), 1);
	}
}

static void
test_retry_after_is_a_floor_with_a_ceiling(void **state)
{
	struct attempt a = {.number = 1, .retry_after_ms = 60000};

	(void)state;
	assert_int_equal(delivery_backoff(&limits, &a), 60000);
	a.retry_after_ms = 86400000;
	assert_int_equal(delivery_backoff(&limits, &a), 300000);
	a.retry_after_ms = 2000;
	a.random = UINT32_MAX;
	assert_int_equal(delivery_backoff(&limits, &a), 5000);
}

static void
test_verdicts(void **state)
{
	static const struct {
		const char *what;
		struct attempt a;
		struct verdict v;
	} rows[] = {
	    {"accepted rests", {.result = RESULT_ACCEPTED, .number = 1},
		{"accepted", 0, false}},
	    {"accepted rests, however late",
		{.result = RESULT_ACCEPTED, .number = 9, .is_last = true},
		{"accepted", 0, false}},
	    {"transient waits", {.result = RESULT_TRANSIENT, .number = 2},
		{"waiting", 1001, false}},
	    {"ambiguous waits", {.result = RESULT_AMBIGUOUS, .number = 2},
		{"waiting", 1001, false}},
	    {"the last attempt of the budget calls the next channel",
		{.result = RESULT_TRANSIENT, .number = 3},
		{"waiting", 1001, true}},
	    {"but only once",
		{.result = RESULT_TRANSIENT, .number = 4, .is_widened = true},
		{"waiting", 1001, false}},
	    {"permanent: next channel at once",
		{.result = RESULT_PERMANENT, .number = 1},
		{"refused", 0, true}},
	    {"permanent, the next one is at work already",
		{.result = RESULT_PERMANENT, .number = 1, .is_widened = true},
		{"refused", 0, false}},
	    {"permanent on the last channel: next person, and go on",
		{.result = RESULT_PERMANENT, .number = 1, .is_last = true},
		{"waiting", 301000, true}},
	    {"and go on",
		{.result = RESULT_PERMANENT,
		    .number = 70,
		    .is_last = true,
		    .is_widened = true},
		{"waiting", 301000, false}},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct attempt a = rows[i].a;
		struct verdict v;

		a.now = 1000;
		v = delivery_judge(&limits, &a);
		if (v.next_at != rows[i].v.next_at)
			print_message("%s\n", rows[i].what);
		assert_string_equal(v.state, rows[i].v.state);
		assert_int_equal(v.next_at, rows[i].v.next_at);
		assert_int_equal(v.widens, rows[i].v.widens);
	}
}

static void
test_breaker_opens_probes_and_closes(void **state)
{
	struct breaker b = {0};

	(void)state;
	assert_int_equal(breaker_room(&breaks, &b, 0, 7, 9), 9);
	breaker_result(&breaks, &b, RESULT_TRANSIENT, 1000);
	assert_int_equal(breaker_room(&breaks, &b, 1000, 0, 9), 9);
	breaker_result(&breaks, &b, RESULT_AMBIGUOUS, 2000);
	assert_int_equal(b.open_until_at, 62000);
	assert_int_equal(breaker_room(&breaks, &b, 61999, 0, 9), 0);
	/* Half open: one probe at a time. */
	assert_int_equal(breaker_room(&breaks, &b, 62000, 0, 9), 1);
	assert_int_equal(breaker_room(&breaks, &b, 62000, 0, 0), 0);
	assert_int_equal(breaker_room(&breaks, &b, 62000, 1, 9), 0);
	breaker_result(&breaks, &b, RESULT_TRANSIENT, 70000);
	assert_int_equal(b.open_until_at, 130000);
	breaker_result(&breaks, &b, RESULT_ACCEPTED, 130000);
	assert_int_equal(b.failures, 0);
	assert_int_equal(breaker_room(&breaks, &b, 130000, 5, 9), 9);
}

static void
test_a_refusal_shows_that_the_channel_works(void **state)
{
	struct breaker b = {.failures = 1};

	(void)state;
	breaker_result(&breaks, &b, RESULT_PERMANENT, 1000);
	assert_int_equal(b.failures, 0);
	assert_int_equal(b.open_until_at, 0);
}

static void
test_one_channel_leaves_room_for_others(void **state)
{
	(void)state;
	assert_int_equal(channel_share(0, 16, 1), 16);
	assert_int_equal(channel_share(10, 6, 1), 16);
	assert_int_equal(channel_share(0, 1, 4), 1);
	assert_int_equal(channel_share(0, 0, 4), 0);
	/* Three hang, one after another; the fourth still has room. */
	assert_int_equal(channel_share(0, 16, 4), 8);
	assert_int_equal(channel_share(8, 8, 4), 8);
	assert_int_equal(channel_share(0, 8, 4), 4);
	assert_int_equal(channel_share(0, 4, 4), 1);
	assert_int_equal(channel_share(0, 2, 4), 1);
}

/* Halves alone went 8, 4, 2, 1, 1: nothing was left for the sixth. */
static void
test_all_channels_but_one_hang(void **state)
{
	(void)state;
	for (int64_t n = 2; n <= 16; n++) {
		int64_t left = 16;

		for (int64_t i = 1; i < n; i++)
			left -= channel_share(0, left, (size_t)n);
		assert_in_range(left, 1, 15);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_backoff_doubles_up_to_the_ceiling),
	    cmocka_unit_test(test_retry_after_is_a_floor_with_a_ceiling),
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_breaker_opens_probes_and_closes),
	    cmocka_unit_test(test_a_refusal_shows_that_the_channel_works),
	    cmocka_unit_test(test_one_channel_leaves_room_for_others),
	    cmocka_unit_test(test_all_channels_but_one_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
