#include "courier_rig.h"
#include "mail_text.h"

static void
assert_words(const char *s, size_t used, const char *expected)
{
	char *words = mail_words(s, used);

	assert_string_equal(words, expected);
	free(words);
}

/* The vectors were made by Python's email.header and checked by eye. */
static void
plain_ascii_stays(void **state)
{
	(void)state;
	assert_words("Case K7Q2: 6 h left", 9, "Case K7Q2: 6 h left");
	assert_words("", 9, "");
	assert_words("a\r\nBcc: b\tc\x7f", 9, "a  Bcc: b c ");
}

static void
vietnamese_is_encoded(void **state)
{
	(void)state;
	assert_words(
	    "Hạn còn 6 giờ", 9, "=?UTF-8?B?SOG6oW4gY8OybiA2IGdp4bud?=");
	assert_words("Đỗ", 9, "=?UTF-8?B?xJDhu5c=?=");
	assert_words("=?UTF-8?B?xx?=", 9, "=?UTF-8?B?PT9VVEYtOD9CP3h4Pz0=?=");
}

/* Undo it, and hold each word and line against RFC 2047, 2. */
static void
assert_folds(const char *s, size_t used)
{
	char *words = mail_words(s, used), *at = words;
	char *back = xcalloc(strlen(s) + 1, 1);

	while (*at != '\0') {
		size_t n = strcspn(at, "\r"), len;
		char *coded = xstrndup(at + 10, n - 12);
		unsigned char *bytes = base64_decode(coded, &len);

		assert_true(n <= 75 && used + n <= 76);
		assert_memory_equal(at, "=?UTF-8?B?", 10);
		assert_memory_equal(at + n - 2, "?=", 2);
		assert_non_null(bytes);
		assert_true(((unsigned char)bytes[0] & 0xc0) != 0x80);
		memcpy(back + strlen(back), bytes, len);
		free(bytes);
		free(coded);
		at += n;
		if (*at != '\0') {
			assert_memory_equal(at, "\r\n =?", 5);
			at += 3;
		}
		used = 1;
	}
	assert_string_equal(back, s);
	free(back);
	free(words);
}

static void
long_subjects_fold_between_characters(void **state)
{
	char text[400] = "";

	(void)state;
	for (size_t i = 0; i < 90; i++) {
		memcpy(text + strlen(text), "ệ", strlen("ệ") + 1);
		assert_folds(text, 9);
	}
	memcpy(text, "xx", 2);
	assert_folds(
	    "Khẩn: hồ sơ K7Q2 của phường Thử Nghiệm, còn 6 giờ 😀😀😀", 9);
}

static void
long_ascii_folds_too(void **state)
{
	char text[200];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[67] = '\0';
	assert_words(text, 9, text);
	text[67] = 'a';
	text[199] = '\0';
	assert_folds(text, 9);
}

static void
dates_are_those_of_rfc_5322(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
	    {0, "Thu, 01 Jan 1970 00:00:00 +0000"},
	    {1795478400000, "Tue, 24 Nov 2026 00:00:00 +0000"},
	    {951782399999, "Mon, 28 Feb 2000 23:59:59 +0000"},
	    {951868799000, "Tue, 29 Feb 2000 23:59:59 +0000"},
	    {1798761599000, "Thu, 31 Dec 2026 23:59:59 +0000"},
	};
	char date[MAIL_DATE_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		mail_date(date, rows[i].ms);
		assert_string_equal(date, rows[i].text);
	}
}

static void
addresses_are_plain(void **state)
{
	static const char *const good[] = {
	    "an@phuong.test", "an+1@a.b", "o'hara@x.test"};
	static const char *const bad[] = {"", "an", "@x", "an@", "a@b@c",
	    "a b@c", "a@b\r\n", "<a@b>", "a@b>", "đ@x", "-f@x", "a,b@c",
	    "\"a\"@b", "a;b@c", "a\x7f@b"};

	(void)state;
	for (size_t i = 0; i < NELEM(good); i++)
		assert_true(mail_address_ok(good[i]));
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_false(mail_address_ok(bad[i]));
}

static struct judgement
judged(const struct instance *i, struct answer a)
{
	struct judgement j = {0};

	i->kind->judge(i->settings, &a, &j);
	return j;
}

#define EMAIL                                                                  \
	"kind = \"email\"; server = \"mail.test\"; from = \"a@phuong.test\"; "

static void
the_transfer_is_whole(void **state)
{
	struct rig rig = rig_new();
	const struct instance *i = rig_load(&rig, EMAIL "tls = \"smtps\";");
	struct errand e = errand_to("an@x.test");
	struct transfer t = {0};

	(void)state;
	assert_non_null(i);
	assert_true(i->kind->prepare(i->settings, &e, &t));
	assert_string_equal(t.url, "smtps://mail.test:465/phuong.test");
	assert_string_equal(t.mail_from, "<a@phuong.test>");
	assert_string_equal(t.mail_to, "<an@x.test>");
	assert_int_equal(t.tls, TLS_SMTPS);
	assert_string_equal(t.body,
	    "From: <a@phuong.test>\r\n"
	    "To: <an@x.test>\r\n"
	    "Subject: =?UTF-8?B?SOG7kyBzxqEgSzdRMg==?=\r\n"
	    "Date: Tue, 24 Nov 2026 00:00:00 +0000\r\n"
	    "Message-ID: <" ERRAND_ID "@phuong.test>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "SOG6oW4gY8OybiA2IGdp4budDQo=\r\n");
	assert_int_equal(t.body_len, strlen(t.body));
	transfer_done(&t);
	rig_done(&rig);
}

static void
ports_follow_the_tls_mode(void **state)
{
	static const struct {
		const char *keys, *url;
	} rows[] = {
	    {EMAIL "tls = \"off\";", "smtp://mail.test:25/phuong.test"},
	    {EMAIL "tls = \"optional\";", "smtp://mail.test:25/phuong.test"},
	    {EMAIL "tls = \"required\";", "smtp://mail.test:587/phuong.test"},
	    {EMAIL "tls = \"required\"; port = 2525;",
		"smtp://mail.test:2525/phuong.test"},
	};
	struct errand e = errand_to("an@x.test");
	struct rig rig = rig_new();

	(void)state;
	for (size_t r = 0; r < NELEM(rows); r++) {
		const struct instance *i = rig_load(&rig, rows[r].keys);
		struct transfer t = {0};

		assert_non_null(i);
		assert_true(i->kind->prepare(i->settings, &e, &t));
		assert_string_equal(t.url, rows[r].url);
		transfer_done(&t);
	}
	rig_done(&rig);
}

static void
a_password_wants_tls(void **state)
{
	struct rig rig = rig_new();
	const struct instance *i;
	struct errand e = errand_to("an@x.test");
	struct transfer t = {0};

	(void)state;
	rig_file(&rig, "password", "  mật khẩu \n");
	i = rig_load(&rig, EMAIL "tls = \"optional\"; user = \"u\"; "
				 "password_file = \"password\";");
	assert_null(i);
	assert_true(rig_said(&rig, "a password needs tls"));
	i = rig_load(&rig, EMAIL "tls = \"required\"; user = \"u\"; "
				 "password_file = \"password\";");
	assert_non_null(i);
	assert_true(i->kind->prepare(i->settings, &e, &t));
	assert_string_equal(t.password, "mật khẩu");
	transfer_done(&t);
	rig_done(&rig);
}

static void
answers_have_their_class(void **state)
{
	static const struct {
		struct answer a;
		enum class class;
		int code;
	} rows[] = {
	    {{.is_sent = true, .is_whole = true, .status = 250}, ACCEPTED, 250},
	    {{.error = 7}, TRANSIENT, 7},
	    {{.error = 60, .is_hopeless = true}, PERMANENT, 60},
	    {{.error = 56, .status = 421}, TRANSIENT, 421},
	    {{.error = 8, .status = 554}, PERMANENT, 554},
	    {{.error = 67, .status = 535, .is_hopeless = true}, PERMANENT, 535},
	    {{.error = 28, .status = 354}, TRANSIENT, 354},
	    {{.error = 28, .status = 354, .is_sent = true}, AMBIGUOUS, 354},
	    {{.error = 8, .status = 451, .is_sent = true}, TRANSIENT, 451},
	    {{.error = 8, .status = 550, .is_sent = true}, PERMANENT, 550},
	};
	struct rig rig = rig_new();
	const struct instance *i = rig_load(&rig, EMAIL "tls = \"off\";");

	(void)state;
	assert_non_null(i);
	for (size_t r = 0; r < NELEM(rows); r++) {
		struct judgement j = judged(i, rows[r].a);

		assert_int_equal(j.class, rows[r].class);
		assert_int_equal(j.code, rows[r].code);
	}
	rig_done(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_ascii_stays),
	    cmocka_unit_test(vietnamese_is_encoded),
	    cmocka_unit_test(long_subjects_fold_between_characters),
	    cmocka_unit_test(long_ascii_folds_too),
	    cmocka_unit_test(dates_are_those_of_rfc_5322),
	    cmocka_unit_test(addresses_are_plain),
	    cmocka_unit_test(the_transfer_is_whole),
	    cmocka_unit_test(ports_follow_the_tls_mode),
	    cmocka_unit_test(a_password_wants_tls),
	    cmocka_unit_test(answers_have_their_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
