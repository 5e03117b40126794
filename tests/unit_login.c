/* One-time codes against RFC 6238, passwords against argon2's own vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "password.h"
#include "seal_login.h"

/* 65 signs. */
#define TEN  "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN "01234"

static const unsigned char secret[] = "12345678901234567890";

/* RFC 6238, appendix B: the last six of its eight digits. */
static void
codes_are_those_of_the_rfc(void **state)
{
	static const struct {
		uint64_t at_s;
		const char *code;
	} rows[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		char code[7];

		totp_code(secret, rows[i].at_s / TOTP_STEP, code);
		assert_string_equal(code, rows[i].code);
	}
}

static void
a_code_is_good_one_step_around_and_once(void **state)
{
	const uint64_t at = 1111111111, step = at / TOTP_STEP;

	(void)state;
	assert_int_equal(totp_match(secret, "050471", at, 0), step);
	assert_int_equal(totp_match(secret, "050471", at + 30, 0), step);
	assert_int_equal(totp_match(secret, "050471", at - 30, 0), step);
	assert_int_equal(totp_match(secret, "050471", at + 60, 0), 0);
	assert_int_equal(totp_match(secret, "050471", at - 60, 0), 0);
	assert_int_equal(totp_match(secret, "050471", at, step), 0);
	assert_int_equal(totp_match(secret, "050471", at, step - 1), step);
	assert_int_equal(totp_match(secret, "050472", at, 0), 0);
	assert_int_equal(totp_match(secret, "50471", at, 0), 0);
	assert_int_equal(totp_match(secret, "", at, 0), 0);
}

static void
the_secret_is_base32(void **state)
{
	char text[TOTP_TEXT];

	(void)state;
	totp_text(text, secret);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

static void
a_hash_depends_on_password_and_salt_alone(void **state)
{
	unsigned char a[HASH_SIZE], b[HASH_SIZE];
	unsigned char salt[SALT_SIZE] = {0}, other[SALT_SIZE] = {1};

	(void)state;
	assert_true(password_hash("mot mat khau dai", salt, a));
	assert_true(password_hash("mot mat khau dai", salt, b));
	assert_memory_equal(a, b, HASH_SIZE);
	assert_true(password_hash("mot mat khau dai", other, b));
	assert_memory_not_equal(a, b, HASH_SIZE);
	assert_true(password_hash("mot mat khau dao", salt, b));
	assert_memory_not_equal(a, b, HASH_SIZE);
}

static void
bad_passwords_are_told_and_long_ones_taken(void **state)
{
	static const char *const bad[] = {"", "1234567", "12345678", "matkhau1",
	    "MatKhau123", "password", "Iloveyou1", "aaaaaaaaaa", "canbo.mot",
	    "CANBO.MOT", "xxcanbo.motxx"};
	static const char *const good[] = {
	    "sau con meo mun", "mật khẩu dài và riêng", LONG};

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++)
		if (password_fault(bad[i], "canbo.mot") == NULL)
			fail_msg("taken: %s", bad[i]);
	for (size_t i = 0; i < NELEM(good); i++)
		assert_null(password_fault(good[i], "canbo.mot"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_those_of_the_rfc),
	    cmocka_unit_test(a_code_is_good_one_step_around_and_once),
	    cmocka_unit_test(the_secret_is_base32),
	    cmocka_unit_test(a_hash_depends_on_password_and_salt_alone),
	    cmocka_unit_test(bad_passwords_are_told_and_long_ones_taken),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
