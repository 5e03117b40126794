/* Gates and follows: what is read, what is refused, what follows from what. */
#include "procedure_made_up.h"

#define GATE                                                                   \
	"  gate = (\n"                                                         \
	"    { id = \"told\"; vi = \"Báo\"; en = \"Told\";\n"                 \
	"      source = \"D56 3\"; step = \"B\"; after = \"A\"; },\n"          \
	"    { id = \"calm\"; vi = \"Yên\"; en = \"Calm\";\n"                 \
	"      source = \"D56 4\"; when = \"emergency = yes\"; } );\n"

static void
test_what_was_read(void **state)
{
	struct faults faults = {0};
	struct procedure *p =
	    changed("  steps = (", GATE "  steps = (", &faults);
	struct facts f = {0};
	const struct gate *g;

	(void)state;
	assert_non_null(p);
	assert_int_equal(procedure_n_gates(p), 2);
	g = procedure_nth_gate(p, 0);
	assert_string_equal(g->id, "told");
	assert_string_equal(g->vi, "Báo");
	assert_string_equal(g->en, "Told");
	assert_string_equal(g->source, "D56 3");
	assert_string_equal(g->step, "B");
	assert_string_equal(g->after, "A");
	assert_true(when_holds(&g->when, &f));
	g = procedure_nth_gate(p, 1);
	assert_null(g->step);
	assert_null(g->after);
	assert_false(when_holds(&g->when, &f));
	f.v[FACT_emergency] = fact_word(FACT_emergency, "yes");
	assert_true(when_holds(&g->when, &f));
	procedure_free(p);
}

static void
test_none_is_none(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("x", "x", &faults);
	struct facts f = {0};
	struct followed next = {0};

	(void)state;
	assert_int_equal(procedure_n_gates(p), 0);
	assert_false(procedure_follows(p, "risk.low>high", &f, &next));
	procedure_free(p);
}

static void
test_all_that_follows_in_the_files_order(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("  steps = (",
	    "  follows = (\n"
	    "    { on = \"risk.high\"; then = \"emergency.yes\"; },\n"
	    "    { on = \"risk.high\"; when = \"crime = no\";\n"
	    "      then = \"crime.yes\"; },\n"
	    "    { on = \"risk.low>high\"; then = \"isolation.ground\"; } );\n"
	    "  steps = (",
	    &faults);
	struct facts f = {0};
	struct followed next = {0};

	(void)state;
	assert_non_null(p);
	assert_true(procedure_follows(p, "risk.low>high", &f, &next));
	assert_int_equal(next.fact, FACT_emergency);
	assert_int_equal(next.word, fact_word(FACT_emergency, "yes"));
	assert_true(procedure_follows(p, "risk.low>high", &f, &next));
	assert_int_equal(next.fact, FACT_crime);
	assert_true(procedure_follows(p, "risk.low>high", &f, &next));
	assert_int_equal(next.fact, FACT_isolation);
	assert_false(procedure_follows(p, "risk.low>high", &f, &next));
	/* From another word, and after it is known that it is a crime. */
	f.v[FACT_crime] = fact_word(FACT_crime, "yes");
	next = (struct followed){0};
	assert_true(procedure_follows(p, "risk.medium>high", &f, &next));
	assert_int_equal(next.fact, FACT_emergency);
	assert_false(procedure_follows(p, "risk.medium>high", &f, &next));
	procedure_free(p);
}

/* "emergency.no>yes" of B gives way to these two. */
static void
test_orders_and_returns_are_events(void **state)
{
	struct faults faults = {0};
	struct procedure *p = changed("\"emergency.no>yes\"",
	    "\"A.oral\", \"A.refused\", \"reopened\"", &faults);
	const struct step *b;

	(void)state;
	assert_non_null(p);
	b = procedure_step(p, "B");
	assert_true(step_opens_on(b, "A.oral"));
	assert_true(step_opens_on(b, "reopened"));
	assert_false(step_opens_on(b, "B.oral"));
	assert_true(procedure_opens_any(p, "A.oral"));
	assert_true(procedure_opens_any(p, "A.refused"));
	assert_false(procedure_opens_any(p, "B.oral"));
	procedure_free(p);
}

static const struct {
	const char *text;
	int line;
	const char *fault;
} wrongs[] = {
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " } );",
	13, "a duty needs a step"},
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " when = \"crime = yes\"; after = \"A\"; } );",
	13, "a duty needs a step"},
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " step = \"C\"; } );",
	13, "no step 'C'"},
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " step = \"A\"; after = \"D\"; } );",
	13, "no step 'D'"},
    {"gate = ( { id = \"a b\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " step = \"A\"; } );",
	13, "1 to 32 letters"},
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; step = \"A\"; } );", 13,
	"source"},
    {"gate = ( { id = \"a\"; vi = \"a\"; en = \"a\"; source = \"a\";"
     " when = \"crime\"; } );",
	13, "one of = !="},
    {"follows = ( { on = \"risk.hi\"; then = \"crime.yes\"; } );", 13,
	"'risk.hi' must be"},
    {"follows = ( { on = \"risk.high\"; then = \"crime\"; } );", 13,
	"must be <fact>.<word>"},
    {"follows = ( { on = \"risk.high\"; then = \"crime.maybe\"; } );", 13,
	"must be <fact>.<word>"},
    {"follows = ( { on = \"risk.high\"; then = \"crimes.yes\"; } );", 13,
	"must be <fact>.<word>"},
    {"follows = ( { on = \"risk.high\"; } );", 13, "then"},
    {"follows = ( { on = \"risk.high\"; when = \"risk\";"
     " then = \"crime.yes\"; } );",
	13, "one of = !="},
};

static void
test_what_is_wrong_is_told_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(wrongs); i++) {
		struct faults faults = {0};
		char *text = xasprintf("  %s steps = (", wrongs[i].text);
		char *line = xasprintf(":%d", wrongs[i].line);

		assert_null(changed("  steps = (", text, &faults));
		assert_int_not_equal(faults.n, 0);
		if (strstr(faults.list[0].what, wrongs[i].fault) == NULL ||
		    strstr(faults.list[0].where, line) == NULL)
			fail_msg("%s: %s %s", wrongs[i].text,
			    faults.list[0].where, faults.list[0].what);
		faults_done(&faults);
		free(line);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_read),
	    cmocka_unit_test(test_none_is_none),
	    cmocka_unit_test(test_all_that_follows_in_the_files_order),
	    cmocka_unit_test(test_orders_and_returns_are_events),
	    cmocka_unit_test(test_what_is_wrong_is_told_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
