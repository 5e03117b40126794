/* Settings: one table makes struct, parser, sample and dump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"
#include "conf_check.h"
#include "conf_term.h"

static char dir[] = "/tmp/unit-conf-XXXXXX", path[64];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/x.conf",
	    mkdtemp(dir) != NULL ? dir : "/none");
	return 0;
}

static int
drop_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static struct conf *
load(const char *text, struct faults *faults)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	return conf_load(path, faults);
}

/* What print writes to stdout; the caller frees. */
static char *
captured(void (*print)(const void *), const void *arg)
{
	FILE *f = tmpfile();
	struct buf b = BUF_MAX(100000);
	char part[4096];
	size_t n;
	int before;

	assert_non_null(f);
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	dup2(fileno(f), STDOUT_FILENO);
	print(arg);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&b, part, n);
	fclose(f);
	return buf_take(&b);
}

static void
print_sample(const void *arg)
{
	(void)arg;
	conf_print_sample();
}

static void
print_dump(const void *conf)
{
	conf_print(conf);
}

static void
test_the_sample_is_in_the_tree(void **state)
{
	char *sample = captured(print_sample, NULL), *file;
	FILE *f = fopen(SOURCE_DIR "/conf/hotlined.conf", "r");
	size_t n;

	(void)state;
	assert_non_null(f);
	file = calloc(1, 100000);
	n = fread(file, 1, 99999, f);
	fclose(f);
	assert_true(n > 1000);
	assert_string_equal(file, sample);
	free(file);
	free(sample);
}

/* With every "# name = value;" made active the sample says the defaults. */
static void
test_the_sample_holds_the_defaults(void **state)
{
	char *sample = captured(print_sample, NULL), *dump, *defaults;
	struct faults faults = {0};
	struct conf *plain = conf_load(NULL, &faults), *c;

	(void)state;
	for (char *p = sample; (p = strstr(p, "\n# ")) != NULL; p++) {
		size_t name = strspn(p + 3, "abcdefghijklmnopqrstuvwxyz_");

		if (name > 0 && strncmp(p + 3 + name, " = ", 3) == 0)
			p[1] = ' ';
	}
	c = load(sample, &faults);
	assert_int_equal(faults.n, 0);
	assert_non_null(c);
	dump = captured(print_dump, c);
	defaults = captured(print_dump, plain);
	assert_string_equal(dump, defaults);
	free(sample);
	free(dump);
	free(defaults);
	conf_free(c);
	conf_free(plain);
}

static void
test_values_are_taken(void **state)
{
	struct faults faults = {0};
	struct conf *c = load("ward = \"23770\";\n"
			      "ward_name = \"Phường \\\"Thử\\\" \\\\\";\n"
			      "port = 0;\nlog_level = \"debug\";\n"
			      "lease = \"90s\"; link_life = \"2d\";\n"
			      "database = \"x/h.db\";\n"
			      "control_socket = \"/run/c.sock\";\n",
	    &faults);
	char *expected;

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->ward, "23770");
	assert_string_equal(c->ward_name, "Phường \"Thử\" \\");
	assert_int_equal(c->port, 0);
	assert_int_equal(c->lease, 90000);
	assert_int_equal(c->link_life, 172800000);
	assert_string_equal(c->log_level, "debug");
	assert_string_equal(c->listen, "127.0.0.1");
	expected = xasprintf("%s/x/h.db", dir);
	assert_string_equal(c->database, expected);
	assert_string_equal(c->control_socket, "/run/c.sock");
	free(expected);
	conf_free(c);
}

static void
test_a_dump_can_be_read_again(void **state)
{
	struct faults faults = {0};
	struct conf *c =
			load("ward_name = \"a\\\"b\\\\c ế\"; port = 1;\n"
			     "database = \"h.db\"; backoff_first = \"1500ms\";",
			    &faults),
		    *again;
	char *one = captured(print_dump, c), *two;

	(void)state;
	assert_non_null(c);
	again = load(one, &faults);
	assert_int_equal(faults.n, 0);
	two = captured(print_dump, again);
	assert_string_equal(one, two);
	assert_int_equal(again->backoff_first, 1500);
	free(one);
	free(two);
	conf_free(c);
	conf_free(again);
}

static void
test_every_mistake_is_told_by_line(void **state)
{
	static const struct {
		const char *line, *what;
	} rows[] = {
	    {"lsten = \"127.0.0.1\"",
		"unknown setting 'lsten' (did you mean 'listen'?)"},
	    {"port = 65536", "'port' must be 0 to 65535"},
	    {"max_connections = \"many\"",
		"'max_connections' must be 8 to 65536"},
	    {"lease = \"1h\"", "'lease' must be \"5s\" to \"10m\""},
	    {"digest_every = 60", "'digest_every' must be \"1s\" to \"1h\""},
	    {"link_life = \"2y\"", "'link_life' must be \"10m\" to \"30d\""},
	    {"language = \"fr\"", "'language' must be one of: vi en"},
	    {"log_level = \"warn info\"",
		"'log_level' must be one of: error warn info debug"},
	    {"courier = \"sokcet\"", "'courier' must be one of: spawn socket"},
	    {"ward = \"2377\"", "'ward' must be five digits"},
	    {"listen = \"0.0.0.0\"",
		"'listen' must be 127.0.0.1 or another loopback address"},
	    {"procedure = \"../x\"", "'procedure' must be a name of a-z, 0-9,"
				     " - and _, without .conf"},
	    {"public_url = \"hotline.example.test\"",
		"'public_url' must be empty, or https://host without a / at"
		" its end"},
	    {"duty_phone = \"trực ban\"",
		"'duty_phone' must be a phone number"},
	    {"ward_name = \"a\\nb\"",
		"'ward_name' must be one line without control characters"},
	    {"database = 5", "'database' must be a text"},
	    {"calendar = \"\"", "'calendar' must not be empty"},
	};
	struct faults faults = {0};
	struct buf b = BUF_MAX(10000);
	bool found[NELEM(rows)] = {0};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++)
		buf_addf(&b, "%s;\n", rows[i].line);
	assert_null(load(b.data, &faults));
	buf_done(&b);
	assert_int_equal(faults.n, NELEM(rows));
	for (size_t f = 0; f < faults.n; f++)
		for (size_t i = 0; i < NELEM(rows); i++) {
			char *where = xasprintf("%s:%zu", path, i + 1);

			found[i] |= !strcmp(faults.list[f].where, where) &&
				    !strcmp(faults.list[f].what, rows[i].what);
			free(where);
		}
	for (size_t i = 0; i < NELEM(rows); i++)
		if (!found[i])
			fail_msg("not told: %s", rows[i].line);
	faults_done(&faults);
}

static void
test_what_a_text_may_be(void **state)
{
	static const struct {
		const char *setting, *good, *bad;
	} rows[] = {
	    {"listen", "127.0.0.1", "10.0.0.1"},
	    {"listen", "127.9.9.9", "localhost"},
	    {"listen", "::1", "::"},
	    {"public_url", "", "https://"},
	    {"public_url", "https://a.example", "https://a.example/"},
	    {"public_url", "http://127.0.0.1:8111", "ftp://a.example"},
	    {"public_url", "https://a.example/hotline", "https:///x"},
	    {"public_url", "https://[::1]:8", "https://a b"},
	    {"public_url", "https://x", "https://x?y"},
	    {"ward", "23770", "2377a"},
	    {"duty_phone", "+84 (269) 3-000.111", "111;x"},
	    {"duty_phone", "111", ""},
	    {"procedure", "vn-nd56-2017", "vn.conf"},
	    {"ward_name", "Phường Thử", "a\x7f"},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		if (conf_text_fault(rows[i].setting, rows[i].good) != NULL)
			fail_msg("refused: %s", rows[i].good);
		if (conf_text_fault(rows[i].setting, rows[i].bad) == NULL)
			fail_msg("accepted: %s", rows[i].bad);
	}
}

static void
test_terms_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {{"0s", 0}, {"1ms", 1}, {"30s", 30000}, {"15m", 900000},
	    {"12h", 43200000}, {"7d", 604800000}, {"1500ms", 1500},
	    {"90s", 90000}};
	static const char *const bad[] = {"", "5", "s", "-5s", "5 s", "05s",
	    "5S", "5sm", "9999999999d", "1.5s", "1w"};
	char text[TERM_SIZE];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		assert_true(term_parse(rows[i].text, &ms));
		assert_true(ms == rows[i].ms);
		term_format(text, ms);
		assert_string_equal(text, rows[i].text);
	}
	for (size_t i = 0; i < NELEM(bad); i++)
		if (term_parse(bad[i], &ms))
			fail_msg("accepted: %s", bad[i]);
}

static void
test_changes_that_need_a_restart(void **state)
{
	struct faults faults = {0};
	struct conf *a = load("port = 1;", &faults),
		    *b = load("port = 2; database = \"/x\"; lease = \"9s\";",
			&faults);
	char *names = conf_restart_needed(a, b);

	(void)state;
	assert_string_equal(names, "database port");
	free(names);
	names = conf_restart_needed(a, a);
	assert_string_equal(names, "");
	free(names);
	conf_free(a);
	conf_free(b);
	conf_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_sample_is_in_the_tree),
	    cmocka_unit_test(test_the_sample_holds_the_defaults),
	    cmocka_unit_test(test_values_are_taken),
	    cmocka_unit_test(test_a_dump_can_be_read_again),
	    cmocka_unit_test(test_every_mistake_is_told_by_line),
	    cmocka_unit_test(test_what_a_text_may_be),
	    cmocka_unit_test(test_terms_are_read_and_written),
	    cmocka_unit_test(test_changes_that_need_a_restart),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
