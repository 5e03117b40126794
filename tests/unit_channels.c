/* Channels: what the core needs of channels.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "channels.h"

static struct channels *
load(const char *text, struct faults *faults)
{
	char path[] = "/tmp/unit-channels-XXXXXX";
	struct channels *c;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	c = channels_load(path, faults);
	unlink(path);
	return c;
}

static void
test_channels_are_read(void **state)
{
	struct faults faults = {0};
	struct channels *c = load(
	    "channels = ( { name = \"sms\"; kind = \"spool\"; replies = true;\n"
	    "interval = \"6s\"; folder = \"out\"; },\n"
	    "{ name = \"mail-2\"; kind = \"email\"; dedupes = true;\n"
	    "interval = \"now\"; },\n"
	    "{ name = \"zalo\"; kind = \"http\"; } );\n",
	    &faults);
	const struct channel_conf *sms;

	(void)state;
	assert_non_null(c);
	assert_int_equal(channels_n(c), 3);
	sms = channels_find(c, "sms");
	assert_ptr_equal(sms, channels_nth(c, 0));
	assert_string_equal(sms->kind, "spool");
	assert_true(sms->replies);
	assert_false(sms->dedupes);
	assert_int_equal(sms->interval, 6000);
	assert_string_equal(node_get(sms->node, "folder")->text, "out");
	assert_true(channels_find(c, "mail-2")->dedupes);
	assert_int_equal(channels_find(c, "mail-2")->interval, 0);
	assert_int_equal(channels_find(c, "zalo")->interval, 1000);
	assert_null(channels_find(c, "email"));
	channels_free(c);
	channels_free(NULL);
}

static void
test_mistakes_are_told_by_line(void **state)
{
	static const struct {
		const char *text, *line, *what;
	} rows[] = {
	    {"channels = ( );", ":1", "there is no channel here"},
	    {"chanels = ( );", ":1", "did you mean 'channels'"},
	    {"channels = (\n{ kind = \"http\"; } );", ":2",
		"'name' is missing"},
	    {"channels = (\n{ name = \"a\"; } );", ":2", "'kind' is missing"},
	    {"channels = ( { name = \"A b\"; kind = \"http\"; } );", ":1",
		"1 to 32"},
	    {"channels = ( { name = \"\"; kind = \"http\"; } );", ":1",
		"1 to 32"},
	    {"channels = ( { name = \"a\"; kind = \"http\"; },\n"
	     "{ name = \"a\"; kind = \"email\"; } );",
		":2", "two channels"},
	    {"channels = ( { name = \"a\"; kind = \"http\";\n"
	     "replies = \"yes\"; } );",
		":2", "true or false"},
	    {"channels = ( { name = \"a\"; kind = \"http\";\n"
	     "interval = \"1wd\"; } );",
		":1", "in s or m"},
	    {"channels = ( { name = \"a\"; kind = \"http\";\n"
	     "interval = 5; } );",
		":2", "must be a term"},
	    {"channels = ( \"email\" );", ":1", "list of groups"},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct faults faults = {0};

		if (load(rows[i].text, &faults) != NULL)
			fail_msg("taken: %s", rows[i].text);
		if (strstr(faults.list[0].what, rows[i].what) == NULL)
			fail_msg("%s: %s", rows[i].text, faults.list[0].what);
		assert_string_equal(
		    strrchr(faults.list[0].where, ':'), rows[i].line);
		faults_done(&faults);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_channels_are_read),
	    cmocka_unit_test(test_mistakes_are_told_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
