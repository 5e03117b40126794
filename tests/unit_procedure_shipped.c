/* The procedures that are shipped: Decree 56, and the small one for tests. */
#include <jansson.h>

#include "clock.h"
#include "procedure_rig.h"

#define VN    SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf"
#define UK    SOURCE_DIR "/conf/procedures/uk-england-wt.conf"
#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static void
test_what_is_shipped_has_no_problem(void **state)
{
	static const char *const paths[] = {VN, UK, SMALL};

	(void)state;
	for (size_t i = 0; i < NELEM(paths); i++) {
		struct procedure *p = read_from(paths[i]);
		struct faults f = {0};

		procedure_check(p, &f);
		procedure_check_bounds(p, calendar, &f);
		if (f.n > 0)
			fail_msg("%s: %s", paths[i], f.list[0].what);
		procedure_free(p);
	}
}

/* "N05 N06+12h ..." of what an event opens; hours from the event to due. */
static const char *
opened(const struct procedure *p, const struct facts *f, const char *event)
{
	static char text[512];
	struct opening o[OPENINGS_MAX];
	struct moment m = {.event = event, .at = T0, .t0_at = T0 - 2 * HOUR};
	size_t n = procedure_openings(p, calendar, f, &m, o), len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%s+%g", i == 0 ? "" : " ", step_id(o[i].step),
		    (double)(o[i].due_at - T0) / (double)HOUR);
	return text;
}

static const struct {
	const char *facts, *event, *opens;
} vn[] = {
    /* The notification used two hours; N01 to N03 are ours. */
    {"{}", "received",
	"N00+-1 N01+0.5 N02+1 N03+1 N04+-1 N05+3 N06+6 N07+8 N08+10 N25+10"},
    /* An alleged parent: there is nothing left to conclude. */
    {"{\"emergency\":\"yes\",\"isolation\":\"ground\"}", "received",
	"N00+-1 N01+0.5 N02+1 N03+1 N04+-1 N05+3 N06+6 N08+10 N09+10 N25+10"},
    {"{\"emergency\":\"no\"}", "received",
	"N00+-1 N01+0.5 N02+1 N03+1 N05+3 "
	"N06+6"},
    {"{\"residence\":\"elsewhere\",\"emergency\":\"no\"}",
	"residence.here>elsewhere", "N23+41"},
    {"{\"residence\":\"elsewhere\"}", "residence.here>elsewhere", "N23+1"},
    /* Concluded: N08 goes on and does not begin anew. */
    {"{\"emergency\":\"yes\"}", "emergency.presumed>yes", "N15e+65"},
    {"{\"emergency\":\"yes\"}", "emergency.no>yes",
	"N04+1 N08+12 N15e+65 N25+12"},
    {"{\"emergency\":\"presumed\"}", "emergency.no>presumed",
	"N04+1 N06+8 N07+10 N08+12 N25+12"},
    {"{\"emergency\":\"no\"}", "emergency.presumed>no", ""},
    /* Later grounds count from themselves. */
    {"{\"isolation\":\"ground\"}", "isolation.no>ground", "N09+12"},
    {"{\"isolation\":\"ground\"}", "N09.done", "N09b+2 N10+377 N10b+353"},
    {"{\"isolation\":\"ended\"}", "N09.done", "N09b+2"},
    {"{\"crime\":\"yes\",\"emergency\":\"no\"}", "crime.no>yes", "N04+1"},
    {"{\"crime\":\"yes\"}", "N04.done", "N11+24"},
    {"{\"sexual_evidence\":\"yes\"}", "sexual_evidence.no>yes", "N12+24"},
    /* Tuesday + 3 and + 5 working days, + 2 days in an emergency. */
    {"{\"emergency\":\"no\"}", "N06.done", "N13+89 N15+185"},
    {"{\"emergency\":\"yes\"}", "N06.done", "N13+89 N15e+65"},
    {"{}", "N13.done", "N14+41"},
    {"{\"emergency\":\"no\"}", "N15.done", "N16+65"},
    {"{\"emergency\":\"yes\"}", "N15e.done", "N16+41"},
    {"{}", "N16.done", "N16b+41 N18+185 N19+2225 N21+41"},
    {"{\"risk\":\"medium\"}", "N18.done", "N18+353"},
    {"{}", "N08.done", "N21+41"},
    {"{}", "N19.done", "N20+185"},
    {"{\"verified\":\"no\"}", "verified.unknown>no", "N20+185"},
    {"{\"verified\":\"yes\"}", "verified.unknown>yes", "N24+24"},
    {"{}", "N20.done", "N21+41"},
    {"{\"outcome\":\"close\"}", "N20.done", "N21+41 N21b+185"},
    {"{\"outcome\":\"leave\"}", "N20.done", "N21+41 N21b+185"},
    {"{\"emergency\":\"no\"}", "N16.refused", "N15+41"},
    {"{\"emergency\":\"yes\"}", "N16.refused", "N15e+41"},
    /* Nothing was found: there is nothing to enter. */
    {"{\"outcome\":\"close\",\"verified\":\"no\"}", "N20.done", "N21+41"},
    /* The plan goes round again: 3 working days, 5, or 2 days. */
    {"{\"outcome\":\"repeat\",\"emergency\":\"no\"}", "outcome.none>repeat",
	"N13+89 N15+185"},
    {"{\"outcome\":\"repeat\",\"emergency\":\"yes\"}", "outcome.none>repeat",
	"N13+89 N15e+65"},
    {"{\"emergency\":\"no\"}", "reopened", "N06+8 N20+185"},
    /* An order by word of mouth: one working day for its paper. */
    {"{\"isolation\":\"decided\"}", "N09.oral", "N09p+41"},
    {"{\"isolation\":\"decided\",\"carer_safe\":\"yes\"}",
	"carer_safe.unknown>yes", "N10c+24"},
    {"{\"placement\":\"yes\"}", "placement.no>yes", "N22+737 N22b+2225"},
    {"{\"placement\":\"yes\"}", "N22c.done", "N22c+4361"},
};

static void
test_decree_56_opens(void **state)
{
	struct procedure *p = read_from(VN);

	(void)state;
	for (size_t i = 0; i < NELEM(vn); i++) {
		struct facts f;

		facts_parse(&f, vn[i].facts);
		assert_string_equal(opened(p, &f, vn[i].event), vn[i].opens);
	}
	procedure_free(p);
}

static bool
holds(const struct procedure *p, const char *step, const char *facts)
{
	struct facts f;

	facts_parse(&f, facts);
	return step_holds(procedure_step(p, step), &f);
}

static void
test_only_a_conclusion_ends_a_presumed_emergency(void **state)
{
	struct procedure *p = read_from(VN);

	(void)state;
	assert_true(holds(p, "N08", "{}"));
	assert_true(holds(p, "N08", "{\"risk\":\"low\"}"));
	assert_true(holds(p, "N08", "{\"emergency\":\"yes\"}"));
	assert_false(holds(p, "N08", "{\"emergency\":\"no\"}"));
	assert_true(holds(p, "N07", "{}"));
	assert_false(holds(p, "N07", "{\"emergency\":\"yes\"}"));
	assert_true(holds(p, "N04",
	    "{\"emergency\":\"no\","
	    "\"crime\":\"yes\"}"));
	assert_false(holds(p, "N04", "{\"emergency\":\"no\"}"));
	assert_false(holds(p, "N10", "{\"isolation\":\"ended\"}"));
	procedure_free(p);
}

static void
test_only_the_twelve_hours_and_partners_ring_at_once(void **state)
{
	struct procedure *p = read_from(VN);

	(void)state;
	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const struct step *s = procedure_nth_step(p, i);

		assert_true(
		    s->warns_at_start == (strcmp(step_id(s), "N08") == 0 ||
					     strcmp(step_id(s), "P01") == 0 ||
					     strcmp(step_id(s), "P03") == 0 ||
					     strcmp(step_id(s), "P05") == 0 ||
					     strcmp(step_id(s), "P06") == 0 ||
					     strcmp(step_id(s), "P07") == 0 ||
					     strcmp(step_id(s), "P04") == 0));
		assert_true(*step_name(s, "vi") != '\0');
		assert_true(*step_name(s, "en") != '\0');
		assert_true(*step_source(s) != '\0');
	}
	procedure_free(p);
}

static void
test_confirmed_emergencies_climb_faster(void **state)
{
	struct procedure *p = read_from(VN);
	const struct step *s = procedure_step(p, "N08");
	struct facts f = {0};

	(void)state;
	assert_string_equal(step_ladder(p, s, &f)->id, "urgent");
	f.v[FACT_emergency] = fact_word(FACT_emergency, "yes");
	assert_string_equal(step_ladder(p, s, &f)->id, "urgent_emergency");
	procedure_free(p);
}

static const char *
line(const json_t *lines, size_t i)
{
	static char text[128];
	const json_t *j = json_array_get(lines, i);

	snprintf(text, sizeof(text), "%s %s %s %lld %s",
	    json_string_value(json_object_get(j, "at")),
	    json_string_value(json_object_get(j, "what")),
	    json_string_value(json_object_get(j, "step")),
	    (long long)json_integer_value(json_object_get(j, "rung")),
	    json_string_value(json_object_get(j, "who")));
	return text;
}

static void
test_simulate(void **state)
{
	struct procedure *p = read_from(SMALL);
	json_t *lines = procedure_simulate(p, calendar, T0, 30 * MINUTE);

	(void)state;
	assert_int_equal(json_array_size(lines), 5);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(lines, 0), "what")),
	    "opens");
	assert_string_equal(
	    line(lines, 1), "2026-11-24T07:00:00+07:00 opened N08 0 holder");
	assert_string_equal(
	    line(lines, 2), "2026-11-24T07:10:00+07:00 climb N08 0 holder");
	assert_string_equal(
	    line(lines, 3), "2026-11-24T07:15:00+07:00 climb N08 1 lead");
	assert_string_equal(
	    line(lines, 4), "2026-11-24T07:30:00+07:00 climb N08 2 chairman");
	json_decref(lines);
	procedure_free(p);
}

static void
test_simulate_in_order_and_with_an_end(void **state)
{
	struct procedure *p = read_from(VN);
	json_t *lines = procedure_simulate(p, calendar, T0, 3650 * DAY), *j;
	const char *before = "";
	size_t i;

	(void)state;
	json_array_foreach(lines, i, j)
	{
		const char *at = json_string_value(json_object_get(j, "at"));

		if (strcmp(json_string_value(json_object_get(j, "what")),
			"opens") == 0)
			continue;
		assert_true(strcmp(at, before) >= 0);
		before = at;
	}
	assert_in_range(i, 10000, 10010);
	json_decref(lines);
	procedure_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_shipped_has_no_problem),
	    cmocka_unit_test(test_decree_56_opens),
	    cmocka_unit_test(test_only_a_conclusion_ends_a_presumed_emergency),
	    cmocka_unit_test(
		test_only_the_twelve_hours_and_partners_ring_at_once),
	    cmocka_unit_test(test_confirmed_emergencies_climb_faster),
	    cmocka_unit_test(test_simulate),
	    cmocka_unit_test(test_simulate_in_order_and_with_an_end),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
