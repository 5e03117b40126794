/* Every mistake at once, each with a pointer that carries no data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "schema.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct field inner_fields[] = {
    {.name = "a", .kind = FIELD_TEXT, .required = true, .low = 1, .high = 3},
};
static const struct schema inner = {inner_fields, NELEM(inner_fields)};
static const struct field fields[] = {
    {.name = "text", .kind = FIELD_TEXT, .low = 1, .high = 3},
    {.name = "int", .kind = FIELD_INT, .low = 0, .high = 9},
    {.name = "bool", .kind = FIELD_BOOL},
    {.name = "word", .kind = FIELD_WORD, .words = colours},
    {.name = "words", .kind = FIELD_WORDS, .high = 2, .words = colours},
    {.name = "date", .kind = FIELD_DATE},
    {.name = "at", .kind = FIELD_INSTANT},
    {.name = "one", .kind = FIELD_OBJECT, .schema = &inner},
    {.name = "list", .kind = FIELD_LIST, .high = 2, .schema = &inner},
    {.name = "texts", .kind = FIELD_TEXTS, .high = 2},
    {.name = "must", .kind = FIELD_BOOL, .required = true},
};
static const struct schema schema = {fields, NELEM(fields)};

/* The pointers of all faults, separated by blanks. */
static void
assert_faults(const char *json, const char *pointers)
{
	json_t *body = json_loads(json, JSON_ALLOW_NUL, NULL);
	struct faults faults = {0};
	struct buf got = BUF_MAX(4000);

	assert_non_null(body);
	assert_int_equal(
	    schema_check(&schema, body, &faults), *pointers == '\0');
	for (size_t i = 0; i < faults_held(&faults); i++) {
		buf_addf(&got, "%s%s", i > 0 ? " " : "", faults.list[i].where);
		assert_null(strstr(faults.list[i].where, "secret"));
		assert_null(strstr(faults.list[i].what, "secret"));
	}
	assert_string_equal(got.data != NULL ? got.data : "", pointers);
	buf_done(&got);
	faults_done(&faults);
	json_decref(body);
}

static void
test_good_bodies(void **state)
{
	(void)state;
	assert_faults("{\"must\":true}", "");
	assert_faults(
	    "{\"must\":false,\"text\":\"ữữữ\",\"int\":9,\"bool\":true,"
	    "\"word\":\"red\",\"words\":[\"green\",\"red\"],"
	    "\"date\":\"2024-02-29\","
	    "\"at\":\"2026-11-24T07:00:00+07:00\","
	    "\"one\":{\"a\":\"x\"},\"list\":[{\"a\":\"y\"}],"
	    "\"texts\":[\"z\"]}",
	    "");
}

static void
test_every_mistake_at_once(void **state)
{
	(void)state;
	assert_faults("{\"text\":\"secret\",\"int\":10,\"bool\":1,"
		      "\"word\":\"secret\",\"words\":[\"red\",\"red\"],"
		      "\"date\":\"2023-02-29\",\"at\":\"2026-11-24\","
		      "\"one\":{},\"list\":[{\"a\":1},{\"a\":\"\"}],"
		      "\"texts\":[\"\"],\"secret\":1}",
	    "/text /int /bool /word /words/1 /date /at /one/a /list/0/a "
	    "/list/1/a /texts/0 /must ");
}

static void
test_wrong_kinds_and_sizes(void **state)
{
	(void)state;
	assert_faults("{\"must\":true,\"text\":\"\"}", "/text");
	assert_faults("{\"must\":true,\"text\":\"ữữữữ\"}", "/text");
	assert_faults("{\"must\":true,\"text\":\"a\\u0000b\"}", "/text");
	assert_faults("{\"must\":true,\"text\":\"a\\u001b\"}", "/text");
	assert_faults("{\"must\":true,\"text\":null}", "/text");
	assert_faults("{\"must\":true,\"int\":1.0}", "/int");
	assert_faults("{\"must\":true,\"int\":-1}", "/int");
	assert_faults("{\"must\":true,\"list\":[{},{},{}]}", "/list");
	assert_faults("{\"must\":true,\"list\":{}}", "/list");
	assert_faults("{\"must\":true,\"one\":[]}", "/one");
	assert_faults("{\"must\":true,\"words\":[\"blue\"]}", "/words/0");
	assert_faults(
	    "{\"must\":true,\"at\":\"2026-11-24T07:00:00+07:00\\u0000\"}",
	    "/at");
}

static void
test_line_ends_of_windows_are_no_fault(void **state)
{
	(void)state;
	assert_faults("{\"must\":true,\"text\":\"a\\r\\n\"}", "");
	assert_faults("{\"must\":true,\"text\":\"a\\rb\"}", "/text");
	assert_faults("{\"must\":true,\"text\":\"a\\u0085\"}", "/text");
	assert_faults("{\"must\":true,\"text\":\"a\\u007f\"}", "/text");
}

static void
test_blanks_are_no_text(void **state)
{
	(void)state;
	assert_faults("{\"must\":true,\"text\":\" \\n\"}", "/text");
	assert_faults("{\"must\":true,\"texts\":[\" \"]}", "/texts/0");
	assert_faults("{\"must\":true,\"text\":\" a\"}", "");
}

static void
test_a_word_with_a_nul_is_another_word(void **state)
{
	(void)state;
	assert_faults("{\"must\":true,\"word\":\"red\\u0000\"}", "/word");
	assert_faults(
	    "{\"must\":true,\"words\":[\"red\\u0000x\"]}", "/words/0");
}

static void
test_dates_are_real_days(void **state)
{
	static const char *const bad[] = {"2026-02-29", "2026-13-01",
	    "2026-00-10", "2026-01-00", "2026-1-01", "26-01-01", "20260101",
	    "2026-01-01T", "1899-12-31", "2026-04-31", "2026-01-0a", "",
	    "1900-02-29"};
	static const char *const good[] = {
	    "1900-02-28", "1960-01-31", "2000-02-29", "2026-12-31"};
	char body[100];

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++) {
		snprintf(body, sizeof(body), "{\"must\":true,\"date\":\"%s\"}",
		    bad[i]);
		assert_faults(body, "/date");
	}
	for (size_t i = 0; i < NELEM(good); i++) {
		snprintf(body, sizeof(body), "{\"must\":true,\"date\":\"%s\"}",
		    good[i]);
		assert_faults(body, "");
	}
}

static void
test_no_body_is_a_fault(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_false(schema_check(&schema, NULL, &faults));
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.list[0].where, "");
	faults_done(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good_bodies),
	    cmocka_unit_test(test_every_mistake_at_once),
	    cmocka_unit_test(test_wrong_kinds_and_sizes),
	    cmocka_unit_test(test_line_ends_of_windows_are_no_fault),
	    cmocka_unit_test(test_blanks_are_no_text),
	    cmocka_unit_test(test_a_word_with_a_nul_is_another_word),
	    cmocka_unit_test(test_dates_are_real_days),
	    cmocka_unit_test(test_no_body_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
