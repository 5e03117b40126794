/* Procedure files that are refused, and the line that is told. */
#include "procedure_made_up.h"

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
    {"[\"holder\"]", "[\"named\"]", 7, "'named' is for the ladders"},
    {"outside:police", "outside:moon", 8, "'outside:moon' must be"},
    {"repeat = \"5m\"; repeats = 2;", "", 8, "last rung must repeat"},
    {"repeat = \"5m\"; }", "repeats = 2; }", 7, "needs 'repeat'"},
    {"repeats = 2", "repeats = 0", 9, "repeats"},
    {"{ after = \"0m\"; who = [\"chairman\"];\n"
     "                  repeat = \"1w\"; }",
	"", 11, "needs a rung"},
    {"id = \"alarm\"", "id = \"alarms\"", 4, "must be a ladder 'alarm'"},
    {"id = \"news\"", "id = \"new\"", 4, "must be a ladder 'news'"},
    /* steps */
    {"id = \"A\"", "id = \"A.B\"", 14, "1 to 32 letters"},
    {"id = \"A\"", "id = \"B\"", 19, "step 'B' is here twice"},
    {"id = \"A\"; ", "", 14, "id"},
    {"vi = \"Một\"; ", "", 14, "vi"},
    {"vi = \"Hai\"; ", "", 19, "vi"},
    {"\"record\"", "\"re cord\"", 15, "1 to 32 letters"},
    {"role = \"holder\"", "role = \"duty\"", 15, "holder or a role"},
    {"role = \"holder\"", "role = \"named\"", 15, "or a role"},
    {"role = \"holder\"", "role = \"receiver\"", 15, "or a role"},
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
    {"[\"received\"]", "[\"received\"]; sooner = [\"A.done\"]", 15,
	"'A.done' must be <fact>.<word>"},
    {"[\"received\"]", "[\"received\"]; scope = \"ward\"; sooner = []", 15,
	"nothing hastens"},
    {"limit = \"90s\"", "limit = \"given\"; sooner = [\"emergency.yes\"]", 16,
	"nothing hastens"},
    {"limit = \"90s\"", "limit = ( ); sooner = [\"A.done\"]", 16,
	"'A.done' must be <fact>.<word>"},
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
    /* the ward's own, items and dates */
    {"leg = \"duty\"", "leg = \"duty\"; scope = \"all\"", 18, "scope"},
    {"[\"received\"]", "[\"date.05-20\"]", 15, "only a step of the ward"},
    {"[\"received\"]", "[\"date.02-29\"]", 15, "'date.02-29' must be"},
    {"[\"received\"]", "[\"date.12h\"]", 15, "'date.12h' must be"},
    {"leg = \"duty\"", "leg = \"duty\"; scope = \"ward\"", 15,
	"opens on item or date"},
    {"leg = \"duty\"", "leg = \"duty\"; scope = \"ward\"", 14, "no 'when'"},
    {"leg = \"duty\"", "leg = \"duty\"; scope = \"ward\"", 16, "\"event\""},
    {"leg = \"duty\"", "leg = \"duty\"; scope = \"ward\"", 20,
	"nothing of a case follows it"},
    {"limit = \"90s\"", "limit = \"given\"", 16, "given only where"},
    {"limit = \"90s\"", "limit = \"13-01\"", 16, "limit '13-01'"},
    {"version = 3", "version = 3; t0 = \"theirs\"", 2, "t0"},
    {"version = 3", "version = 3; authority = \"lead\"", 2, "outside:"},
    {"version = 3", "version = 3; authority = \"outside:moon\"", 2, "outside:"},
    /* bounds */
    {"  steps = (", "  bounds = ( { step = \"A\"; } ); steps = (", 13, "from"},
    {"  steps = (",
	"  bounds = ( { step = \"C\"; from = \"received\"; within = \"1h\"; "
	"source = \"s\"; } ); steps = (",
	13, "no step 'C'"},
    {"  steps = (",
	"  bounds = ( { step = \"A\"; from = \"recieved\"; within = \"1h\"; "
	"source = \"s\"; } ); steps = (",
	13, "'recieved' must be"},
    {"  steps = (",
	"  bounds = ( { step = \"A\"; from = \"received\"; within = \"1x\"; "
	"source = \"s\"; } ); steps = (",
	13, "must be a limit"},
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
	static const char *const ladders[] = {
	    "l", "news", "news_lead", "alarm"};

	fputs("procedure = { id = \"x\"; version = 1;\n"
	      "names = { vi = \"a\"; en = \"b\"; };\n"
	      "ladders = (\n",
	    f);
	for (size_t i = 0; i < NELEM(ladders); i++)
		fprintf(f,
		    "%s { id = \"%s\"; ack_holds = \"1m\"; rungs = ( { "
		    "after = \"0m\"; who = [\"lead\"]; repeat = \"1m\"; } "
		    "); }",
		    i == 0 ? "" : ",", ladders[i]);
	fputs(" );\nsteps = (", f);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrongs_are_told_by_line),
	    cmocka_unit_test(test_all_wrongs_at_once),
	    cmocka_unit_test(test_no_file_and_no_parts),
	    cmocka_unit_test(test_no_opening_is_lost_without_a_sound),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
