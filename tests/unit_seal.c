#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal.h"

static const struct place here = {"children", "name", "row-1"};

static void
sealed_text_opens_where_it_was_sealed(void **state)
{
	struct key key;
	unsigned char *sealed;
	char *plain = NULL;
	size_t n;

	(void)state;
	key_random(&key);
	sealed = seal(&key, &here, "Trẻ", 5, &n);
	assert_int_equal(n, 5 + SEAL_EXTRA);
	assert_int_equal(unseal(&key, &here, sealed, n, &plain), OK);
	assert_string_equal(plain, "Trẻ");
	seal_free(plain);
	free(sealed);
	sealed = seal(&key, &here, "", 0, &n);
	assert_int_equal(unseal(&key, &here, sealed, n, &plain), OK);
	assert_string_equal(plain, "");
	seal_free(plain);
	free(sealed);
	seal_free(NULL);
}

static void
moved_or_changed_it_does_not_open(void **state)
{
	static const struct place elsewhere[] = {
	    {"alleged", "name", "row-1"},
	    {"children", "place", "row-1"},
	    {"children", "name", "row-2"},
	};
	struct key key, newer;
	unsigned char *sealed;
	char *plain = NULL;
	size_t n;

	(void)state;
	key_random(&key);
	sealed = seal(&key, &here, "abc", 3, &n);
	for (size_t i = 0; i < NELEM(elsewhere); i++)
		assert_int_equal(
		    unseal(&key, &elsewhere[i], sealed, n, &plain), INVALID);
	newer = key;
	newer.version++;
	assert_int_equal(unseal(&newer, &here, sealed, n, &plain), INVALID);
	for (size_t i = 0; i < n; i++) {
		sealed[i] ^= 1;
		assert_int_equal(
		    unseal(&key, &here, sealed, n, &plain), INVALID);
		sealed[i] ^= 1;
		assert_int_equal(
		    unseal(&key, &here, sealed, i, &plain), INVALID);
	}
	assert_int_equal(unseal(&key, &here, NULL, 0, &plain), INVALID);
	assert_null(plain);
	free(sealed);
}

static void
no_two_sealings_are_alike(void **state)
{
	struct key key;
	size_t n, m;
	unsigned char *a, *b;

	(void)state;
	key_random(&key);
	a = seal(&key, &here, "abc", 3, &n);
	b = seal(&key, &here, "abc", 3, &m);
	assert_int_equal(n, m);
	assert_memory_not_equal(a, b, n);
	free(a);
	free(b);
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

#define DIGITS "000102030405060708090a0b0c0d0e0f"

static void
a_key_file_is_private_and_whole(void **state)
{
	char dir[] = "/tmp/unit_seal.XXXXXX", path[64];
	struct key key = {.version = 9}, other;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	assert_int_equal(key_read(path, &key), NOT_FOUND);
	put_file(path, DIGITS DIGITS "\n", 0600);
	assert_int_equal(key_read(path, &key), OK);
	assert_int_equal(key.bytes[15], 15);
	assert_int_equal(key.version, 1);
	put_file(path, DIGITS DIGITS, 0400);
	assert_int_equal(key_read(path, &other), OK);
	assert_memory_equal(key.bytes, other.bytes, KEY_SIZE);
	put_file(path, DIGITS DIGITS "\n", 0640);
	assert_int_equal(key_read(path, &other), INVALID);
	put_file(path, DIGITS DIGITS "00\n", 0600);
	assert_int_equal(key_read(path, &other), INVALID);
	put_file(path, DIGITS "\n", 0600);
	assert_int_equal(key_read(path, &other), INVALID);
	put_file(path, "", 0600);
	assert_int_equal(key_read(path, &other), INVALID);
	assert_int_equal(key_read(dir, &other), INVALID);
	assert_int_equal(key_write_new(path), CONFLICT);
	unlink(path);
	assert_int_equal(key_write_new(path), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(key_read(path, &other), OK);
	assert_memory_not_equal(key.bytes, other.bytes, KEY_SIZE);
	unlink(path);
	rmdir(dir);
	assert_int_equal(key_write_new(path), FAILED);
}

static void
derived_keys_differ_by_purpose(void **state)
{
	struct key master = {.bytes = {1}, .version = 3}, a, b, again;

	(void)state;
	key_derive(&master, "wrap", &a);
	key_derive(&master, "blind", &b);
	key_derive(&master, "wrap", &again);
	assert_memory_not_equal(a.bytes, b.bytes, KEY_SIZE);
	assert_memory_equal(a.bytes, again.bytes, KEY_SIZE);
	assert_int_equal(a.version, 3);
	key_derive(&master, "wrap", &master);
	assert_memory_equal(a.bytes, master.bytes, KEY_SIZE);
}

static void
blind_indexes_depend_on_key_kind_and_text(void **state)
{
	struct key key = {.bytes = {1}}, other = {.bytes = {2}};
	unsigned char a[BLIND_SIZE], b[BLIND_SIZE];

	(void)state;
	blind_index(&key, "name", "abc", a);
	blind_index(&key, "name", "abc", b);
	assert_memory_equal(a, b, BLIND_SIZE);
	blind_index(&key, "namea", "bc", b);
	assert_memory_not_equal(a, b, BLIND_SIZE);
	blind_index(&key, "name", "abd", b);
	assert_memory_not_equal(a, b, BLIND_SIZE);
	blind_index(&other, "name", "abc", b);
	assert_memory_not_equal(a, b, BLIND_SIZE);
}

static void
hashes_are_the_published_ones(void **state)
{
	unsigned char out[HASH_SIZE], parts[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	struct hash h;

	(void)state;
	hash_of("abc", 3, out);
	hex_encode(hex, out, sizeof(out));
	assert_string_equal(hex, "bddd813c634239723171ef3fee98579b"
				 "94964e3bb1cb3e427262c8c068d52319");
	hash_init(&h);
	hash_add(&h, "a", 1);
	hash_add(&h, "", 0);
	hash_add(&h, "bc", 2);
	hash_end(&h, parts);
	assert_memory_equal(out, parts, HASH_SIZE);
	/* RFC 4231, test case 2 */
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	hex_encode(hex, out, sizeof(out));
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c7"
				 "5a003f089d2739839dec58b964ec3843");
}

static void
base64_goes_both_ways(void **state)
{
	static const char *const bad[] = {"YW", "YWI", "Y===", "YW==x",
	    "Y W=", "YWJj\n", "YW===", "-_==", "YX=="};
	unsigned char all[256], *back;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	for (size_t len = 0; len <= sizeof(all); len++) {
		char *s = base64_encode(all, len);

		back = base64_decode(s, &n);
		assert_non_null(back);
		assert_int_equal(n, len);
		assert_memory_equal(back, all, len);
		free(back);
		free(s);
	}
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_null(base64_decode(bad[i], &n));
}

static void
random_texts_use_all_letters(void **state)
{
	char text[1001];

	(void)state;
	random_text(text, 1000, "abc");
	assert_int_equal(strlen(text), 1000);
	assert_int_equal(strspn(text, "abc"), 1000);
	assert_non_null(strchr(text, 'a'));
	assert_non_null(strchr(text, 'c'));
	for (int i = 0; i < 1000; i++)
		assert_true(random_below(7) < 7);
	assert_true(equal_ct("abc", "abc", 3));
	assert_false(equal_ct("abc", "abd", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sealed_text_opens_where_it_was_sealed),
	    cmocka_unit_test(moved_or_changed_it_does_not_open),
	    cmocka_unit_test(no_two_sealings_are_alike),
	    cmocka_unit_test(a_key_file_is_private_and_whole),
	    cmocka_unit_test(derived_keys_differ_by_purpose),
	    cmocka_unit_test(blind_indexes_depend_on_key_kind_and_text),
	    cmocka_unit_test(hashes_are_the_published_ones),
	    cmocka_unit_test(base64_goes_both_ways),
	    cmocka_unit_test(random_texts_use_all_letters),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
