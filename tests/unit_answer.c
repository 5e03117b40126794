/* Links and answer codes: the same on every attempt, known only by hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"

#define ONE "018f0000-0000-7000-8000-000000000001"
#define TWO "018f0000-0000-7000-8000-000000000002"

static const struct key key = {.bytes = {1, 2, 3}};

static void
test_every_attempt_carries_the_same(void **state)
{
	struct answer a, b;

	(void)state;
	answer_make(&key, ONE, &a);
	answer_make(&key, ONE, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(strlen(a.token), 32);
	assert_int_equal(strlen(a.code), 6);
	assert_int_equal(strspn(a.code, ANSWER_LETTERS), 6);
}

static void
test_other_deliveries_and_keys_differ(void **state)
{
	const struct key other = {.bytes = {1, 2, 4}};
	struct answer a, b;

	(void)state;
	answer_make(&key, ONE, &a);
	answer_make(&key, TWO, &b);
	assert_string_not_equal(a.token, b.token);
	assert_string_not_equal(a.code, b.code);
	answer_make(&other, ONE, &b);
	assert_string_not_equal(a.token, b.token);
	assert_string_not_equal(a.code, b.code);
}

static void
test_hashes_are_found_again(void **state)
{
	unsigned char hash[HASH_SIZE];
	struct answer a;

	(void)state;
	answer_make(&key, ONE, &a);
	assert_true(answer_token_hash(a.token, hash));
	assert_memory_equal(hash, a.token_hash, sizeof(hash));
	answer_code_hash(&key, a.code, hash);
	assert_memory_equal(hash, a.code_hash, sizeof(hash));
	assert_false(answer_token_hash(NULL, hash));
	assert_false(answer_token_hash("", hash));
	assert_false(answer_token_hash("zz", hash));
	a.token[31] = '\0';
	assert_false(answer_token_hash(a.token, hash));
}

static void
test_codes_in_what_people_write(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first;
	} rows[] = {
	    {"OK K7Q2MX", 1, "K7Q2MX"},
	    {"k7q2mx", 1, "K7Q2MX"},
	    {"  Dạ vâng: k7q2mX, cảm ơn!", 1, "K7Q2MX"},
	    {"\"OK K7Q2MX.\"", 1, "K7Q2MX"},
	    {"OK", 0, ""},
	    {"", 0, ""},
	    {"K7Q2M", 0, ""},
	    {"K7Q2MXX", 0, ""},
	    {"K7Q2M0", 0, ""},
	    {"ăK7Q2MX", 0, ""},
	    {"A7Q2MX B7Q2MX C7Q2MX D7Q2MX E7Q2MX F7Q2MX G7Q2MX H7Q2MX J7Q2MX",
		ANSWER_CODES, "A7Q2MX"},
	};
	char codes[ANSWER_CODES][ANSWER_CODE + 1];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		assert_int_equal(answer_codes(rows[i].text, codes), rows[i].n);
		if (rows[i].n > 0)
			assert_string_equal(codes[0], rows[i].first);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_attempt_carries_the_same),
	    cmocka_unit_test(test_other_deliveries_and_keys_differ),
	    cmocka_unit_test(test_hashes_are_found_again),
	    cmocka_unit_test(test_codes_in_what_people_write),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
