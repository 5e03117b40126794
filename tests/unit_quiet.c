/* Quiet hours: as text, and when they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "quiet.h"

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(instant_parse(text, &ms));
	return ms;
}

static void
test_only_two_times_of_day_are_quiet_hours(void **state)
{
	static const char *const wrong[] = {"22:00", "22:00-", "22:00-06:00 ",
	    "24:00-06:00", "22:60-06:00", "2:00-6:00", "22.00-06:00",
	    "22:00-22:00", "-1:00-06:00", "ab:cd-ef:gh", " "};
	struct quiet q;
	char text[QUIET_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_false(quiet_parse(wrong[i], &q));
	assert_true(quiet_parse("", &q));
	assert_false(q.is_set);
	quiet_format(text, &q);
	assert_string_equal(text, "");
	assert_true(quiet_parse("22:05-06:30", &q));
	assert_int_equal(q.from, 22 * 60 + 5);
	assert_int_equal(q.until, 6 * 60 + 30);
	quiet_format(text, &q);
	assert_string_equal(text, "22:05-06:30");
}

static void
ends(const char *hours, const char *now, const char *end)
{
	struct quiet q;

	assert_true(quiet_parse(hours, &q));
	assert_int_equal(
	    quiet_end(&q, at(now), 420), end == NULL ? 0 : at(end));
}

static void
test_they_end_on_this_day_or_the_next(void **state)
{
	(void)state;
	ends("", "2026-11-24T23:00:00+07:00", NULL);
	ends("22:00-06:00", "2026-11-24T21:59:59+07:00", NULL);
	ends("22:00-06:00", "2026-11-24T22:00:00+07:00",
	    "2026-11-25T06:00:00+07:00");
	ends("22:00-06:00", "2026-11-25T05:59:59+07:00",
	    "2026-11-25T06:00:00+07:00");
	ends("22:00-06:00", "2026-11-25T06:00:00+07:00", NULL);
	ends("12:00-13:30", "2026-11-25T12:15:30+07:00",
	    "2026-11-25T13:30:00+07:00");
	ends("12:00-13:30", "2026-11-25T13:30:00+07:00", NULL);
	ends("00:00-23:59", "2026-11-25T23:58:00+07:00",
	    "2026-11-25T23:59:00+07:00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_only_two_times_of_day_are_quiet_hours),
	    cmocka_unit_test(test_they_end_on_this_day_or_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
