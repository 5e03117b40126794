#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "text.h"

struct row {
	const char *in, *out; /* out NULL: refused */
};

static void
check(char *(*make)(const char *), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *out = make(rows[i].in);

		if (rows[i].out == NULL)
			assert_null(out);
		else
			assert_string_equal(out, rows[i].out);
		free(out);
	}
}

static void
names_fold_alike(void **state)
{
	static const struct row rows[] = {
	    {"Trẻ Thử Nghiệm Một", "tre thu nghiem mot"},
	    /* the same, decomposed */
	    {"Tre\u0309 Thu\u031b\u0309 Nghie\u0323\u0302m M\u00f4\u0323t",
		"tre thu nghiem mot"},
	    {"ĐẶNG Đức", "dang duc"},
	    {"\u00d0\u1eb6NG \u00d0\u1ee9c", "dang duc"}, /* eth for d */
	    {"  Phường\t\n An\u00a0Khê ", "phuong an khe"}, {"H'Thử", "hthu"},
	    {"H\u2019Thử", "hthu"}, {"H\u02bcThử", "hthu"},
	    {"K\u00b4Thử", "kthu"}, {"K\uff07Thử", "kthu"}, {"Y-Thử", "ythu"},
	    {"Y\u2011Thử", "ythu"}, {"Ƀơ̆k ƀă", "bok ba"},
	    {"Rơ\u200bChâm", "rocham"}, {"Ｎｇｕｙｅｎ", "nguyen"}, {"", ""},
	    {" \t ", ""}, {"a\xff", NULL},
	    {"\xed\xa0\x80", NULL}, /* half of a surrogate pair */
	    {"\xc0\xaf", NULL},	    /* too long a form */
	};

	(void)state;
	check(text_fold, rows, NELEM(rows));
}

static void
folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (uint32_t c = 0x20; c < 0x20000; c++) {
		char s[8], *once, *twice;
		size_t n = 0;

		if (c >= 0xd800 && c < 0xe000)
			continue;
		if (c < 0x80) {
			s[n++] = (char)c;
		} else if (c < 0x800) {
			s[n++] = (char)(0xc0 | c >> 6);
			s[n++] = (char)(0x80 | (c & 63));
		} else if (c < 0x10000) {
			s[n++] = (char)(0xe0 | c >> 12);
			s[n++] = (char)(0x80 | (c >> 6 & 63));
			s[n++] = (char)(0x80 | (c & 63));
		} else {
			s[n++] = (char)(0xf0 | c >> 18);
			s[n++] = (char)(0x80 | (c >> 12 & 63));
			s[n++] = (char)(0x80 | (c >> 6 & 63));
			s[n++] = (char)(0x80 | (c & 63));
		}
		s[n] = '\0';
		once = text_fold(s);
		assert_non_null(once);
		twice = text_fold(once);
		if (strcmp(once, twice) != 0)
			fail_msg("U+%04X: %s then %s", c, once, twice);
		free(once);
		free(twice);
	}
}

static void
text_is_composed_and_free_of_controls(void **state)
{
	static const struct row rows[] = {
	    {"e\u0302\u0301", "ế"},
	    {"một\nhai\tba", "một\nhai\tba"},
	    {"một\r\nhai", "một\nhai"},
	    {"một\rhai", NULL},
	    {"a\x01", NULL},
	    {"a\x7f", NULL},
	    {"a\xc2\x85", NULL},
	    {"a\u00a0b", "a\u00a0b"},
	    {"\xff", NULL},
	    {"\xc2", NULL},
	    {"", ""},
	};

	(void)state;
	check(text_nfc, rows, NELEM(rows));
}

static void
phones_have_one_form(void **state)
{
	static const struct row rows[] = {
	    {"0905 000 111", "84905000111"},
	    {"+84 905.000.111", "84905000111"},
	    {"0084905000111", "84905000111"},
	    {"84905000111", "84905000111"},
	    {"+84 0905 000 111", "84905000111"},
	    {"(0269) 3 000 111", "842693000111"},
	    /* 084 is a network of ours, not the country */
	    {"0840000111", "84840000111"},
	    {"111", "111"},
	    {"+61 400 000 111", "61400000111"},
	    {"không có", ""},
	    {"", ""},
	    {"0", "84"},
	    {"00", ""},
	};

	(void)state;
	check(text_phone, rows, NELEM(rows));
}

static void
ascii_is_what_a_short_message_holds(void **state)
{
	static const struct row rows[] = {
	    {"Còn 6 giờ – Phường Đống Đa…", "Con 6 gio - Phuong Dong Da..."},
	    {"“được” ‘ạ’", "\"duoc\" 'a'"},
	    {"a\nb\tc☎", "a\nbc"},
	    {"\xff", ""},
	};

	(void)state;
	check(text_ascii, rows, NELEM(rows));
}

static void
utf8_is_recognised(void **state)
{
	(void)state;
	assert_true(text_is_utf8("được", strlen("được")));
	assert_true(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xe1\xbb", 2));
	assert_false(text_is_utf8("\xf5\x80\x80\x80", 4));
	assert_true(text_is_utf8("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_fold_alike),
	    cmocka_unit_test(folding_twice_changes_nothing),
	    cmocka_unit_test(text_is_composed_and_free_of_controls),
	    cmocka_unit_test(phones_have_one_form),
	    cmocka_unit_test(ascii_is_what_a_short_message_holds),
	    cmocka_unit_test(utf8_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
