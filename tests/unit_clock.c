#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "core.h"

static void
instants_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01T07:00:00+07:00", 0},
	    {"2026-11-24T07:00:00+07:00", 1795478400000},
	    {"2026-11-24t00:00:00z", 1795478400000},
	    {"2026-11-23T19:30:00-04:30", 1795478400000},
	    {"2026-11-24T07:00:00.5+07:00", 1795478400500},
	    {"2026-11-24T07:00:00.1239+07:00", 1795478400123},
	    {"2026-11-24T07:00:00.123456789+07:00", 1795478400123},
	    {"2024-02-29T00:00:00Z", 1709164800000},
	    {"9999-12-31T23:59:59.999Z", 253402300799999},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		int64_t ms = -1;

		assert_true(instant_parse(rows[i].text, &ms));
		assert_true(ms == rows[i].ms);
	}
}

static void
anything_else_is_no_instant(void **state)
{
	static const char *const bad[] = {"", "2026-11-24",
	    "2026-11-24T07:00:00", "2026-11-24 07:00:00Z",
	    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
	    "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
	    "2026-11-31T00:00:00Z", "2026-11-24T24:00:00Z",
	    "2026-11-24T23:60:00Z", "2026-11-24T23:59:60Z",
	    "2026-11-24T07:00:00.Z", "2026-11-24T07:00:00.1234567890Z",
	    "2026-11-24T07:00:00+0700", "2026-11-24T07:00:00+07",
	    "2026-11-24T07:00:00+24:00", "2026-11-24T07:00:00+07:60",
	    "2026-11-24T07:00:00+07:00 ", "2026-1-24T07:00:00Z",
	    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+07:00",
	    "9999-12-31T23:59:59-07:00", "10000-01-01T00:00:00Z",
	    "-026-11-24T07:00:00Z", "2026-11-24T7:00:00Z"};

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++) {
		int64_t ms = 42;

		if (instant_parse(bad[i], &ms))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(ms, 42);
	}
}

static void
instants_are_written(void **state)
{
	char out[INSTANT_SIZE];

	(void)state;
	instant_format(out, 1795478400000, 420);
	assert_string_equal(out, "2026-11-24T07:00:00+07:00");
	instant_format(out, 1795478400007, 420);
	assert_string_equal(out, "2026-11-24T07:00:00.007+07:00");
	instant_format(out, 1795478400000, 0);
	assert_string_equal(out, "2026-11-24T00:00:00Z");
	instant_format(out, 1795478400000, -270);
	assert_string_equal(out, "2026-11-23T19:30:00-04:30");
	instant_format(out, INT64_MAX, 420);
	assert_string_equal(out, "9999-12-31T23:59:59.999+07:00");
	instant_format(out, INT64_MIN, -60);
	assert_string_equal(out, "1970-01-01T00:00:00-01:00");
}

static void
instants_come_back_as_they_went(void **state)
{
	char out[INSTANT_SIZE];

	(void)state;
	for (int64_t ms = DAY; ms < 253402300799999 - DAY;
	     ms += INT64_C(86399999) * 37) {
		int64_t back = -1;

		instant_format(out, ms, 420);
		assert_true(instant_parse(out, &back));
		assert_true(back == ms);
	}
}

static void
civil_days_follow_each_other(void **state)
{
	int y = 1970, m = 1, d = 1;

	(void)state;
	for (day_t day = 0; day < 3000000; day++) {
		static const int lengths[] = {
		    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
		bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
		int y2, m2, d2;

		day_to_civil(day, &y2, &m2, &d2);
		if (y != y2 || m != m2 || d != d2)
			fail_msg("day %d is %d-%d-%d", day, y2, m2, d2);
		if (day_from_civil(y, m, d) != day)
			fail_msg("%d-%d-%d", y, m, d);
		if (++d > lengths[m - 1] + (m == 2 && leap)) {
			d = 1;
			if (++m > 12) {
				m = 1;
				y++;
			}
		}
	}
}

static void
the_test_clock_stands_still(void **state)
{
	int64_t mono = clock_mono();

	(void)state;
	assert_false(clock_is_test());
	assert_true(clock_now() > 1700000000000);
	clock_test_set(5000);
	assert_true(clock_is_test());
	assert_true(clock_now() == 5000);
	clock_test_set(4000);
	assert_true(clock_now() == 4000);
	assert_true(clock_mono() >= mono && clock_mono() < mono + HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(instants_are_read),
	    cmocka_unit_test(anything_else_is_no_instant),
	    cmocka_unit_test(instants_are_written),
	    cmocka_unit_test(instants_come_back_as_they_went),
	    cmocka_unit_test(civil_days_follow_each_other),
	    cmocka_unit_test(the_test_clock_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
