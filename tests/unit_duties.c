/* Closing gates and facts that follow from others, as the file writes them. */
#include "procedure_made_up.h"

#include "procedure_gate.h"

#define GATE                                                                   \
	"  gate = ( { id = \"g\"; vi = \"Một\"; en = \"One\"; source = "     \
	"\"D\"; "
#define END " } );\n  steps = ("
#define FOLLOW(on, when, then)                                                 \
	"  follows = ( { on = \"" on "\"; " when "then = \"" then "\";" END

static const struct {
	const char *to, *fault; /* NULL: none */
} files[] = {
    {GATE "step = \"A\";" END, NULL},
    {GATE "when = \"crime = yes\";" END, NULL},
    {GATE "step = \"A\"; after = \"B\"; when = \"crime = yes\";" END, NULL},
    {GATE "step = \"C\";" END, "no step 'C'"},
    {GATE "step = \"A\"; after = \"C\";" END, "no step 'C'"},
    {GATE END, "a duty needs a step"},
    {GATE "when = \"crime = yes\"; after = \"A\";" END, "a duty needs a step"},
    {GATE "when = \"crime\";" END, "one of = !="},
    {"  gate = ( { id = \"g\"; } );\n  steps = (", "vi"},
    {FOLLOW("risk.high", "", "emergency.presumed"), NULL},
    {FOLLOW("risk.high", "when = \"crime = yes\"; ", "emergency.yes"), NULL},
    {FOLLOW("risk.hi", "", "emergency.yes"), "'risk.hi' must be"},
    {FOLLOW("risk.high", "when = \"crime\"; ", "emergency.yes"), "one of"},
    {FOLLOW("risk.high", "", "emergency"), "must be <fact>.<word>"},
    {FOLLOW("risk.high", "", "urgency.yes"), "must be <fact>.<word>"},
    {FOLLOW("risk.high", "", "emergency.maybe"), "must be <fact>.<word>"},
    {"  follows = ( { on = \"risk.high\"; } );\n  steps = (", "then"},
};

static void
test_duties_and_follows_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(files); i++) {
		struct faults f = {0};
		struct procedure *p = changed("  steps = (", files[i].to, &f);

		if ((p == NULL) != (files[i].fault != NULL))
			fail_msg("%s", files[i].to);
		if (p == NULL && strstr(f.list[0].what, files[i].fault) == NULL)
			fail_msg("%s: %s", files[i].to, f.list[0].what);
		procedure_free(p);
		faults_done(&f);
	}
}

static void
test_a_duty_is_found(void **state)
{
	struct faults f = {0};
	struct procedure *p = changed("  steps = (", files[2].to, &f);
	const struct gate *g;
	struct facts facts = {0};

	(void)state;
	assert_non_null(p);
	assert_int_equal(procedure_n_gates(p), 1);
	g = procedure_nth_gate(p, 0);
	assert_string_equal(g->step, "A");
	assert_string_equal(g->after, "B");
	assert_false(when_holds(&g->when, &facts));
	facts.v[FACT_crime] = 1;
	assert_true(when_holds(&g->when, &facts));
	procedure_free(p);
}

static void
test_facts_follow(void **state)
{
	struct faults f = {0};
	struct procedure *p = changed("  steps = (", files[10].to, &f);
	struct facts facts = {0};
	struct followed next = {0};

	(void)state;
	assert_non_null(p);
	assert_false(procedure_follows(p, "risk.high", &facts, &next));
	facts.v[FACT_crime] = 1;
	next = (struct followed){0};
	assert_false(procedure_follows(p, "risk.low", &facts, &next));
	next = (struct followed){0};
	assert_true(procedure_follows(p, "risk.low>high", &facts, &next));
	assert_int_equal(next.fact, FACT_emergency);
	assert_int_equal(next.word, fact_word(FACT_emergency, "yes"));
	assert_false(procedure_follows(p, "risk.low>high", &facts, &next));
	procedure_free(p);
}

static void
test_whether_anything_opens(void **state)
{
	struct faults f = {0};
	struct procedure *p = changed("x", "x", &f);

	(void)state;
	assert_true(procedure_opens_any(p, "received"));
	assert_true(procedure_opens_any(p, "emergency.no>yes"));
	assert_false(procedure_opens_any(p, "reopened"));
	procedure_free(p);
}

static void
test_news_climb_the_ladder_of_their_kind(void **state)
{
	struct faults f = {0};
	struct procedure *p =
	    procedure_load(SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf", &f);

	(void)state;
	assert_string_equal(step_id(procedure_news()), "news");
	assert_string_equal(
	    procedure_news_ladder(p, "alarm", "alarm_calendar_ends")->id,
	    "alarm_calendar_ends");
	assert_string_equal(
	    procedure_news_ladder(p, "alarm", "alarm_disk_full")->id, "alarm");
	procedure_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_duties_and_follows_are_read_or_refused),
	    cmocka_unit_test(test_a_duty_is_found),
	    cmocka_unit_test(test_facts_follow),
	    cmocka_unit_test(test_whether_anything_opens),
	    cmocka_unit_test(test_news_climb_the_ladder_of_their_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
