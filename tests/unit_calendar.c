/* Civil time and working days against a slow reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "calendar.h"
#include "clock.h"

static struct calendar *vn;

static int
load(void **state)
{
	struct faults faults = {0};

	(void)state;
	vn = calendar_load(SOURCE_DIR "/conf/calendar", 420, &faults);
	for (size_t i = 0; i < faults_held(&faults); i++)
		print_error(
		    "%s: %s\n", faults.list[i].where, faults.list[i].what);
	faults_done(&faults);
	return vn == NULL;
}

static int
unload(void **state)
{
	(void)state;
	calendar_free(vn);
	return 0;
}

static int64_t
at(const char *s)
{
	int64_t ms;

	assert_true(instant_parse(s, &ms));
	return ms;
}

static void
assert_ends(const char *start, const char *term, const char *end)
{
	struct limit l;
	char got[INSTANT_SIZE];

	assert_true(limit_parse(term, &l));
	instant_format(got, calendar_add(vn, at(start), &l), 420);
	assert_string_equal(got, end);
}

static void
test_terms_by_hand(void **state)
{
	static const struct {
		const char *start, *term, *end;
	} rows[] = {
	    {"2026-11-24T22:15:00+07:00", "now", "2026-11-24T22:15:00+07:00"},
	    {"2026-11-24T22:15:00+07:00", "12h", "2026-11-25T10:15:00+07:00"},
	    /* Hours run through Tet. */
	    {"2026-02-16T20:00:00+07:00", "12h", "2026-02-17T08:00:00+07:00"},
	    {"2026-11-24T22:15:00+07:00", "30m", "2026-11-24T22:45:00+07:00"},
	    /* Friday: the first working day is Monday. */
	    {"2026-11-20T09:00:00+07:00", "1wd", "2026-11-24T00:00:00+07:00"},
	    {"2026-11-20T09:00:00+07:00", "5wd", "2026-11-28T00:00:00+07:00"},
	    /* Over Tet: 13 Feb is a Friday, 23 Feb the next working day. */
	    {"2026-02-13T09:00:00+07:00", "2wd", "2026-02-25T00:00:00+07:00"},
	    /* Over Tet 2027: made up on 10 and 11 February. */
	    {"2027-02-04T09:00:00+07:00", "1wd", "2027-02-13T00:00:00+07:00"},
	    /* A worked Saturday counts: 22 August. */
	    {"2026-08-21T09:00:00+07:00", "1wd", "2026-08-23T00:00:00+07:00"},
	    /* Beyond every file, plain weekdays. */
	    {"2031-01-01T09:00:00+07:00", "1wd", "2031-01-03T00:00:00+07:00"},
	    {"2026-11-24T22:15:00+07:00", "15d", "2026-12-10T00:00:00+07:00"},
	    {"2026-11-24T22:15:00+07:00", "2w", "2026-12-09T00:00:00+07:00"},
	    {"2026-01-31T10:00:00+07:00", "1mo", "2026-03-01T00:00:00+07:00"},
	    {"2026-11-30T10:00:00+07:00", "3mo", "2027-03-01T00:00:00+07:00"},
	    {"2026-12-31T10:00:00+07:00", "12mo", "2028-01-01T00:00:00+07:00"},
	    /* The whole of the day, this year's or the next one's. */
	    {"2026-05-20T10:00:00+07:00", "05-20", "2026-05-21T00:00:00+07:00"},
	    {"2026-05-21T00:00:00+07:00", "05-20", "2027-05-21T00:00:00+07:00"},
	    {"2026-01-01T00:00:00+07:00", "12-31", "2027-01-01T00:00:00+07:00"},
	    /* Nobody gave it: at once. */
	    {"2026-05-21T10:00:00+07:00", "given", "2026-05-21T10:00:00+07:00"},
	    /* Working hours: 07:30-11:30 and 13:30-17:30. */
	    {"2026-11-24T08:00:00+07:00", "2wh", "2026-11-24T10:00:00+07:00"},
	    {"2026-11-24T11:00:00+07:00", "2wh", "2026-11-24T15:00:00+07:00"},
	    {"2026-11-24T16:30:00+07:00", "2wh", "2026-11-25T08:30:00+07:00"},
	    {"2026-11-20T20:00:00+07:00", "10wh", "2026-11-24T09:30:00+07:00"},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++)
		assert_ends(rows[i].start, rows[i].term, rows[i].end);
}

static void
test_limits_are_read_and_written(void **state)
{
	static const char *const good[] = {"now", "1s", "30m", "12h", "8wh",
	    "5wd", "15d", "2w", "3mo", "100000d", "05-20", "02-28", "12-31",
	    "given"};
	static const char *const bad[] = {"", "h", "12", "0h", "-1h", "12H",
	    "12 h", "100001d", "99999999999h", "1y", "nowh", "1wdd", "01h",
	    "00-10", "13-01", "01-00", "02-29", "04-31", "05/20", "5-020",
	    "05-2x", "x5-20", "005-20", "05-200", "gives"};
	struct limit l;
	char text[16];

	(void)state;
	for (size_t i = 0; i < NELEM(good); i++) {
		assert_true(limit_parse(good[i], &l));
		limit_format(text, &l);
		assert_string_equal(text, good[i]);
	}
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_false(limit_parse(bad[i], &l));
}

/* Civil days one by one over 10 years, with leap years counted by hand. */
static void
test_ten_years_day_by_day(void **state)
{
	static const int lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = 2024, month = 1, mday = 1, y, m, d;

	(void)state;
	for (day_t day = 19723; year < 2035; day++) {
		int length = lengths[month - 1] + (month == 2 && year % 4 == 0);

		day_to_civil(day, &y, &m, &d);
		assert_int_equal(y, year);
		assert_int_equal(m, month);
		assert_int_equal(d, mday);
		assert_int_equal(day_from_civil(y, m, d), day);
		if (++mday > length) {
			mday = 1;
			month++;
		}
		if (month > 12) {
			month = 1;
			year++;
		}
	}
}

/* Reference: walk the minutes of the clock, count days one at a time. */
static int64_t
slow_working_days(int64_t start, int n)
{
	int64_t t = calendar_day_start(vn, calendar_day_of(vn, start));

	while (n > 0) {
		t += DAY;
		if (calendar_is_working_day(vn, calendar_day_of(vn, t)))
			n--;
	}
	return t + DAY;
}

static int64_t
slow_working_hours(int64_t start, int n)
{
	int64_t t = start, left = n * 60;

	for (; left > 0; t += MINUTE) {
		day_t day = calendar_day_of(vn, t);
		int minute = (int)((t - calendar_day_start(vn, day)) / MINUTE);

		if (calendar_is_working_day(vn, day) &&
		    ((minute >= 450 && minute < 690) ||
			(minute >= 810 && minute < 1050)))
			left--;
	}
	return t;
}

static void
test_against_the_slow_reference(void **state)
{
	int64_t t = at("2025-12-20T00:00:00+07:00");
	uint32_t seed = 20261124;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		struct limit wd = {UNIT_WORKING_DAY, i % 23 + 1};
		struct limit wh = {UNIT_WORKING_HOUR, i % 17 + 1};

		seed = seed * 1103515245 + 12345;
		t += (seed >> 8) % 4320 * MINUTE;
		assert_int_equal(
		    calendar_add(vn, t, &wd), slow_working_days(t, wd.n));
		assert_int_equal(
		    calendar_add(vn, t, &wh), slow_working_hours(t, wh.n));
	}
}

static void
test_the_calendar_knows_its_end(void **state)
{
	(void)state;
	assert_int_equal(
	    calendar_days_left(vn, at("2027-12-01T00:00:00+07:00")), 30);
	assert_true(
	    calendar_days_left(vn, at("2028-01-01T00:00:00+07:00")) < 0);
}

/* Load made-up files "a.conf" and, if not NULL, "b.conf"; the number of
 * faults, of which the first is about place:. */
static size_t
faults_of(const char *a, const char *b, const char *place)
{
	char dir[] = "/tmp/unit-calendar-XXXXXX", path[2][64];
	const char *const texts[] = {a, b};
	struct faults faults = {0};
	struct calendar *c;
	size_t n;

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < 2; i++) {
		FILE *f;

		snprintf(path[i], sizeof(path[i]), "%s/%c.conf", dir,
		    (char)('a' + i));
		if (texts[i] == NULL)
			continue;
		f = fopen(path[i], "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
	}
	c = calendar_load(dir, 420, &faults);
	n = faults.n;
	assert_int_equal(c == NULL, n > 0);
	if (n > 0 && strstr(faults.list[0].where, place) == NULL)
		fail_msg("%s: %s", faults.list[0].where, faults.list[0].what);
	calendar_free(c);
	faults_done(&faults);
	remove(path[0]);
	remove(path[1]);
	remove(dir);
	return n;
}

static void
test_a_bad_file_is_refused_by_line(void **state)
{
	(void)state;
	assert_int_equal(faults_of("year = 2026;\n"
				   "holidays = (\n\"2026-02-30\",\n"
				   "\"2027-01-01\");\n"
				   "hours = (\"11:30-07:30\");\n",
			     NULL, "a.conf:3"),
	    4);
	assert_int_equal(faults_of("holidays = ();", NULL, "a.conf:1"), 1);
	assert_int_equal(
	    faults_of("year = 2026; holidays = (\"1/1/2026\");", NULL, ":1"),
	    1);
}

static void
test_slips_of_the_pen_are_told(void **state)
{
	(void)state;
	assert_int_equal(faults_of("year = 2026; holidays = ();", NULL, ""), 0);
	assert_int_equal(faults_of(NULL, NULL, "unit-calendar"), 1);
	assert_int_equal(faults_of("year = 2026; holidays = ();",
			     "year = 2026; holidays = ();", "b.conf"),
	    1);
	assert_int_equal(faults_of("year = 2026; holidays = (\"2026-01-03\");\n"
				   "worked = (\"2026-01-03\");\n",
			     NULL, "a.conf:2"),
	    1);
	assert_int_equal(
	    faults_of("year = 2026; holidays = ();\n"
		      "hours = (\"13:30-17:30\",\n\"07:30-11:30\");\n",
		NULL, "a.conf:3"),
	    1);
	assert_int_equal(
	    faults_of("year = 2026; holidays = ();\n"
		      "hours = (\"07:30-11:30\",\n\"11:00-12:00\");\n",
		NULL, "a.conf:3"),
	    1);
	/* the year after, and the year before, find no fault in this one */
	assert_int_equal(faults_of("year = 2026; holidays = (\"2026-01-03\");\n"
				   "worked = (\"2026-01-03\");\n",
			     "year = 2027; holidays = ();", "a.conf:2"),
	    1);
	assert_int_equal(faults_of("year = 2028; holidays = (\"2028-01-01\");\n"
				   "worked = (\"2028-01-01\");\n",
			     "year = 2027; holidays = ();", "a.conf:2"),
	    1);
	assert_int_equal(faults_of("year = 2026; holidays = (\"2025-12-31\");",
			     NULL, "a.conf:1"),
	    1);
	assert_int_equal(faults_of("year =", NULL, "a.conf"), 1);
	assert_int_equal(
	    faults_of(
		"year = 2026; holidays = ();\n"
		"hours = (\"25:30-26:30\", \"07:30/11:30\", \"7:30-11:30\");",
		NULL, "a.conf:2"),
	    4);
	assert_int_equal(
	    faults_of("year = 2026; holidays = ();\n"
		      "hours = (\"01:00-02:00\", \"03:00-04:00\",\n"
		      "\"05:00-06:00\", \"07:00-08:00\",\n\"09:00-10:00\");",
		NULL, "a.conf:4"),
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_terms_by_hand),
	    cmocka_unit_test(test_limits_are_read_and_written),
	    cmocka_unit_test(test_ten_years_day_by_day),
	    cmocka_unit_test(test_against_the_slow_reference),
	    cmocka_unit_test(test_the_calendar_knows_its_end),
	    cmocka_unit_test(test_a_bad_file_is_refused_by_line),
	    cmocka_unit_test(test_slips_of_the_pen_are_told),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
