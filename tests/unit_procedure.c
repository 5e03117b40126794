/* Procedure files: what is read, what is refused, what opens when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "clock.h"
#include "procedure_parts.h"

#define VN    SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf"
#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

/* Tuesday 2026-11-24, 07:00 in Viet Nam. */
#define T0 INT64_C(1795478400000)

static struct calendar *calendar;

static int
setup(void **state)
{
	struct faults faults = {0};

	(void)state;
	calendar = calendar_load(SOURCE_DIR "/conf/calendar", 420, &faults);
	return calendar == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	calendar_free(calendar);
	return 0;
}

static struct procedure *
loaded(const char *path)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(path, &faults);

	for (size_t i = 0; i < faults_held(&faults); i++)
		print_error(
		    "%s: %s\n", faults.list[i].where, faults.list[i].what);
	assert_non_null(p);
	return p;
}

/* ---- A file with one thing changed ---------------------------------------- */

static const char base[] =
    "procedure = {\n"
    "  id = \"x\"; version = 3;\n"
    "  names = { vi = \"Tên\"; en = \"Name\"; };\n"
    "  ladders = (\n"
    "    { id = \"one\"; urgent = true; ack_holds = \"30m\";\n"
    "      rungs = (\n"
    "        { after = \"0m\"; who = [\"holder\"]; repeat = \"5m\"; },\n"
    "        { after = \"1h\"; who = [\"outside:police\", \"lead\"];\n"
    "          channels = [\"spool\"]; repeat = \"5m\"; repeats = 2; } ); },\n"
    "    { id = \"two\"; ack_holds = \"1d\";\n"
    "      rungs = ( { after = \"0m\"; who = [\"chairman\"];\n"
    "                  repeat = \"1w\"; } ); } );\n"
    "  steps = (\n"
    "    { id = \"A\"; vi = \"Một\"; en = \"First\";\n"
    "      role = \"holder\"; kind = \"record\"; opens = [\"received\"];\n"
    "      when = \"risk != low\"; limit = \"90s\"; start = \"t0\";\n"
    "      warn = [\"30s\", \"start\", \"60s\"]; ladder = \"one\";\n"
    "      basis = \"law\"; source = \"D56 1\"; leg = \"duty\"; },\n"
    "    { id = \"B\"; vi = \"Hai\"; en = \"Second\";\n"
    "      role = \"police\"; kind = \"close\"; opens = [\"A.done\",\n"
    "        \"crime.yes\", \"emergency.no>yes\"];\n"
    "      limit = ( { when = \"risk = high\"; is = \"now\"; },\n"
    "        { on = \"A.done\"; is = \"2wd\"; basis = \"local\"; },\n"
    "        { is = \"1d\"; } );\n"
    "      start = ( { on = \"crime.yes\"; is = \"t0\"; },\n"
    "        { is = \"event\"; } );\n"
    "      ladder = ( { when = \"crime = yes\"; use = \"one\"; },\n"
    "        { use = \"two\"; } ); form = \"M02\";\n"
    "      basis = \"proposal\"; source = \"D56 2\"; leg = \"partner\"; } );\n"
    "};\n";

/* The base with the first `from` replaced; the procedure it makes or NULL. */
static struct procedure *
changed(const char *from, const char *to, struct faults *faults)
{
	char path[] = "/tmp/unit_procedure.XXXXXX";
	const char *at = strstr(base, from);
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct procedure *p;

	assert_non_null(at);
	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - base), base, to, at + strlen(from));
	fclose(f);
	p = procedure_load(path, faults);
	unlink(path);
	return p;
}

static const struct {
	const char *from, *to;
	int line;
	const char *fault;
} wrongs[] = {
    {"procedure =", "other = 1; procedure =", 1, "other"},
    {"procedure = {", "procedure = { ( ;", 1, ""},
    {"id = \"x\"", "id = \"x/y\"", 2, "1 to 32 letters"},
    {"id = \"x\"", "id = \"x23456789012345678901234567890123\"", 2,
	"1 to 32 letters"},
    {"id = \"x\"; ", "", 1, "id"},
    {"version = 3", "version = 0", 2, "version"},
    {"en = \"Name\"", "de = \"Name\"", 3, "de"},
    /* ladders */
    {"id = \"one\"", "id = \"\"", 5, "1 to 32 letters"},
    {"id = \"one\"", "id = \"two\"", 10, "ladder 'two' is here twice"},
    {"id = \"one\"; ", "", 5, "id"},
    {"ack_holds = \"30m\"", "ack_holds = \"30\"", 5, "length of time"},
    {"ack_holds = \"30m\"", "ack_holds = \"0m\"", 5, "length of time"},
    {"ack_holds = \"30m\"", "ack_holds = \"2wd\"", 5, "length of time"},
    {"ack_holds = \"30m\"", "ack_holds = \"1mo\"", 5, "length of time"},
    {"ack_holds = \"30m\"", "ack_hold = \"30m\"", 5, "ack_hold"},
    {"after = \"0m\"", "after = \"1m\"", 7, "after \"0m\""},
    {"after = \"1h\"", "after = \"0m\"", 8, "after the one before"},
    {"after = \"1h\"; ", "", 8, "after"},
    {"[\"holder\"]", "[]", 7, "call somebody"},
    {"[\"holder\"]", "[\"hodler\"]", 7, "'hodler' must be holder, duty"},
    {"outside:police", "outside:moon", 8, "'outside:moon' must be"},
    {"repeat = \"5m\"; repeats = 2;", "", 8, "last rung must repeat"},
    {"repeat = \"5m\"; }", "repeats = 2; }", 7, "needs 'repeat'"},
    {"repeats = 2", "repeats = 0", 9, "repeats"},
    {"{ after = \"0m\"; who = [\"chairman\"];\n"
     "                  repeat = \"1w\"; }",
	"", 11, "needs a rung"},
    /* steps */
    {"id = \"A\"", "id = \"A.B\"", 14, "1 to 32 letters"},
    {"id = \"A\"", "id = \"B\"", 19, "step 'B' is here twice"},
    {"id = \"A\"; ", "", 14, "id"},
    {"vi = \"Một\"; ", "", 14, "vi"},
    {"vi = \"Hai\"; ", "", 19, "vi"},
    {"\"record\"", "\"re cord\"", 15, "1 to 32 letters"},
    {"role = \"holder\"", "role = \"duty\"", 15, "holder or a role"},
    {"role = \"holder\"", "role = \"outside:ward\"", 15, "or a role"},
    {"role = \"holder\"", "role = \"nobody\"", 15, "or a role"},
    {"[\"received\"]", "[]", 15, "an event must open"},
    {"[\"received\"]", "[\"recieved\"]", 15, "'recieved' must be"},
    {"[\"received\"]", "[\".done\"]", 15, "'.done' must be"},
    {"[\"received\"]", "[\"C.done\"]", 15, "'C.done' must be"},
    {"[\"received\"]", "[\"AA.done\"]", 15, "'AA.done' must be"},
    {"[\"received\"]", "[\"risk.lo\"]", 15, "'risk.lo' must be"},
    {"[\"received\"]", "[\"risk.low>hi\"]", 15, "'risk.low>hi' must be"},
    {"[\"received\"]", "[\"risk.l>low\"]", 15, "'risk.l>low' must be"},
    {"[\"received\"]", "[\"rusk.low\"]", 15, "'rusk.low' must be"},
    {"risk != low", "risk != lo", 16, "a word of that fact"},
    {"limit = \"90s\"", "limit = \"90\"", 16, "limit '90' must be"},
    {"limit = \"90s\"", "limit = 90", 16, "a text or a list"},
    {"limit = \"90s\"; ", "", 14, "limit"},
    {"limit = \"90s\"", "limit = ( )", 16, "a text or a list"},
    {"limit = \"90s\"", "limit = [ \"90s\" ]", 16, "a text or a list"},
    {"limit = \"90s\"", "limit = ( { is = \"1x\"; } )", 16, "limit '1x'"},
    {"start = \"t0\"", "start = \"t1\"", 16, "\"t0\" or \"event\""},
    {"\"60s\"]", "\"60\"]", 17, "length of time"},
    {"\"60s\"]", "\"0m\"]", 17, "length of time"},
    {"ladder = \"one\"", "ladder = \"three\"", 17, "no ladder 'three'"},
    {"basis = \"law\"", "basis = \"lore\"", 18, "basis"},
    {"leg = \"duty\"", "leg = \"me\"", 18, "leg"},
    {"when = \"risk = high\"; ", "", 22, "put it last"},
    {"when = \"risk = high\"", "when = \"risk\"", 22, "one of = !="},
    {"{ is = \"1d\"; }", "{ on = \"A.done\"; is = \"1d\"; }", 24,
	"must fit always"},
    {"{ is = \"1d\"; }", "{ when = \"crime = no\"; is = \"1d\"; }", 24,
	"must fit always"},
    {"{ is = \"1d\"; }", "{ iz = \"1d\"; }", 24, "iz"},
    {"{ on = \"A.done\"; is", "{ on = \"Z.done\"; is", 23, "'Z.done' must be"},
    {"{ on = \"crime.yes\"", "{ on = \"crime\"", 25, "'crime' must be"},
    {"{ is = \"event\"; }", "{ iz = \"event\"; }", 26, "iz"},
    {"{ use = \"two\"; }", "{ uze = \"two\"; }", 28, "uze"},
    {"{ when = \"crime = yes\"; use", "{ on = \"crime.yes\"; use", 27,
	"not by 'on'"},
    {"basis = \"local\"", "basis = \"locale\"", 23, "basis"},
};

static bool
has_fault(const struct faults *f, int line, const char *what)
{
	char end[16];

	snprintf(end, sizeof(end), ":%d", line);
	for (size_t i = 0; i < faults_held(f); i++) {
		const char *colon = strrchr(f->list[i].where, ':');

		if (colon != NULL && strcmp(colon, end) == 0 &&
		    strstr(f->list[i].what, what) != NULL)
			return true;
	}
	return false;
}

static void
test_wrongs_are_told_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(wrongs); i++) {
		struct faults faults = {0};

		assert_null(changed(wrongs[i].from, wrongs[i].to, &faults));
		if (!has_fault(&faults, wrongs[i].line, wrongs[i].fault)) {
			for (size_t k = 0; k < faults_held(&faults); k++)
				print_error("%s: %s\n", faults.list[k].where,
				    faults.list[k].what);
			fail_msg("'%s' for '%s'", wrongs[i].to, wrongs[i].from);
		}
		faults_done(&faults);
	}
}

static void
test_all_wrongs_at_once(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_null(changed("id = \"A\"; vi = \"Một\"; en = \"First\";\n"
			    "      role = \"holder\"; kind = \"record\"",
	    "id = \"A\"; en = \"First\";\n"
	    "      role = \"nobody\"; kinds = \"record\"",
	    &faults));
	/* B opens on A.done, and A is there although it is wrong. */
	for (size_t i = 0; i < faults_held(&faults); i++)
		assert_null(strstr(faults.list[i].what, "A.done"));
	assert_true(faults.n >= 2);
	faults_done(&faults);
}

static void
test_no_file_and_no_parts(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_null(procedure_load("/nowhere/x.conf", &faults));
	assert_true(faults.n > 0);
	faults_done(&faults);
	procedure_free(NULL);
}

/* All but the last step open when a case is received. */
static void
write_steps(FILE *f, int n)
{
	fputs("procedure = { id = \"x\"; version = 1;\n"
	      "names = { vi = \"a\"; en = \"b\"; };\n"
	      "ladders = ( { id = \"l\"; ack_holds = \"1m\"; rungs = (\n"
	      "{ after = \"0m\"; who = [\"lead\"]; repeat = \"1m\"; } ); } );\n"
	      "steps = (",
	    f);
	for (int i = 0; i < n; i++)
		fprintf(f,
		    "%s\n{ id = \"S%d\"; vi = \"a\"; en = \"b\"; role = "
		    "\"lead\"; kind = \"close\"; opens = [\"%s\"]; limit "
		    "= \"1h\"; start = \"t0\"; ladder = \"l\"; basis = "
		    "\"law\"; source = \"\"; leg = \"duty\"; }",
		    i == 0 ? "" : ",", i,
		    i == n - 1 ? "crime.yes" : "received");
	fputs(" );\n};\n", f);
}

static struct procedure *
many_steps(int n, struct faults *faults)
{
	char path[] = "/tmp/unit_procedure.XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct procedure *p;

	assert_non_null(f);
	write_steps(f, n);
	fclose(f);
	p = procedure_load(path, faults);
	unlink(path);
	return p;
}

static void
test_no_opening_is_lost_without_a_sound(void **state)
{
	struct opening out[OPENINGS_MAX];
	struct faults faults = {0};
	struct facts f = {0};
	struct moment m = {.event = "received", .at = T0, .t0_at = T0};
	struct procedure *p = many_steps(OPENINGS_MAX + 1, &faults);

	(void)state;
	assert_non_null(p);
	assert_int_equal(
	    procedure_openings(p, calendar, &f, &m, out), OPENINGS_MAX);
	procedure_free(p);
	assert_null(many_steps(OPENINGS_MAX + 2, &faults));
	assert_true(has_fault(&faults, 6, "opens more than 32 steps"));
	faults_done(&faults);
	faults = (struct faults){0};
	assert_null(many_steps(0, &faults));
	assert_true(has_fault(&faults, 5, "needs a step"));
	faults_done(&faults);
}

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

/* ---- procedure_check ------------------------------------------------------- */

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
	"opens = [\"risk.low>high\"]; when = \"risk = high and crime = "
	"yes\"",
	NULL},
    {"opens = [\"A.done\",\n        \"crime.yes\", \"emergency.no>yes\"]",
	"opens = [\"A.done\"]; when = \"crime = yes and risk = high\"", NULL},
    {"risk != low", "risk = low and risk = high", "step A can never open"},
    {"kind = \"close\"", "kind = \"record\"", "a case would never end"},
    {"[\"30s\", \"start\", \"60s\"]", "[\"90s\"]", "step A: a warning"},
    {"[\"outside:police\", \"lead\"]", "[\"holder\", \"duty\"]",
	"ladder one must end with a role"},
    {"use = \"two\"", "use = \"one\"", "ladder two is used by no step"},
};

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

static void
test_what_is_shipped_has_no_problem(void **state)
{
	static const char *const paths[] = {VN, SMALL};

	(void)state;
	for (size_t i = 0; i < NELEM(paths); i++) {
		struct procedure *p = loaded(paths[i]);
		struct faults f = {0};

		procedure_check(p, &f);
		if (f.n > 0)
			fail_msg("%s: %s", paths[i], f.list[0].what);
		procedure_free(p);
	}
}

/* ---- Decree 56 ------------------------------------------------------------- */

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
	"N01+0.5 N02+1 N03+1 N04+-1 N05+3 N06+6 N07+8 N08+10 N25+10"},
    /* An alleged parent: there is nothing left to conclude. */
    {"{\"emergency\":\"yes\",\"isolation\":\"ground\"}", "received",
	"N01+0.5 N02+1 N03+1 N04+-1 N05+3 N06+6 N08+10 N09+10 N25+10"},
    {"{\"emergency\":\"no\"}", "received",
	"N01+0.5 N02+1 N03+1 N05+3 "
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
    {"{}", "N20.done", "N21+41 N21b+185"},
    {"{\"placement\":\"yes\"}", "placement.no>yes", "N22+737 N22b+2225"},
    {"{\"placement\":\"yes\"}", "N22c.done", "N22c+4361"},
};

static void
test_decree_56_opens(void **state)
{
	struct procedure *p = loaded(VN);

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
	struct procedure *p = loaded(VN);

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
test_only_the_twelve_hours_ring_at_once(void **state)
{
	struct procedure *p = loaded(VN);

	(void)state;
	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const struct step *s = procedure_nth_step(p, i);

		assert_true(
		    s->warns_at_start == (strcmp(step_id(s), "N08") == 0));
		assert_true(*step_name(s, "vi") != '\0');
		assert_true(*step_name(s, "en") != '\0');
		assert_true(*step_source(s) != '\0');
	}
	procedure_free(p);
}

static void
test_confirmed_emergencies_climb_faster(void **state)
{
	struct procedure *p = loaded(VN);
	const struct step *s = procedure_step(p, "N08");
	struct facts f = {0};

	(void)state;
	assert_string_equal(step_ladder(p, s, &f)->id, "urgent");
	f.v[FACT_emergency] = fact_word(FACT_emergency, "yes");
	assert_string_equal(step_ladder(p, s, &f)->id, "urgent_emergency");
	procedure_free(p);
}

/* ---- procedure_simulate ---------------------------------------------------- */

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
	struct procedure *p = loaded(SMALL);
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
	struct procedure *p = loaded(VN);
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
	    cmocka_unit_test(test_wrongs_are_told_by_line),
	    cmocka_unit_test(test_all_wrongs_at_once),
	    cmocka_unit_test(test_no_file_and_no_parts),
	    cmocka_unit_test(test_no_opening_is_lost_without_a_sound),
	    cmocka_unit_test(test_what_was_read),
	    cmocka_unit_test(test_what_opens),
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_what_is_shipped_has_no_problem),
	    cmocka_unit_test(test_decree_56_opens),
	    cmocka_unit_test(test_only_a_conclusion_ends_a_presumed_emergency),
	    cmocka_unit_test(test_only_the_twelve_hours_ring_at_once),
	    cmocka_unit_test(test_confirmed_emergencies_climb_faster),
	    cmocka_unit_test(test_simulate),
	    cmocka_unit_test(test_simulate_in_order_and_with_an_end),
	    cmocka_unit_test(test_simulate_nothing_opens),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
