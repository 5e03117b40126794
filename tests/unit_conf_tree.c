/* The traps of libconfig 1.5, each refused by file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "calendar.h"
#include "conf_text.h"
#include "conf_tree.h"

static struct conf_tree *
load(const char *text, struct faults *faults)
{
	char path[] = "/tmp/unit-conf-XXXXXX";
	struct conf_tree *t;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	t = conf_tree_load(path, faults);
	unlink(path);
	return t;
}

static void
test_traps_are_refused_by_line(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *what;
	} rows[] = {
	    {"\xef\xbb\xbf"
	     "a = 1;\n",
		1, "byte order mark"},
	    {"a = 1;\nb = 99999999999999999999;\n", 2, "too large"},
	    {"a = 4294967296;\n", 1, "too large"},
	    {"a = 0x7fffffffff;\n", 1, "plain decimal"},
	    {"\n\na = 010;\n", 3, "octal"},
	    {"a = 5L;\n", 1, "plain decimal"},
	    {"a = 1.5;\n", 1, "plain decimal"},
	    {"a = +5;\n", 1, "plain decimal"},
	    {"a = \"x\\x00y\";\n", 1, "\\x is not"},
	    {"a = \"\\xff\";\n", 1, "\\x is not"},
	    {"a = \"C:\\dir\";\n", 1, "backslash"},
	    {"a = 5e3;\n", 1, "plain decimal"},
	    {"a = -99999999999999999999;\n", 1, "too large"},
	    {"a = -010;\n", 1, "octal"},
	    {"a = 1;\nb = \"\xed\xa0\x80\";\n", 2, "UTF-8"},
	    {"a = \"\nb\n\";\nc = 010;\n", 4, "octal"},
	    {"a = \"\\u00e9\";\n", 1, "\\u"},
	    {"a = 1;\na = 2;\n", 2, "twice"},
	    {"@include \"other\"\n", 1, "@include"},
	    {"a = \"\xff\";\n", 1, "UTF-8"},
	    {"a = ;\n", 1, "syntax error"},
	    {"# only \"comments\n/* 99999999999999999999\n*/ a = [1 2];\n", 3,
		"syntax error"},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct faults faults = {0};
		char line[16];

		if (load(rows[i].text, &faults) != NULL)
			fail_msg("accepted: %s", rows[i].text);
		snprintf(line, sizeof(line), ":%d", rows[i].line);
		assert_string_equal(strrchr(faults.list[0].where, ':'), line);
		if (strstr(faults.list[0].what, rows[i].what) == NULL)
			fail_msg("%s: %s", rows[i].text, faults.list[0].what);
		faults_done(&faults);
	}
}

static void
test_a_file_becomes_nodes(void **state)
{
	struct faults faults = {0};
	struct conf_tree *t = load("ten = \"Phường Thử\";\nn = -7;\n"
				   "on = true;\nlist = ( { a = 1; },\n"
				   "{ a = 2; } );\n",
	    &faults);
	const struct node *root, *list;

	(void)state;
	assert_non_null(t);
	root = conf_tree_root(t);
	assert_string_equal(node_get(root, "ten")->text, "Phường Thử");
	assert_int_equal(node_get(root, "n")->number, -7);
	assert_int_equal(node_get(root, "on")->kind, NODE_BOOL);
	list = node_get(root, "list");
	assert_int_equal(node_count(list), 2);
	assert_int_equal(list->child->next->line, 5);
	assert_int_equal(node_get(list->child->next, "a")->number, 2);
	assert_null(node_get(root, "none"));
	conf_tree_free(t);
}

struct sample {
	const char *name;
	int64_t n;
	bool on;
	struct limit term;
	int word;
	const struct node *texts;
};
static const char *const words[] = {"low", "high", NULL};
static const struct conf_key keys[] = {
    {.name = "name",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct sample, name)},
    {.name = "n",
	.kind = KEY_INT,
	.offset = offsetof(struct sample, n),
	.low = 1,
	.high = 9},
    {.name = "on", .kind = KEY_BOOL, .offset = offsetof(struct sample, on)},
    {.name = "term",
	.kind = KEY_LIMIT,
	.offset = offsetof(struct sample, term)},
    {.name = "word",
	.kind = KEY_WORD,
	.offset = offsetof(struct sample, word),
	.words = words},
    {.name = "texts",
	.kind = KEY_TEXTS,
	.offset = offsetof(struct sample, texts)},
};

static void
test_a_table_reads_a_group(void **state)
{
	struct faults faults = {0};
	struct sample s = {.n = 3};
	struct conf_tree *t = load("name = \"x\"; on = true; term = \"12h\";"
				   "word = \"high\"; texts = (\"a\", \"b\");",
	    &faults);

	(void)state;
	assert_non_null(t);
	assert_true(
	    node_read(conf_tree_root(t), keys, NELEM(keys), &s, &faults));
	assert_string_equal(s.name, "x");
	assert_int_equal(s.n, 3);
	assert_true(s.on);
	assert_int_equal(s.term.n, 12);
	assert_int_equal(s.word, 1);
	assert_int_equal(node_count(s.texts), 2);
	conf_tree_free(t);
}

static void
test_every_mistake_is_told(void **state)
{
	struct faults faults = {0};
	struct sample s = {0};
	struct conf_tree *t = load("n = 10;\non = 1;\nterm = \"12\";\n"
				   "word = \"mid\";\ntexts = (1);\n"
				   "nme = \"x\";\n",
	    &faults);
	static const char *const what[] = {"1 to 9", "true or false", "term",
	    "one of: low high", "list of texts", "did you mean 'name'",
	    "'name' is missing"};

	(void)state;
	assert_non_null(t);
	assert_false(
	    node_read(conf_tree_root(t), keys, NELEM(keys), &s, &faults));
	assert_int_equal(faults.n, NELEM(what));
	for (size_t i = 0; i < NELEM(what); i++)
		if (strstr(faults.list[i].what, what[i]) == NULL)
			fail_msg("%zu: %s", i, faults.list[i].what);
	faults_done(&faults);
	conf_tree_free(t);
}

static void
test_strings_and_comments_may_hold_anything(void **state)
{
	struct faults faults = {0};
	struct conf_tree *t = load("a = \"010 0x7fffffffff @include // x\";\n"
				   "// 010 0x1\n# 1.5\n/* \" 010 */\n"
				   "b = \"q\\\"\\\\\\n\" \"more\";\n",
	    &faults);

	(void)state;
	assert_non_null(t);
	assert_string_equal(node_get(conf_tree_root(t), "a")->text,
	    "010 0x7fffffffff @include // x");
	assert_string_equal(
	    node_get(conf_tree_root(t), "b")->text, "q\"\\\nmore");
	conf_tree_free(t);
}

static void
test_a_far_name_is_not_suggested(void **state)
{
	struct faults faults = {0};
	struct sample s = {0};
	struct conf_tree *t = load("name = \"x\";\nxyz = 1;\n", &faults);

	(void)state;
	assert_non_null(t);
	assert_false(
	    node_read(conf_tree_root(t), keys, NELEM(keys), &s, &faults));
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.list[0].what, "unknown setting 'xyz'");
	faults_done(&faults);
	conf_tree_free(t);
}

static void
test_what_cannot_be_read_is_told(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_null(conf_tree_load("/tmp/unit-conf/none.conf", &faults));
	assert_null(conf_tree_load("/tmp", &faults));
	assert_int_equal(faults.n, 2);
	assert_string_equal(faults.list[0].where, "/tmp/unit-conf/none.conf");
	faults_done(&faults);
	conf_tree_free(NULL);
}

static void
test_deep_files_are_refused_not_followed(void **state)
{
	struct faults faults = {0};
	struct buf b = BUF_MAX(10000);

	(void)state;
	buf_adds(&b, "a = ");
	for (int i = 0; i < 40; i++)
		buf_adds(&b, "( ");
	for (int i = 0; i < 40; i++)
		buf_adds(&b, ") ");
	buf_adds(&b, ";\n");
	assert_null(load(b.data, &faults));
	assert_string_equal(faults.list[0].what, "nested too deeply");
	faults_done(&faults);
	buf_done(&b);
}

static void
test_name_distance(void **state)
{
	(void)state;
	assert_int_equal(name_distance("lsten", "listen"), 1);
	assert_int_equal(name_distance("", "abc"), 3);
	assert_int_equal(name_distance("same", "same"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_traps_are_refused_by_line),
	    cmocka_unit_test(test_a_file_becomes_nodes),
	    cmocka_unit_test(test_a_table_reads_a_group),
	    cmocka_unit_test(test_every_mistake_is_told),
	    cmocka_unit_test(test_strings_and_comments_may_hold_anything),
	    cmocka_unit_test(test_a_far_name_is_not_suggested),
	    cmocka_unit_test(test_what_cannot_be_read_is_told),
	    cmocka_unit_test(test_deep_files_are_refused_not_followed),
	    cmocka_unit_test(test_name_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
