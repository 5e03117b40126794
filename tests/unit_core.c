#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "core.h"
#include "log.h"

static void
a_buffer_keeps_its_ceiling(void **state)
{
	struct buf b = BUF_MAX(5);
	char *s;

	(void)state;
	buf_adds(&b, "ab");
	buf_addf(&b, "%d", 345);
	assert_string_equal(b.data, "ab345");
	assert_false(b.over);
	buf_adds(&b, "");
	assert_false(b.over);
	buf_adds(&b, "6");
	assert_true(b.over);
	assert_string_equal(b.data, "ab345");
	s = buf_take(&b);
	assert_string_equal(s, "ab345");
	free(s);
	assert_false(b.over);
	assert_int_equal(b.max, 5);
	s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
}

static void
a_buffer_grows(void **state)
{
	struct buf b = BUF_MAX(100000);

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_add(&b, "0123456789", 10);
	assert_int_equal(b.len, 100000);
	assert_false(b.over);
	assert_int_equal(strlen(b.data), 100000);
	buf_done(&b);
	assert_null(b.data);
}

static void
faults_beyond_the_list_are_counted(void **state)
{
	struct faults f = {0};

	(void)state;
	for (int i = 0; i < FAULTS_MAX + 7; i++)
		faults_add(&f, "/x", "fault %d", i);
	assert_int_equal(f.n, FAULTS_MAX + 7);
	assert_int_equal(faults_held(&f), FAULTS_MAX);
	assert_string_equal(f.list[99].what, "fault 99");
	faults_done(&f);
	assert_int_equal(f.n, 0);
}

static void
ids_rise_while_the_clock_stands_still_or_goes_back(void **state)
{
	char a[ID_SIZE], b[ID_SIZE];

	(void)state;
	clock_test_set(1795392000123);
	id_new(a);
	assert_true(id_ok(a));
	assert_memory_equal(a, "01a205b3-d07b-7", 15);
	assert_non_null(strchr("89ab", a[19]));
	for (int i = 0; i < 200000; i++) {
		if (i == 100000)
			clock_test_set(1795391000000);
		id_new(b);
		assert_true(strcmp(a, b) < 0);
		memcpy(a, b, sizeof(a));
	}
	assert_true(id_ok(b));
}

static void
only_canonical_ids_are_ok(void **state)
{
	(void)state;
	assert_true(id_ok("0199d3a1-0000-7000-8000-00000000000f"));
	assert_false(id_ok("0199D3A1-0000-7000-8000-00000000000f"));
	assert_false(id_ok("0199d3a1-0000-7000-8000-00000000000"));
	assert_false(id_ok("0199d3a1-0000-7000-8000-00000000000f0"));
	assert_false(id_ok("0199d3a10-000-7000-8000-00000000000f"));
	assert_false(id_ok("0199d3a1-0000-7000-8000-00000000000g"));
	assert_false(id_ok(""));
}

static void
hex_goes_both_ways(void **state)
{
	unsigned char bytes[3] = {9, 9, 9};
	char text[7];

	(void)state;
	hex_encode(text, "\x00\xab\xff", 3);
	assert_string_equal(text, "00abff");
	assert_true(hex_decode(bytes, 3, "00aBFf"));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_false(hex_decode(bytes, 3, "00abf"));
	assert_false(hex_decode(bytes, 3, "00abff0"));
	assert_false(hex_decode(bytes, 3, "00abfg"));
}

static void
numbers_are_plain_decimal_within_range(void **state)
{
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "01", "-0",
	    "1.0", "0x1", "1e3", "9223372036854775808", "-9223372036854775809",
	    "99999999999999999999", "--1"};
	int64_t n = 42;

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_false(number_parse(bad[i], INT64_MIN, INT64_MAX, &n));
	assert_int_equal(n, 42);
	assert_true(number_parse("9223372036854775807", 0, INT64_MAX, &n));
	assert_true(n == INT64_MAX);
	assert_true(number_parse("-9223372036854775808", INT64_MIN, 0, &n));
	assert_true(n == INT64_MIN);
	assert_true(number_parse("0", 0, 0, &n));
	assert_int_equal(n, 0);
	assert_false(number_parse("5", 6, 9, &n));
	assert_false(number_parse("10", 6, 9, &n));
}

static void
log_levels_have_names(void **state)
{
	(void)state;
	assert_true(log_set_level("debug"));
	assert_false(log_set_level("loud"));
	assert_true(log_set_level("info"));
}

static void
strings_are_copied(void **state)
{
	char *a = xstrndup("abc", 2), *b = xstrdup("xyz"),
	     *c = xasprintf("%s%d", a, 7);
	char small[4];

	(void)state;
	assert_string_equal(a, "ab");
	assert_string_equal(b, "xyz");
	assert_string_equal(c, "ab7");
	text_copy(small, sizeof(small), "abcd");
	assert_string_equal(small, "abc");
	text_copy(small, sizeof(small), "x");
	assert_string_equal(small, "x");
	text_copy(small, sizeof(small), NULL);
	assert_string_equal(small, "");
	free(a);
	free(b);
	free(c);
}

static void
test_a_derived_id_follows_from_what_it_stands_for(void **state)
{
	static const char beside[] = "018f0000-abcd-7123-8456-0000000000ff";
	const unsigned char one[16] = {[15] = 1},
			    all[16] = {255, 255, 255, 255, 255, 255, 255, 255,
				255, 255, 255, 255, 255, 255, 255, 255};
	char id[ID_SIZE];

	(void)state;
	id_derive(id, beside, 2, one);
	assert_string_equal(id, "018f0000-abcd-7002-8000-000000000001");
	id_derive(id, beside, 0x1fff, all);
	assert_string_equal(id, "018f0000-abcd-7fff-bfff-ffffffffffff");
	assert_true(id_ok(id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_derived_id_follows_from_what_it_stands_for),
	    cmocka_unit_test(a_buffer_keeps_its_ceiling),
	    cmocka_unit_test(a_buffer_grows),
	    cmocka_unit_test(faults_beyond_the_list_are_counted),
	    cmocka_unit_test(
		ids_rise_while_the_clock_stands_still_or_goes_back),
	    cmocka_unit_test(only_canonical_ids_are_ok),
	    cmocka_unit_test(hex_goes_both_ways),
	    cmocka_unit_test(numbers_are_plain_decimal_within_range),
	    cmocka_unit_test(log_levels_have_names),
	    cmocka_unit_test(strings_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
