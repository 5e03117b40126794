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
	    {"a = \"x\\x00y\";\n", 1, "\\x00"},
	    {"a = \"\\u00e9\";\n", 1, "\\u"},
	    {"a = 1;\na = 2;\n", 2, "twice"},
	    {"@include \"other\"\n", 1, "@include"},
	    {"a = \"\xff\";\n", 1, "UTF-8"},
	    {"a = ;\n", 1, "syntax error"},
	    {"# only \"comments\n/* 99999999999999999999\n*/ a = [1,];\n", 3,
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
	    cmocka_unit_test(test_name_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
