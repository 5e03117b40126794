/* Files for one reader: whole, changed, cut off, for somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "seal_stream.h"

static int
temporary(const void *p, size_t n)
{
	char path[] = "/tmp/unit-stream-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, p, n), n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static char *
contents(int fd, size_t *n)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char *p = xcalloc((size_t)end + 1, 1);

	lseek(fd, 0, SEEK_SET);
	*n = (size_t)end;
	assert_int_equal(read(fd, p, *n), *n);
	return p;
}

/* n bytes sealed for the reader whose secret is secret. */
static char *
sealed(const struct key *secret, size_t n, size_t *len)
{
	unsigned char reader[KEY_SIZE];
	char *plain = xcalloc(n + 1, 1), *out;
	int from, to = temporary("", 0);

	for (size_t i = 0; i < n; i++)
		plain[i] = (char)(i * 31 % 251);
	from = temporary(plain, n);
	reader_public(secret, reader);
	assert_int_equal(stream_seal(reader, "{\"a\":1}", from, to), OK);
	out = contents(to, len);
	close(from);
	close(to);
	free(plain);
	return out;
}

static enum outcome
opens(const struct key *secret, const char *p, size_t n, size_t want)
{
	int from = temporary(p, n), to = temporary("", 0);
	char *head = NULL;
	enum outcome how = stream_open(secret, from, to, &head);

	if (how == OK) {
		size_t len;
		char *plain = contents(to, &len);

		assert_string_equal(head, "{\"a\":1}");
		assert_int_equal(len, want);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(plain[i], (char)(i * 31 % 251));
		free(plain);
	} else {
		assert_null(head);
	}
	free(head);
	close(from);
	close(to);
	return how;
}

static void
test_what_was_sealed_opens(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
	struct key secret;

	(void)state;
	key_random(&secret);
	for (size_t i = 0; i < NELEM(sizes); i++) {
		size_t n;
		char *p = sealed(&secret, sizes[i], &n);

		assert_int_equal(opens(&secret, p, n, sizes[i]), OK);
		free(p);
	}
}

static void
test_nobody_else_opens_it(void **state)
{
	struct key secret, other;
	size_t n;
	char *p;

	(void)state;
	key_random(&secret);
	key_random(&other);
	p = sealed(&secret, 1000, &n);
	assert_int_equal(opens(&other, p, n, 1000), INVALID);
	free(p);
}

static void
test_every_changed_byte_is_found(void **state)
{
	struct key secret;
	size_t n;
	char *p;

	(void)state;
	key_random(&secret);
	p = sealed(&secret, 200, &n);
	for (size_t i = 0; i < n; i++) {
		p[i] ^= 1;
		assert_int_equal(opens(&secret, p, n, 200), INVALID);
		p[i] ^= 1;
	}
	free(p);
}

static void
test_nothing_may_be_cut_off_or_added(void **state)
{
	struct key secret;
	size_t n;
	char *p;

	(void)state;
	key_random(&secret);
	p = sealed(&secret, 200000, &n);
	for (size_t cut = 1; cut < n; cut += 997)
		assert_int_equal(opens(&secret, p, n - cut, 0), INVALID);
	p = xrealloc(p, n + 1, 1);
	p[n] = 0;
	assert_int_equal(opens(&secret, p, n + 1, 0), INVALID);
	free(p);
}

static int
start(void **state)
{
	(void)state;
	return seal_init() ? 0 : 1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_sealed_opens),
	    cmocka_unit_test(test_nobody_else_opens_it),
	    cmocka_unit_test(test_every_changed_byte_is_found),
	    cmocka_unit_test(test_nothing_may_be_cut_off_or_added),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
