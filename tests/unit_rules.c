/* Procedures and calendars as JSON: for comparing, and for people. */
#include "procedure_made_up.h"

#include <jansson.h>

static struct procedure *
loaded(const char *from, const char *to)
{
	struct faults faults = {0};
	struct procedure *p = changed(from, to, &faults);

	for (size_t i = 0; i < faults_held(&faults); i++)
		print_error(
		    "%s: %s\n", faults.list[i].where, faults.list[i].what);
	assert_non_null(p);
	return p;
}

static const char *
text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s == NULL ? "(nothing)" : s;
}

static void
test_every_key_of_every_step_is_a_rule(void **state)
{
	struct procedure *p = loaded("x", "x");
	json_t *r = procedure_rules(p);

	(void)state;
	assert_string_equal(text(r, "t0"), "earliest");
	assert_string_equal(text(r, "A.limit"), "90s");
	assert_string_equal(text(r, "A.when"), "risk != low");
	assert_string_equal(text(r, "A.warn"), "(30s start 60s)");
	assert_string_equal(text(r, "B.form"), "M02");
	assert_string_equal(
	    text(r, "B.start"), "((on=crime.yes is=t0) (is=event))");
	assert_string_equal(text(r, "ladder.one.urgent"), "1");
	assert_string_equal(text(r, "ladder.two.rungs"),
	    "((after=0m who=(chairman) repeat=1w))");
	json_decref(r);
	procedure_free(p);
	p = loaded("version = 3",
	    "version = 3; t0 = \"ours\"; authority = \"outside:police\"");
	r = procedure_rules(p);
	assert_string_equal(text(r, "t0"), "ours");
	assert_string_equal(text(r, "authority"), "outside:police");
	json_decref(r);
	procedure_free(p);
}

static const json_t *
at(const json_t *j, const char *key, size_t i)
{
	return json_array_get(json_object_get(j, key), i);
}

static void
test_people_read_a_procedure(void **state)
{
	struct procedure *p = loaded("[\"30s\", \"start\", \"60s\"]", "[]");
	json_t *j = procedure_json(p, false);
	const json_t *a = at(j, "steps", 0), *b = at(j, "steps", 1);

	(void)state;
	assert_string_equal(text(j, "procedure"), "x@3");
	assert_string_equal(text(j, "t0"), "earliest");
	assert_string_equal(text(a, "scope"), "case");
	assert_string_equal(text(a, "form"), "(nothing)");
	assert_string_equal(text(a, "when"), "risk != low");
	assert_string_equal(text(at(a, "limits", 0), "is"), "90s");
	assert_string_equal(text(at(a, "limits", 0), "when"), "(nothing)");
	assert_string_equal(text(b, "form"), "M02");
	assert_string_equal(text(b, "when"), "(nothing)");
	assert_string_equal(text(at(b, "limits", 0), "when"), "risk = high");
	assert_string_equal(text(at(b, "limits", 1), "on"), "A.done");
	assert_string_equal(text(at(b, "limits", 1), "basis"), "local");
	assert_string_equal(text(at(b, "ladders", 1), "use"), "two");
	assert_string_equal(
	    json_string_value(at(b, "opens", 2)), "emergency.no>yes");
	assert_int_equal(json_array_size(json_object_get(a, "warn")), 0);
	json_decref(j);
	procedure_free(p);
	p = loaded("version = 3", "version = 3; t0 = \"ours\"");
	j = procedure_json(p, false);
	assert_string_equal(text(j, "t0"), "ours");
	json_decref(j);
	procedure_free(p);
}

static void
test_a_step_of_the_ward_says_so(void **state)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(
	    SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf", &faults);
	const json_t *s;
	json_t *j;
	size_t i;
	int n = 0;

	(void)state;
	assert_non_null(p);
	j = procedure_json(p, false);
	json_array_foreach(json_object_get(j, "steps"), i, s)
	{
		if (strcmp(text(s, "scope"), "ward") == 0)
			n++;
		/* The oral order's paper is the holder's to issue. */
		if (strcmp(text(s, "id"), "N07") == 0)
			assert_true(
			    json_is_true(json_object_get(s, "needs_approval")));
		if (strcmp(text(s, "id"), "N07p") == 0)
			assert_true(json_is_false(
			    json_object_get(s, "needs_approval")));
	}
	assert_int_equal(n, 6);
	json_decref(j);
	procedure_free(p);
}

/* A page needs names and papers, not limits and ladders. */
static void
test_a_page_reads_it_in_brief(void **state)
{
	struct procedure *p = loaded("[\"30s\", \"start\", \"60s\"]", "[]");
	json_t *j = procedure_json(p, true);
	const json_t *a = at(j, "steps", 0), *b = at(j, "steps", 1);

	(void)state;
	assert_string_equal(text(j, "procedure"), "x@3");
	assert_int_equal(
	    json_array_size(json_object_get(j, "steps")), p->n_steps);
	assert_string_equal(text(a, "form"), "(nothing)");
	assert_string_equal(text(b, "form"), "M02");
	assert_null(json_object_get(b, "limits"));
	assert_null(json_object_get(b, "ladders"));
	json_decref(j);
	procedure_free(p);
}

static void
test_every_day_of_a_calendar_is_a_rule(void **state)
{
	struct faults faults = {0};
	struct calendar *c =
	    calendar_load(SOURCE_DIR "/conf/calendar", 420, &faults);
	json_t *r;

	(void)state;
	assert_non_null(c);
	r = calendar_rules(c);
	assert_string_equal(text(r, "2026-09-02"), "off");
	assert_string_equal(text(r, "2026-08-22"), "worked");
	assert_string_equal(text(r, "2026-09-03"), "(nothing)");
	assert_string_equal(text(r, "2027"), "described");
	assert_string_equal(text(r, "2028"), "(nothing)");
	assert_string_equal(text(r, "hours"), "07:30-11:30 13:30-17:30");
	json_decref(r);
	calendar_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_key_of_every_step_is_a_rule),
	    cmocka_unit_test(test_people_read_a_procedure),
	    cmocka_unit_test(test_a_step_of_the_ward_says_so),
	    cmocka_unit_test(test_a_page_reads_it_in_brief),
	    cmocka_unit_test(test_every_day_of_a_calendar_is_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
