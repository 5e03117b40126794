/* What counts as a jump of the wall clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "schedule_loop.h"

static void
test_jumps(void **state)
{
	static const struct {
		int64_t wall, boot;
		const char *word;
	} rows[] = {
	    {30 * SECOND, 30 * SECOND, NULL},
	    {30 * SECOND - MINUTE, 30 * SECOND, NULL},
	    {30 * SECOND - MINUTE - 1, 30 * SECOND, "back"},
	    {30 * SECOND + HOUR, 30 * SECOND, NULL},
	    {30 * SECOND + HOUR + 1, 30 * SECOND, "ahead"},
	    /* A machine that slept for a day did not jump. */
	    {DAY, DAY, NULL},
	    {-10 * 365 * DAY, 0, "back"},
	    {10 * 365 * DAY, 0, "ahead"},
	};
	const int64_t wall = 1800000000000, boot = 5000;

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		const char *word = clock_jump(
		    wall, boot, wall + rows[i].wall, boot + rows[i].boot);

		if (rows[i].word == NULL)
			assert_null(word);
		else
			assert_string_equal(word, rows[i].word);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_jumps)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
