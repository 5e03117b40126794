#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "token.h"

static void
test_what_is_made_is_read(void **state)
{
	static const struct token kinds[] = {
	    {.kind = TOKEN_AGENCY, .code = "truong1"},
	    {.kind = TOKEN_FORM, .code = "truong1"},
	    {.kind = TOKEN_MEMBER},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(kinds); i++) {
		struct token made = kinds[i], found;
		char *text = token_make(&made);

		assert_true(token_parse(text, &found));
		assert_int_equal(found.kind, kinds[i].kind);
		assert_string_equal(found.code, kinds[i].code);
		assert_string_equal(found.id, made.id);
		assert_memory_equal(found.hash, made.hash, HASH_SIZE);
		seal_free(text);
	}
}

/* Any one sign that changed is seen by form or checksum. */
static void
test_a_changed_sign_is_refused(void **state)
{
	struct token made = {.kind = TOKEN_AGENCY, .code = "truong1"}, found;
	char *text = token_make(&made);

	(void)state;
	for (size_t i = 0; i < strlen(text); i++) {
		char old = text[i];

		text[i] = old == 'a' ? 'b' : 'a';
		assert_false(token_parse(text, &found));
		text[i] = '\0';
		assert_false(token_parse(text, &found));
		text[i] = old;
	}
	assert_true(token_parse(text, &found));
	seal_free(text);
}

static void
test_rubbish_is_refused(void **state)
{
	static const char *const texts[] = {"", "h", "hla", "hla_", "hlm_",
	    "hlf_", "hlf_ab", "hla__", "hla_a_", "hlm____", "hla_abc___",
	    "hla_TRUONG1_0_0_0", "Bearer x"};
	struct token found;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++)
		assert_false(token_parse(texts[i], &found));
}

static void
test_two_are_never_the_same(void **state)
{
	struct token a = {.kind = TOKEN_MEMBER}, b = a;
	char *one = token_make(&a), *two = token_make(&b);

	(void)state;
	assert_string_not_equal(one, two);
	assert_memory_not_equal(a.hash, b.hash, HASH_SIZE);
	seal_free(one);
	seal_free(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_made_is_read),
	    cmocka_unit_test(test_a_changed_sign_is_refused),
	    cmocka_unit_test(test_rubbish_is_refused),
	    cmocka_unit_test(test_two_are_never_the_same),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
