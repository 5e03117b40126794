/* The shipped procedure with made-up wards, somebody missing each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_without.h"

#define FILE_NAME SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf"

/* A ward that holds: two of each, two bodies outside. */
static const struct body full[] = {
    {"an", "officer", "", true},
    {"binh", "officer lead", "", true},
    {"cuong", "lead admin", "", true},
    {"dung", "chairman", "", true},
    {"giang", "vice_chairman", "", true},
    {"tramyte1", "health", "tram", true},
    {"th111", "outside:hotline", "", true},
    {"th111b", "outside:hotline", "", true},
    {"so", "outside:other", "", true},
    {"so2", "outside:other", "", true},
};

/* The same but that so many of them, by index, cannot be reached. */
static void
check(unsigned gone, struct faults *problems)
{
	struct body list[NELEM(full)];
	struct staff all = {list, NELEM(list)};
	struct faults faults = {0};
	struct procedure *p = procedure_load(FILE_NAME, &faults);

	assert_non_null(p);
	memcpy(list, full, sizeof(full));
	for (unsigned i = 0; i < NELEM(list); i++)
		if (gone >> i & 1)
			list[i].is_reachable = false;
	procedure_check_without(p, &all, problems);
	procedure_free(p);
	faults_done(&faults);
}

static bool
tells(const struct faults *f, const char *where, const char *what)
{
	for (size_t i = 0; i < faults_held(f); i++)
		if (strcmp(f->list[i].where, where) == 0 &&
		    strstr(f->list[i].what, what) != NULL)
			return true;
	return false;
}

static void
a_ward_with_two_of_each_holds(void **state)
{
	struct faults f = {0};

	(void)state;
	check(0, &f);
	for (size_t i = 0; i < faults_held(&f); i++)
		print_error("%s: %s\n", f.list[i].where, f.list[i].what);
	assert_int_equal(f.n, 0);
}

static void
one_hotline_is_one_too_few(void **state)
{
	struct faults f = {0};

	(void)state;
	check(1u << 7, &f);
	assert_true(tells(&f, "without agency th111", "ladder urgent:"));
	assert_true(tells(&f, "without agency th111", "ladder news:"));
	assert_false(tells(&f, "with everybody", ""));
	assert_false(tells(&f, "without an", ""));
	/* Ladders that name nobody outside go on while somebody is there. */
	assert_false(tells(&f, "without agency th111", "ladder days:"));
	faults_done(&f);
}

static void
without_heads_somebody_outside_is_told(void **state)
{
	struct faults f = {0};

	(void)state;
	/* No vice chairman, no hotline: nobody may approve, nobody is told. */
	check(1u << 4 | 1u << 6 | 1u << 7, &f);
	assert_true(tells(&f, "without dung", "approval of step N07"));
	assert_true(tells(&f, "without chairman and lead", "ladder days:"));
	assert_false(tells(&f, "without dung", "ladder news:"));
	assert_true(tells(&f, "with everybody", "ladder news:"));
	assert_false(tells(&f, "with everybody", "approval"));
	/* An officer is left. */
	assert_false(tells(&f, "without chairman and lead", "assignment"));
	faults_done(&f);
}

static void
a_step_that_nobody_may_approve_goes_outside(void **state)
{
	struct faults f = {0};

	(void)state;
	/* Neither chairman nor vice chairman: its ladder ends at 111. */
	check(1u << 3 | 1u << 4, &f);
	assert_false(tells(&f, "with everybody", "approval"));
	assert_true(tells(&f, "with everybody", "ladder alarm_duty_gap"));
	faults_done(&f);
}

static void
the_last_one_who_can_hold_a_case_is_missed(void **state)
{
	struct faults f = {0};

	(void)state;
	/* Only an is left: no lead, no chairman, no hotline. */
	check(1u << 1 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 7, &f);
	assert_true(tells(&f, "without an", "assignment"));
	assert_false(tells(&f, "with everybody", "assignment"));
	faults_done(&f);
}

/* Who works at an agency goes with it: they are barred together. */
static void
an_agency_takes_its_people_along(void **state)
{
	static const struct body list[] = {
	    {"an", "officer lead chairman", "truong1", true},
	    {"truong1", "outside:school", "", true},
	    {"so", "outside:other", "", true},
	};
	const struct staff all = {list, NELEM(list)};
	struct faults faults = {0}, f = {0};
	struct procedure *p = procedure_load(FILE_NAME, &faults);

	(void)state;
	assert_non_null(p);
	procedure_check_without(p, &all, &f);
	assert_true(tells(&f, "without agency truong1", "assignment"));
	assert_false(tells(&f, "without agency so", "assignment"));
	procedure_free(p);
	faults_done(&f);
	faults_done(&faults);
}

static void
ladders_that_stay_inside_are_named(void **state)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(FILE_NAME, &faults);
	char *inside;

	(void)state;
	assert_non_null(p);
	inside = procedure_inside(p);
	assert_non_null(strstr(inside, "days"));
	assert_non_null(strstr(inside, "follow"));
	assert_null(strstr(inside, "urgent"));
	assert_null(strstr(inside, "news"));
	free(inside);
	procedure_free(p);
	faults_done(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_ward_with_two_of_each_holds),
	    cmocka_unit_test(one_hotline_is_one_too_few),
	    cmocka_unit_test(without_heads_somebody_outside_is_told),
	    cmocka_unit_test(a_step_that_nobody_may_approve_goes_outside),
	    cmocka_unit_test(the_last_one_who_can_hold_a_case_is_missed),
	    cmocka_unit_test(an_agency_takes_its_people_along),
	    cmocka_unit_test(ladders_that_stay_inside_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
