/* A talk on the telephone, as it is written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "phoned.h"

#define FROM "2026-11-24T07:00:00+07:00"
#define NOW  "2026-11-24T09:00:00+07:00"

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(instant_parse(text, &ms));
	return ms;
}

static json_t *
record(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "who",
	    "Người Trực Thử Nghiệm", "rank", "Trực ban", "number",
	    "(0269) 3 111 222", "called_at", "2026-11-24T08:00:00+07:00",
	    "paper", "15/UBND-VX");
}

/* The pointers of all faults, "/call/number /call/called_at ". */
static char *
faults_of(json_t *one)
{
	struct faults faults = {0};
	struct buf b = BUF_MAX(1000);

	clock_test_set(at(NOW));
	if (one == NULL || schema_check(&phoned_schema, one, &faults))
		phoned_check(one, "/call", at(FROM), &faults);
	for (size_t i = 0; i < faults_held(&faults); i++)
		buf_addf(&b, "%s ", faults.list[i].where);
	faults_done(&faults);
	json_decref(one);
	return buf_take(&b);
}

static void
expect(json_t *one, const char *pointers)
{
	char *found = faults_of(one);

	assert_string_equal(found, pointers);
	free(found);
}

static void
with(const char *name, const char *value, const char *pointers)
{
	json_t *one = record();

	json_object_set_new(one, name, json_string(value));
	expect(one, pointers);
}

static void
test_a_whole_one_is_well(void **state)
{
	(void)state;
	expect(NULL, "");
	expect(record(), "");
	with("called_at", FROM, "");
	with("called_at", NOW, "");
	with("number", "+84 269-3.111.222", "");
}

static void
test_each_part_is_needed(void **state)
{
	static const char *const names[] = {
	    "who", "rank", "number", "called_at", "paper"};

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++) {
		char *pointer = xasprintf("/%s ", names[i]);
		json_t *one = record();

		json_object_del(one, names[i]);
		expect(one, pointer);
		free(pointer);
	}
}

static void
test_only_a_number_is_dialled(void **state)
{
	(void)state;
	with("number", "so cua so", "/call/number ");
	with("number", "0269x111", "/call/number ");
	with("number", "---", "/call/number ");
}

static void
test_it_was_after_the_notification_and_is_over(void **state)
{
	(void)state;
	with("called_at", "2026-11-24T09:00:01+07:00", "/call/called_at ");
	with("called_at", "2026-11-24T06:59:59+07:00", "/call/called_at ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_whole_one_is_well),
	    cmocka_unit_test(test_each_part_is_needed),
	    cmocka_unit_test(test_only_a_number_is_dialled),
	    cmocka_unit_test(test_it_was_after_the_notification_and_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
