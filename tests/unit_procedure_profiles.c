/* The ward's own steps, and profiles that contrast with Decree 56. */
#include "clock.h"
#include "procedure_rig.h"

#define VN SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf"
#define HN SOURCE_DIR "/conf/procedures/vn-ward-hn.conf"
#define UK SOURCE_DIR "/conf/procedures/uk-england-wt.conf"

/* Ten working hours never end within twelve hours; the worst is Tet. */
static void
test_five_times_two_working_hours_break_the_twelve(void **state)
{
	struct procedure *p = read_from(HN);
	struct faults f = {0};

	(void)state;
	procedure_check(p, &f);
	assert_int_equal(f.n, 0);
	procedure_check_bounds(p, calendar, &f);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.list[0].where, "vn-ward-hn.conf:"));
	/* Thursday 16:00: 1.5 hours, all of Friday, half an hour after Tet. */
	assert_string_equal(f.list[0].what,
	    "step H05 breaks the 12h of D56 26.3, 31.2 for 17520 of 17520 "
	    "receipts tried: from 2026-02-12T16:00:00+07:00 it is not due "
	    "before 2026-02-23T08:00:00+07:00");
	faults_done(&f);
	procedure_free(p);
}

/* Everything of domain.md section 8 is there, each with its parts. */
static void
test_every_step_of_the_table_is_shipped(void **state)
{
	static const char *const ids[] = {"N00", "N01", "N02", "N03", "N04",
	    "N05", "N06", "N07", "N08", "N09", "N09b", "N10", "N10b", "N11",
	    "N12", "N13", "N14", "N15", "N16", "N16b", "N17", "N18", "N19",
	    "N20", "N21", "N21b", "N22", "N23", "N24", "N25", "R01", "R02",
	    "R03", "R04", "D01"};
	struct procedure *p = read_from(VN);

	(void)state;
	for (size_t i = 0; i < NELEM(ids); i++) {
		const struct step *s = procedure_step(p, ids[i]);

		if (s == NULL)
			fail_msg("%s is missing", ids[i]);
		assert_int_equal(
		    step_is_ward(s), ids[i][0] == 'R' || ids[i][0] == 'D');
	}
	procedure_free(p);
}

/* Hand-made: the first day of the period, and the last of the limit. */
static void
test_the_wards_own_steps(void **state)
{
	static const struct {
		const char *id;
		int date;
		bool is_asked;
		int year, month, mday; /* the day after the last one */
	} rows[] = {
	    {"R01", 401, false, 2027, 5, 21},
	    {"R02", 1001, false, 2027, 11, 21},
	    {"R03", 601, false, 2027, 7, 21},
	    /* 15 days and 2 working days from Tuesday 24 November 2026 */
	    {"R04", 0, true, 2026, 12, 10},
	    {"D01", 0, true, 2026, 11, 27},
	};
	struct procedure *p = read_from(VN);

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		const struct step *s = procedure_step(p, rows[i].id);
		struct moment m = {.event = "item", .at = T0, .t0_at = T0};
		struct facts none = {0};
		struct opening o;

		assert_int_equal(step_date(s), rows[i].date);
		assert_int_equal(step_is_asked(s), rows[i].is_asked);
		step_opening(s, calendar, &none, &m, &o);
		assert_int_equal(
		    o.due_at, calendar_day_start(
				  calendar, day_from_civil(rows[i].year,
						rows[i].month, rows[i].mday)));
	}
	procedure_free(p);
}

static void
test_whose_receipt_counts(void **state)
{
	struct procedure *vn56 = read_from(VN), *uk = read_from(UK);

	(void)state;
	assert_int_equal(procedure_t0(vn56, 1, 2), 1);
	assert_int_equal(procedure_t0(uk, 1, 2), 2);
	procedure_free(vn56);
	procedure_free(uk);
}

/* 45 working days from Tuesday 24 November 2026 by English bank holidays. */
static void
test_england_counts_its_own_days(void **state)
{
	struct faults faults = {0};
	struct calendar *england =
	    calendar_load(SOURCE_DIR "/conf/calendar/england", 0, &faults);
	struct procedure *p = read_from(UK);
	struct moment m = {.event = "received", .at = T0, .t0_at = T0};
	struct facts none = {0};
	struct opening o[OPENINGS_MAX];

	(void)state;
	assert_non_null(england);
	assert_int_equal(procedure_openings(p, england, &none, &m, o), 2);
	assert_string_equal(step_id(o[0].step), "E01");
	assert_int_equal(o[0].due_at,
	    calendar_day_start(england, day_from_civil(2026, 11, 26)));
	assert_string_equal(step_id(o[1].step), "E03");
	/*
	 * 4 days in November, 23 in December less two holidays, and 20 in
	 * January from Monday 4 to Friday 29: 45.
	 */
	assert_int_equal(o[1].due_at,
	    calendar_day_start(england, day_from_civil(2027, 1, 30)));
	procedure_free(p);
	calendar_free(england);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_five_times_two_working_hours_break_the_twelve),
	    cmocka_unit_test(test_every_step_of_the_table_is_shipped),
	    cmocka_unit_test(test_the_wards_own_steps),
	    cmocka_unit_test(test_whose_receipt_counts),
	    cmocka_unit_test(test_england_counts_its_own_days),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
