/* Facts, conditions over them, and the events they raise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "procedure_file.h"

static const struct node here = {
    .kind = NODE_TEXT, .file = "made-up.conf", .line = 7};

static void
test_facts_start_careful(void **state)
{
	struct facts f;
	char *text;

	(void)state;
	facts_parse(&f, "{}");
	assert_string_equal(fact_text(&f, FACT_emergency), "presumed");
	assert_string_equal(fact_text(&f, FACT_risk), "unknown");
	text = facts_format(&f);
	assert_ptr_equal(
	    strstr(text, "{\"emergency\":\"presumed\",\"risk\":\"unknown\","),
	    text);
	free(text);
}

static void
test_facts_survive_their_json(void **state)
{
	struct facts f = {0}, g;
	char *text;

	(void)state;
	for (int i = 0; i < FACT_MAX; i++)
		f.v[i] = fact_n_words((enum fact)i) - 1;
	text = facts_format(&f);
	facts_parse(&g, text);
	assert_memory_equal(&f, &g, sizeof(f));
	free(text);
}

static void
test_what_is_no_fact_changes_nothing(void **state)
{
	static const char *const texts[] = {"", "[1]", "{\"emergency\":1}",
	    "{\"emergency\":\"perhaps\"}", "{\"weather\":\"no\"}", "{"};
	struct facts f, zero = {0};

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		facts_parse(&f, texts[i]);
		assert_memory_equal(&f, &zero, sizeof(f));
	}
	assert_int_equal(fact_find("weather"), -1);
	assert_int_equal(fact_find("risk"), FACT_risk);
	assert_string_equal(fact_name(FACT_crime), "crime");
	assert_string_equal(fact_nth_word(FACT_risk, 3), "high");
}

static const struct {
	const char *facts, *when;
	bool holds;
} truths[] = {
    {"{}", "emergency = presumed", true},
    {"{}", "emergency != presumed", false},
    {"{\"risk\":\"medium\"}", "risk >= medium", true},
    {"{\"risk\":\"medium\"}", "risk > medium", false},
    {"{\"risk\":\"high\"}", "risk > medium", true},
    {"{\"risk\":\"medium\"}", "risk <= medium", true},
    {"{\"risk\":\"medium\"}", "risk < medium", false},
    {"{\"risk\":\"low\"}", "risk<medium", true},
    {"{}", "not emergency = no", true},
    {"{}", "not not emergency = no", false},
    {"{}", "(emergency = no)", false},
    /* and binds tighter than or, not tighter than both */
    {"{\"crime\":\"yes\"}", "crime = yes or emergency = no and crime = no",
	true},
    {"{\"crime\":\"yes\"}", "(crime = yes or emergency = no) and crime = no",
	false},
    {"{}", "not crime = yes and not emergency = no", true},
    {"{}", "not (crime = no or emergency = no)", false},
    {"{}", "not (crime = yes or emergency = no)", true},
    {"{}", "\tcrime = no\n and emergency=presumed ", true},
    {"{}", "crime = no and emergency = no or risk = unknown", true},
};

static void
test_truths(void **state)
{
	struct faults faults = {0};

	(void)state;
	for (size_t i = 0; i < NELEM(truths); i++) {
		struct facts f;
		struct when w;

		facts_parse(&f, truths[i].facts);
		assert_true(when_compile(&w, truths[i].when, &here, &faults));
		if (when_holds(&w, &f) != truths[i].holds)
			fail_msg(
			    "%s under %s", truths[i].when, truths[i].facts);
	}
	assert_int_equal(faults.n, 0);
}

static void
test_no_condition_is_true(void **state)
{
	struct when w = {0};
	struct facts f = {0};

	(void)state;
	assert_true(when_holds(&w, &f));
}

static const struct {
	const char *when, *fault;
} nonsense[] = {
    {"", "ends too early: a comparison"},
    {"emergency", "ends too early: one of = !="},
    {"emergency =", "ends too early: a word of that fact"},
    {"emergency = perhaps", "'perhaps' where a word of that fact"},
    {"emergency = =", "'=' where a word of that fact"},
    {"emergancy = no", "'emergancy' where the name of a fact"},
    {"emergency no", "'no' where one of = !="},
    {"emergency = no crime = no", "'crime' where 'and', 'or'"},
    {"emergency = no and", "ends too early: a comparison"},
    {"and emergency = no", "'and' where a comparison"},
    {"(emergency = no", "ends too early: a ')'"},
    {"emergency = no)", "')' where a '(' before it"},
    {"emergency = no not", "'not' where 'and', 'or'"},
    {"()", "')' where a comparison"},
    {"emergency == no", "'=' where a word of that fact"},
    {"emergency ! no", "'!' where one of = !="},
    {"emergency = \"no\"", "'\"' where a word of that fact"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = no",
	"where a comparison"},
    {"Emergency = no", "'E' where a comparison"},
};

static void
test_nonsense_is_told_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(nonsense); i++) {
		struct faults faults = {0};
		struct when w;

		assert_false(
		    when_compile(&w, nonsense[i].when, &here, &faults));
		assert_int_equal(faults.n, 1);
		assert_string_equal(faults.list[0].where, "made-up.conf:7");
		if (strstr(faults.list[0].what, nonsense[i].fault) == NULL)
			fail_msg(
			    "%s: %s", nonsense[i].when, faults.list[0].what);
		faults_done(&faults);
	}
}

/* Made by repeating a piece. */
static void
refused(const char *piece, int times, const char *end, const char *what)
{
	struct buf b = BUF_MAX(4096);
	struct faults faults = {0};
	struct when w;

	for (int i = 0; i < times; i++)
		buf_adds(&b, piece);
	buf_adds(&b, end);
	assert_false(when_compile(&w, b.data, &here, &faults));
	assert_non_null(strstr(faults.list[0].what, what));
	faults_done(&faults);
	buf_done(&b);
}

static void
test_too_much_of_anything(void **state)
{
	(void)state;
	refused("crime = no and ", 40, "crime = no", "too long");
	refused("crime = no or ", 16, "crime = no and crime = no)", "too long");
	refused("not ", 40, "crime = no", "nested too deep");
	refused("(", 40, "crime = no", "nested too deep");
	refused("not ", 32, "crime = no", "too long");
	refused("not (", 16, "crime = no and crime = no", "nested too deep");
	refused(
	    "(crime = no and ", 16, "crime = no))))))))))))))))", "too long");
}

/* ---- A condition of random shape against its own truth -------------------- */

static uint64_t
draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (*seed >> 33) % below;
}

static bool
grow(struct buf *b, const struct facts *f, uint64_t *seed, int depth)
{
	static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
	uint64_t what = depth == 0 ? 3 : draw(seed, 4);
	int fact = (int)draw(seed, FACT_MAX), sign = (int)draw(seed, 6), word;
	bool x, y;

	if (what == 0) {
		buf_adds(b, "not (");
		x = !grow(b, f, seed, depth - 1);
		buf_adds(b, ")");
		return x;
	}
	if (what < 3) {
		buf_adds(b, "(");
		x = grow(b, f, seed, depth - 1);
		buf_adds(b, what == 1 ? ") and (" : ") or (");
		y = grow(b, f, seed, depth - 1);
		buf_adds(b, ")");
		return what == 1 ? x && y : x || y;
	}
	word = (int)draw(seed, (uint64_t)fact_n_words((enum fact)fact));
	buf_addf(b, "%s %s %s", fact_name((enum fact)fact), signs[sign],
	    fact_nth_word((enum fact)fact, word));
	return (const bool[]){f->v[fact] == word, f->v[fact] != word,
	    f->v[fact]<word, f->v[fact] <= word, f->v[fact]> word,
	    f->v[fact] >= word}[sign];
}

static void
test_random_conditions(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf b = BUF_MAX(8192);
		struct faults faults = {0};
		struct facts f;
		struct when w;
		bool truth;

		for (int k = 0; k < FACT_MAX; k++)
			f.v[k] = (int)draw(
			    &seed, (uint64_t)fact_n_words((enum fact)k));
		truth = grow(&b, &f, &seed, 3);
		assert_true(when_compile(&w, b.data, &here, &faults));
		if (when_holds(&w, &f) != truth)
			fail_msg("%s", b.data);
		buf_done(&b);
	}
}

static void
test_events(void **state)
{
	(void)state;
	assert_true(event_fits("received", "received"));
	assert_false(event_fits("received", "N01.done"));
	assert_false(event_fits("received", "emergency.no>yes"));
	assert_true(event_fits("N08.done", "N08.done"));
	assert_false(event_fits("N09.done", "N09b.done"));
	assert_true(event_fits("emergency.yes", "emergency.yes"));
	/* Any word before will do, */
	assert_true(event_fits("emergency.yes", "emergency.no>yes"));
	assert_false(event_fits("emergency.yes", "emergency.yes>no"));
	assert_false(event_fits("crime.yes", "emergency.no>yes"));
	/* one word before is wanted, */
	assert_true(event_fits("emergency.no>yes", "emergency.no>yes"));
	assert_false(event_fits("emergency.no>yes", "emergency.presumed>yes"));
	/* and not to be told it is no ground for silence. */
	assert_true(event_fits("emergency.no>yes", "emergency.yes"));
	assert_false(event_fits("emergency.no>yes", "emergency.no"));
	assert_false(event_fits("emergency.no>yes", "received"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_facts_start_careful),
	    cmocka_unit_test(test_facts_survive_their_json),
	    cmocka_unit_test(test_what_is_no_fact_changes_nothing),
	    cmocka_unit_test(test_truths),
	    cmocka_unit_test(test_no_condition_is_true),
	    cmocka_unit_test(test_nonsense_is_told_by_line),
	    cmocka_unit_test(test_too_much_of_anything),
	    cmocka_unit_test(test_random_conditions),
	    cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
