/* Procedure files: what is read, what opens when, what is proved of them. */
#include "procedure_made_up.h"

#include <jansson.h>

#include "clock.h"

static void
test_what_was_read(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("x", "x", &faults);
	const struct step *a, *b;
	const struct ladder *l;
	struct facts f = {0};
	size_t n;

	(void)state;
	assert_non_null(p);
	a = procedure_step(p, "A");
	b = procedure_nth_step(p, 1);
	assert_int_equal(procedure_n_steps(p), 2);
	assert_null(procedure_step(p, "C"));
	assert_string_equal(procedure_name(p), "x@3");
	assert_string_equal(procedure_title(p, "vi"), "Tên");
	assert_string_equal(procedure_title(p, "en"), "Name");
	assert_string_equal(step_id(b), "B");
	assert_string_equal(step_name(a, "vi"), "Một");
	assert_string_equal(step_name(a, "en"), "First");
	assert_string_equal(step_role(a), "holder");
	assert_string_equal(step_kind(b), "close");
	assert_null(step_form(a));
	assert_string_equal(step_form(b), "M02");
	assert_string_equal(step_basis(b), "proposal");
	assert_string_equal(step_source(b), "D56 2");
	assert_string_equal(step_leg(b), "partner");
	/* Warnings in the order in which they come. */
	assert_true(a->warns_at_start);
	assert_int_equal(a->n_warns, 2);
	assert_int_equal(a->warns[0], 60 * SECOND);
	l = step_ladder(p, b, &f);
	assert_false(ladder_is_urgent(l));
	assert_int_equal(l->ack_holds, DAY);
	assert_int_equal(l->rungs[0].repeat, 7 * DAY);
	f.v[FACT_crime] = 1;
	l = step_ladder(p, b, &f);
	assert_true(ladder_is_urgent(l));
	assert_int_equal(l->rungs[1].after, HOUR);
	assert_int_equal(l->rungs[1].repeats, 2);
	assert_string_equal(rung_who(l, 1, &n)[1], "lead");
	assert_string_equal(rung_channels(l, 1, &n)[0], "spool");
	procedure_free(p);
}

static void
test_what_opens(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("x", "x", &faults);
	struct opening o[OPENINGS_MAX];
	struct facts f = {0};
	struct moment m = {.event = "received", .at = T0, .t0_at = T0 - HOUR};

	(void)state;
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 1);
	assert_string_equal(step_id(o[0].step), "A");
	assert_int_equal(o[0].start_at, T0 - HOUR);
	assert_int_equal(o[0].due_at, T0 - HOUR + 90 * SECOND);
	f.v[FACT_risk] = fact_word(FACT_risk, "low");
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 0);
	m.event = "A.done";
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 1);
	assert_int_equal(o[0].start_at, T0);
	assert_int_equal(o[0].term.unit, UNIT_WORKING_DAY);
	/* Tuesday and two working days: the end of Thursday. */
	assert_int_equal(o[0].due_at,
	    calendar_day_start(calendar, day_from_civil(2026, 11, 27)));
	m.event = "crime.no>yes";
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 1);
	assert_int_equal(o[0].start_at, T0 - HOUR);
	assert_int_equal(o[0].term.unit, UNIT_DAY);
	m.event = "emergency.no>yes";
	f.v[FACT_risk] = fact_word(FACT_risk, "high");
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 1);
	assert_int_equal(o[0].due_at, T0);
	m.event = "emergency.presumed>yes";
	assert_int_equal(procedure_openings(p, calendar, &f, &m, o), 0);
	procedure_free(p);
}

static const struct {
	const char *from, *to, *problem;
} problems[] = {
    {"x", "x", NULL},
    /* a ring that nothing enters */
    {"opens = [\"received\"]", "opens = [\"B.done\"]", NULL},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"B.done\"]", "step B can never open"},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"B.done\"]", "no step of kind close can ever open"},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"crime.yes\"]; when = \"crime = no\"",
	"step B can never open"},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"risk.low\"]; when = \"risk = medium\"",
	"step B can never open"},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"risk.low>high\"]; when = \"risk = high and crime = "
	"yes\"",
	NULL},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"A.done\"]; when = \"crime = yes and risk = high\"", NULL},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"A.done\"]; when = \"risk = low and risk = high\"",
	"step B can never open"},
    {"risk != low", "risk = low and risk = high", "step A can never open"},
    {"kind = \"close\"", "kind = \"record\"", "a case would never end"},
    {"[\"30s\", \"start\", \"60s\"]", "[\"90s\"]", "step A: a warning"},
    {"[\"outside:police\", \"lead\"]", "[\"holder\", \"duty\", \"receiver\"]",
	"ladder one must end with a role"},
    {"use = \"two\"", "use = \"one\"", "ladder two is used by no step"},
};

/* Only what its row names hastens it; then it counts from there. */
static void
test_what_hastens(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("[\"received\"]",
	    "[\"received\"]; sooner = [\"emergency.no>yes\"]", &faults);
	struct facts f = {0};
	struct moment m = {.event = "emergency.no", .at = T0, .t0_at = T0};
	struct opening o = {.step = procedure_step(p, "A")};

	(void)state;
	assert_false(procedure_hastens(p, calendar, &f, &m, &o));
	assert_false(procedure_hastens_any(p, m.event));
	m.event = "emergency.no>yes";
	assert_true(procedure_hastens_any(p, m.event));
	assert_true(procedure_hastens(p, calendar, &f, &m, &o));
	assert_int_equal(o.due_at, T0 + 90 * SECOND);
	procedure_free(p);
}

static void
test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(problems); i++) {
		struct faults f = {0};
		struct procedure *p =
		    changed(problems[i].from, problems[i].to, &f);
		bool found = problems[i].problem == NULL;

		assert_non_null(p);
		procedure_check(p, &f);
		if (found && f.n > 0)
			fail_msg("%s: %s", problems[i].to, f.list[0].what);
		for (size_t k = 0; k < faults_held(&f) && !found; k++)
			found =
			    strstr(f.list[k].what, problems[i].problem) != NULL;
		if (!found)
			fail_msg("no problem in %s", problems[i].to);
		faults_done(&f);
		procedure_free(p);
	}
}

#define BOUND(from, within)                                                    \
	"  bounds = ( { step = \"B\"; from = \"" from "\"; within = \"" within \
	"\"; source = \"D56 9\"; } ); steps = ("

/* B: by A.done 2 working days after the 90 seconds of A. */
static const struct {
	const char *bound, *problem;
} bounds[] = {
    {BOUND("received", "2wd"), NULL},
    /* Two working days are more than one, whenever it comes. */
    {BOUND("received", "1wd"), "for 17520 of 17520 receipts"},
    /* The worst is Tet: Friday 13 and Monday 23 February are its two days. */
    {BOUND("received", "6d"),
	"from 2026-02-12T00:00:00+07:00 it is not due before 2026-02-24"},
    {BOUND("crime.yes", "1d"), NULL},
    {BOUND("crime.yes", "23h"), "breaks the 23h of D56 9"},
    {BOUND("risk.low", "1d"), "no way leads from risk.low to step B"},
};

static void
test_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(bounds); i++) {
		struct faults f = {0};
		struct procedure *p =
		    changed("  steps = (", bounds[i].bound, &f);

		assert_non_null(p);
		assert_int_equal(procedure_n_bounds(p), 1);
		procedure_check_bounds(p, calendar, &f);
		assert_int_equal(f.n, bounds[i].problem != NULL);
		if (f.n > 0 &&
		    strstr(f.list[0].what, bounds[i].problem) == NULL)
			fail_msg("%s", f.list[0].what);
		faults_done(&f);
		procedure_free(p);
	}
}

/* Steps that only follow each other lead nowhere. */
static void
test_a_ring_has_no_way_in(void **state)
{
	struct faults f = {0};
	struct procedure *p = changed("opens = [\"received\"];\n"
				      "      when = \"risk != low\";",
	    "opens = [\"B.done\"];", &f);

	(void)state;
	assert_non_null(p);
	p->bounds = xcalloc(1, sizeof(*p->bounds));
	p->bounds[p->n_bounds++] = (struct bound){.from = "received",
	    .source = "",
	    .step = procedure_step(p, "A"),
	    .node = p->steps[0].node};
	procedure_check_bounds(p, calendar, &f);
	assert_int_equal(f.n, 1);
	faults_done(&f);
	procedure_free(p);
}

static void
test_a_ward_ladder_without_a_holder(void **state)
{
	struct faults f = {0};
	struct procedure *p = changed("role = \"holder\"; kind = \"record\"; "
				      "opens = [\"received\"];\n"
				      "      when = \"risk != low\"; limit = "
				      "\"90s\"; start = \"t0\";",
	    "role = \"anyone\"; kind = \"report\"; scope = \"ward\";\n"
	    "      opens = [\"date.05-20\", \"item\"]; limit = \"given\";"
	    "start = \"event\";",
	    &f);

	(void)state;
	assert_null(p); /* given, though a date opens it too */
	faults_done(&f);
	f = (struct faults){0};
	p = changed("role = \"holder\"; kind = \"record\"; "
		    "opens = [\"received\"];\n"
		    "      when = \"risk != low\"; limit = "
		    "\"90s\"; start = \"t0\";",
	    "role = \"anyone\"; kind = \"report\"; scope = \"ward\";\n"
	    "      opens = [\"item\", \"date.05-20\"]; limit = \"05-21\";"
	    "start = \"event\";",
	    &f);
	assert_null(p); /* B follows it */
	faults_done(&f);
	f = (struct faults){0};
	p = changed(
	    "opens = [\"A.done\",\n        \"crime.yes\", "
	    "\"emergency.no>yes\"];\n"
	    "      limit = ( { when = \"risk = high\"; is = \"now\"; },\n"
	    "        { on = \"A.done\"; is = \"2wd\"; basis = \"local\"; "
	    "},\n        { is = \"1d\"; } );\n"
	    "      start = ( { on = \"crime.yes\"; is = \"t0\"; },\n"
	    "        { is = \"event\"; } );\n"
	    "      ladder = ( { when = \"crime = yes\"; use = \"one\"; },\n"
	    "        { use = \"two\"; } );",
	    "opens = [\"date.05-20\", \"item\"]; limit = \"05-21\"; start = "
	    "\"event\";\n"
	    "scope = \"ward\"; ladder = \"one\";",
	    &f);
	assert_non_null(p);
	assert_int_equal(step_date(procedure_step(p, "B")), 520);
	assert_true(step_is_ward(procedure_step(p, "B")));
	assert_true(step_is_asked(procedure_step(p, "B")));
	assert_false(step_is_asked(procedure_step(p, "A")));
	procedure_check(p, &f);
	/* its ladder, ladder two unused, and nothing that closes a case */
	assert_int_equal(f.n, 3);
	faults_done(&f);
	procedure_free(p);
}

static void
test_simulate_nothing_opens(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("risk != low", "risk = low", &faults);
	json_t *lines = procedure_simulate(p, calendar, T0, DAY);

	(void)state;
	assert_int_equal(json_array_size(lines), 0);
	json_decref(lines);
	procedure_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_read),
	    cmocka_unit_test(test_what_opens),
	    cmocka_unit_test(test_what_hastens),
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_a_ring_has_no_way_in),
	    cmocka_unit_test(test_a_ward_ladder_without_a_holder),
	    cmocka_unit_test(test_simulate_nothing_opens),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
