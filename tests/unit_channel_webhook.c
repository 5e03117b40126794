#include "../handlers/channel_webhook.c"

#include "courier_rig.h"

#define WEBHOOK "kind = \"webhook\"; secret_file = \"secret\"; "
#define SECRET	"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/* The example of the Standard Webhooks specification's libraries. */
static void
the_public_vector_is_signed(void **state)
{
	struct errand e = {
	    .id = "msg_p5jXN8AQM9LWM0D4loKWxJek", .now = 1614265330999};
	struct webhook s = {0};
	char *signature;

	(void)state;
	assert_true(seal_init());
	assert_true(take_secrets(&s, SECRET));
	signature = sign(&s, &e, "{\"test\": 2432232314}");
	assert_string_equal(
	    signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	free(signature);
}

static void
two_secrets_make_two_signatures(void **state)
{
	struct errand e = {.id = "1", .now = 1000};
	struct webhook s = {0};
	char *signature;

	(void)state;
	assert_true(take_secrets(&s, SECRET "\n" SECRET));
	signature = sign(&s, &e, "{}");
	assert_non_null(strstr(signature, " v1,"));
	assert_int_equal(strlen(signature), 2 * 47 + 1);
	free(signature);
}

static void
bad_secrets_are_refused(void **state)
{
	static const char *const bad[] = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!", "whsec_MfKQ9r8GKYqrTwjUP",
	    SECRET "\n" SECRET "\n" SECRET};

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct webhook s = {0};

		assert_false(take_secrets(&s, bad[i]));
	}
}

static void
only_allowed_urls_are_called(void **state)
{
	static const char *const bad[] = {"https://ops.test/in",
	    "https://ops.test.evil/in/", "http://ops.test/in/x",
	    "https://ops.test/in/../x", "https://ops.test/in/a b",
	    "https://ops.test/in/\r\nx", "https://ops.test/in/#x", "",
	    "https://ops.test/in/\\..", "file:///etc/passwd"};
	struct rig rig = rig_new();
	const struct instance *i;

	(void)state;
	rig_file(&rig, "secret", SECRET);
	i = rig_load(&rig, WEBHOOK "allow = [ \"https://ops.test/in/\" ];");
	assert_non_null(i);
	assert_true(
	    is_allowed((const struct webhook *)(const void *)i->settings,
		"https://ops.test/in/1?x=2"));
	for (size_t n = 0; n < NELEM(bad); n++) {
		struct errand e = errand_to(bad[n]);
		struct transfer t = {0};

		assert_false(i->kind->prepare(i->settings, &e, &t));
		transfer_done(&t);
	}
	rig_done(&rig);
}

static void
prefixes_must_end_the_host(void **state)
{
	static const char *const bad[] = {"", "https://ops.test", "https:///x",
	    "http://ops.test/", "https://a@ops.test/", "ftp://ops.test/"};
	struct rig rig = rig_new();

	(void)state;
	rig_file(&rig, "secret", SECRET);
	for (size_t n = 0; n < NELEM(bad); n++) {
		char *conf = xasprintf(WEBHOOK "allow = [ \"%s\" ];", bad[n]);

		assert_null(rig_load(&rig, conf));
		assert_true(rig_said(&rig, "https://host/"));
		free(conf);
	}
	assert_null(rig_load(&rig, WEBHOOK "allow = [ ];"));
	assert_non_null(rig_load(&rig,
	    WEBHOOK "allow_private = true; allow = [ \"http://10.0.0.1/\" ];"));
	rig_done(&rig);
}

static void
the_transfer_is_whole(void **state)
{
	struct errand e = errand_to("https://ops.test/1");
	struct rig rig = rig_new();
	const struct instance *i;
	struct transfer t = {0};
	json_t *alerts = json_pack("[s]", "a1");

	(void)state;
	e.alerts = alerts;
	rig_file(&rig, "secret", SECRET);
	i = rig_load(&rig, WEBHOOK "allow = [ \"https://ops.test/\" ];");
	assert_non_null(i);
	assert_true(i->kind->prepare(i->settings, &e, &t));
	assert_string_equal(t.method, "POST");
	assert_string_equal(t.url, e.to);
	assert_string_equal(t.body,
	    "{\"type\":\"alert\",\"id\":\"" ERRAND_ID "\",\"subject\":"
	    "\"Hồ sơ K7Q2\",\"text\":\"Hạn còn 6 giờ\",\"alerts\":[\"a1\"]}");
	assert_int_equal(t.n_headers, 4);
	assert_string_equal(t.headers[1], "webhook-id: " ERRAND_ID);
	assert_string_equal(t.headers[2], "webhook-timestamp: 1795478400");
	transfer_done(&t);
	json_decref(alerts);
	rig_done(&rig);
}

static void
answers_have_their_class(void **state)
{
	static const struct {
		int status;
		bool is_whole, is_sent;
		enum class class;
	} rows[] = {
	    {200, true, true, ACCEPTED},
	    {204, true, true, ACCEPTED},
	    {299, true, true, ACCEPTED},
	    {200, false, true, AMBIGUOUS},
	    {0, false, true, AMBIGUOUS},
	    {0, false, false, TRANSIENT},
	    {100, false, true, AMBIGUOUS},
	    {301, true, true, PERMANENT},
	    {304, true, true, PERMANENT},
	    {400, true, true, PERMANENT},
	    {401, false, true, PERMANENT},
	    {404, true, true, PERMANENT},
	    {408, true, true, TRANSIENT},
	    {410, true, true, PERMANENT},
	    {425, true, true, TRANSIENT},
	    {429, true, true, TRANSIENT},
	    {500, true, true, TRANSIENT},
	    {503, false, true, TRANSIENT},
	};

	(void)state;
	for (size_t r = 0; r < NELEM(rows); r++) {
		struct answer a = {.status = rows[r].status,
		    .is_whole = rows[r].is_whole,
		    .is_sent = rows[r].is_sent,
		    .error = rows[r].is_whole ? 0 : 28,
		    .retry_after_ms = 5000};
		struct judgement j = {0};

		judge(NULL, &a, &j);
		assert_int_equal(j.class, rows[r].class);
		assert_int_equal(
		    j.code, rows[r].status == 0 ? 28 : rows[r].status);
		if (rows[r].class == TRANSIENT && rows[r].status != 0)
			assert_int_equal(j.retry_after_ms, 5000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_public_vector_is_signed),
	    cmocka_unit_test(two_secrets_make_two_signatures),
	    cmocka_unit_test(bad_secrets_are_refused),
	    cmocka_unit_test(only_allowed_urls_are_called),
	    cmocka_unit_test(prefixes_must_end_the_host),
	    cmocka_unit_test(the_transfer_is_whole),
	    cmocka_unit_test(answers_have_their_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
