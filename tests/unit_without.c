/* The shipped procedure with made-up wards, somebody missing each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_made_up.h"
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

/* Of a made-up ward; the caller ends f. */
static void
check_list(const char *file, const struct staff *all, struct faults *f)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(file, &faults);

	assert_non_null(p);
	procedure_check_without(p, all, f);
	procedure_free(p);
	faults_done(&faults);
}

static void
a_body_that_is_not_written_to_is_phoned(void **state)
{
	struct faults f = {0};

	(void)state;
	/* No agreed contact at all: somebody phones, whoever is missing. */
	check(1u << 6 | 1u << 7 | 1u << 8 | 1u << 9, &f);
	assert_int_equal(f.n, 0);
	/* Nor is there a vice chairman: the authority outside is phoned. */
	check(1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9, &f);
	assert_int_equal(f.n, 0);
}

/* The only one: without them nobody holds a case, decides, or phones. */
static void
without_the_last_one_nobody_is_there_to_phone(void **state)
{
	static const struct body list[] = {
	    {"an", "officer", "", true},
	    {"hiep", "police", "", true},
	    {"th111", "outside:hotline", "", false},
	};
	struct faults f = {0};

	(void)state;
	check_list(FILE_NAME, &(struct staff){list, NELEM(list)}, &f);
	assert_true(tells(&f, "without an", "assignment"));
	assert_true(tells(&f, "without an", "approval of step N07"));
	assert_true(tells(&f, "without an", "ladder urgent: no outside body"));
	assert_true(tells(&f, "without an", "ladder follow: no outside body"));
	assert_false(tells(&f, "without an", "phone_task"));
	assert_false(tells(&f, "without hiep", ""));
	assert_false(tells(&f, "without agency th111", ""));
	/* An officer phones: all is well with everybody there. */
	assert_false(tells(&f, "with everybody", ""));
	assert_false(tells(&f, "without chairman and lead", ""));
	faults_done(&f);
}

static void
an_agreed_contact_needs_nobody_to_phone(void **state)
{
	static const struct body list[] = {
	    {"an", "officer", "", true},
	    {"th111", "outside:hotline", "", true},
	};
	struct faults f = {0};

	(void)state;
	check_list(FILE_NAME, &(struct staff){list, NELEM(list)}, &f);
	assert_false(tells(&f, "without an", "ladder urgent"));
	assert_false(tells(&f, "without an", "assignment"));
	assert_true(tells(&f, "without an", "ladder reports_up"));
	assert_true(tells(&f, "without an", "approval of step N07"));
	faults_done(&f);
}

static void
without_heads_a_vice_chairman_or_officer_phones(void **state)
{
	struct faults f = {0};

	(void)state;
	check(1u << 4 | 1u << 7 | 1u << 9, &f);
	assert_int_equal(f.n, 0);
	/* Nobody but the heads can be reached. */
	check(
	    1u << 0 | 1u << 1 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9,
	    &f);
	assert_true(tells(&f, "without chairman and lead", "assignment"));
	assert_true(tells(
	    &f, "without chairman and lead", "ladder urgent: no outside"));
	assert_true(
	    tells(&f, "without chairman and lead", "approval of step N07"));
	assert_false(tells(&f, "without dung", ""));
	assert_false(tells(&f, "without cuong", ""));
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

/* A profile that ends inside the ward, and names nobody who decides last. */
static void
a_profile_that_stays_inside_is_told(void **state)
{
	static const struct body list[] = {{"an", "officer", "", true}};
	struct faults f = {0};

	(void)state;
	check_list(SOURCE_DIR "/tests/data/procedure-small.conf",
	    &(struct staff){list, NELEM(list)}, &f);
	assert_true(tells(&f, "with everybody", "calls nobody outside"));
	faults_done(&f);
}

static void
where_nobody_outside_decides_the_last_chairman_is_missed(void **state)
{
	static const struct body list[] = {
	    {"an", "officer", "", true},
	    {"dung", "chairman", "", true},
	    {"so", "outside:other", "", true},
	};
	const struct staff all = {list, NELEM(list)};
	struct faults faults = {0}, f = {0};
	struct procedure *p = changed("kind = \"record\";",
	    "kind = \"record\"; approval = true;", &faults);

	(void)state;
	assert_non_null(p);
	procedure_check_without(p, &all, &f);
	assert_true(tells(&f, "without dung", "approval of step A"));
	assert_false(tells(&f, "with everybody", "approval"));
	procedure_free(p);
	faults_done(&f);
	faults_done(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_ward_with_two_of_each_holds),
	    cmocka_unit_test(a_body_that_is_not_written_to_is_phoned),
	    cmocka_unit_test(without_the_last_one_nobody_is_there_to_phone),
	    cmocka_unit_test(an_agreed_contact_needs_nobody_to_phone),
	    cmocka_unit_test(without_heads_a_vice_chairman_or_officer_phones),
	    cmocka_unit_test(an_agency_takes_its_people_along),
	    cmocka_unit_test(a_profile_that_stays_inside_is_told),
	    cmocka_unit_test(
		where_nobody_outside_decides_the_last_chairman_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
