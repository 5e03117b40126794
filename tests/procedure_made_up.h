/* A made-up procedure, and what becomes of it when one thing is changed. */
#ifndef PROCEDURE_MADE_UP_H
#define PROCEDURE_MADE_UP_H

#include <unistd.h>

#include "procedure_rig.h"

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
    "                  repeat = \"1w\"; } ); },"
    " { id = \"news\"; ack_holds = \"1d\";"
    " rungs = ( { after = \"0m\"; who = [\"lead\"]; repeat = \"1d\"; } ); },"
    " { id = \"news_lead\"; ack_holds = \"1d\";"
    " rungs = ( { after = \"0m\"; who = [\"lead\"]; repeat = \"1d\"; } ); },"
    " { id = \"alarm\"; ack_holds = \"1d\";"
    " rungs = ( { after = \"0m\"; who = [\"lead\"]; repeat = \"1d\"; } ); } "
    ");\n"
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

#endif
