#include <arpa/inet.h>

#include "courier_rig.h"
#include "fetch.h"
#include "inbox.h"
#include "net.h"

#define SPOOL "kind = \"spool\"; folder = \"out\"; "

static struct rig
spool_new(void)
{
	struct rig rig = rig_new();
	char path[96];

	snprintf(path, sizeof(path), "%s/out", rig.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	return rig;
}

static void
assert_file(const struct rig *rig, const char *name, const char *expected)
{
	char path[128], text[512] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/out/%s", rig->dir, name);
	f = fopen(path, "r");
	if (f == NULL) {
		assert_null(expected);
		return;
	}
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_string_equal(text, expected);
}

static void
a_file_is_written_whole(void **state)
{
	struct rig rig = spool_new();
	const struct instance *i = rig_load(&rig, SPOOL "ascii = true;");
	struct errand e = errand_to("0900 000.001");
	struct judgement j = {0};

	(void)state;
	assert_non_null(i);
	i->kind->deliver(i->settings, &e, &j);
	assert_int_equal(j.class, ACCEPTED);
	assert_file(
	    &rig, ERRAND_ID, "To: 84900000001\nAlphabet: ISO\n\nHan con 6 gio");
	assert_file(&rig, "." ERRAND_ID ".LOCK", NULL);
	i->kind->deliver(i->settings, &e, &j);
	assert_int_equal(j.class, ACCEPTED);
	rig_done(&rig);
}

static void
names_cannot_leave_the_folder(void **state)
{
	struct rig rig = spool_new();
	const struct instance *i = rig_load(&rig, SPOOL);
	struct errand e = errand_to("0900000001");
	struct judgement j = {0};

	(void)state;
	assert_non_null(i);
	e.id = "../x";
	i->kind->deliver(i->settings, &e, &j);
	assert_int_equal(j.class, PERMANENT);
	e = errand_to("nobody");
	i->kind->deliver(i->settings, &e, &j);
	assert_int_equal(j.class, PERMANENT);
	rig_done(&rig);
}

static void
a_missing_folder_is_told(void **state)
{
	struct rig rig = rig_new();

	(void)state;
	assert_null(rig_load(&rig, SPOOL));
	assert_true(rig_said(&rig, "must be a folder"));
	rig_done(&rig);
}

static void
assert_reply(const char *file, size_t len, const char *from, const char *text)
{
	/* Exactly as long as it is, so that ASan sees a step too far. */
	char *copy = xcalloc(len, 1);
	struct reply r;

	memcpy(copy, file, len);
	assert_int_equal(reply_parse(copy, len, &r), from != NULL);
	if (from != NULL) {
		assert_string_equal(r.from, from);
		assert_string_equal(r.text, text);
	}
	reply_done(&r);
	free(copy);
}
#define REPLY(s, from, text) assert_reply(s, sizeof(s) - 1, from, text)

static void
replies_are_read(void **state)
{
	(void)state;
	REPLY("From: 849\n\nOK K7Q2MX", "849", "OK K7Q2MX");
	REPLY("From: 849\r\nSent: x\r\n\r\nOK\n", "849", "OK\n");
	REPLY("FROM:849\nFrom: 850\n\n", "849", "");
	REPLY("From: 1\nAlphabet: UCS2\n\n\0O\0K\x1e\xbf", "1", "OKế");
	REPLY("From: 1\nAlphabet: UCS2\n\n\xd8\x3d\xde\x00", "1", "😀");
	REPLY("From: 1\nAlphabet: UCS2\n\n\xd8\x3d\0A\xde", "1", "?A");
	REPLY("From: 1\n\nd\xe3 r\xf5", "1", "dã rõ");
	REPLY("From: 1\n\nO\0K", "1", "OK");
	REPLY("From: Đỗ\n\nO", "Đỗ", "O");
}

static void
what_is_no_reply_is_refused(void **state)
{
	(void)state;
	REPLY("", NULL, NULL);
	REPLY("\n\nOK", NULL, NULL);
	REPLY("From: 1\nOK", NULL, NULL);
	REPLY("From: \n\nOK", NULL, NULL);
	REPLY("From:\n\nOK", NULL, NULL);
	REPLY("From\n\nOK", NULL, NULL);
	REPLY("From: \xff\n\nOK", NULL, NULL);
	REPLY("To: 1\n\nFrom: 2", NULL, NULL);
}

static bool
is_private(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_is_private((struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_is_private((struct sockaddr *)&in6);
}

static void
private_addresses_are_known(void **state)
{
	static const char *const inside[] = {"0.0.0.0", "10.1.2.3",
	    "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254",
	    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
	    "192.168.1.1", "198.18.0.1", "198.19.255.255", "224.0.0.1",
	    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fdff::1",
	    "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1",
	    "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "2001:db8::1"};
	static const char *const outside[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1",
	    "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.20.0.0",
	    "223.255.255.255", "2400:cb00::1", "2001:4860::1",
	    "::ffff:1.1.1.1"};

	(void)state;
	for (size_t i = 0; i < NELEM(inside); i++)
		if (!is_private(inside[i]))
			fail_msg("%s is inside", inside[i]);
	for (size_t i = 0; i < NELEM(outside); i++)
		if (is_private(outside[i]))
			fail_msg("%s is outside", outside[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_written_whole),
	    cmocka_unit_test(names_cannot_leave_the_folder),
	    cmocka_unit_test(a_missing_folder_is_told),
	    cmocka_unit_test(replies_are_read),
	    cmocka_unit_test(what_is_no_reply_is_refused),
	    cmocka_unit_test(private_addresses_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
