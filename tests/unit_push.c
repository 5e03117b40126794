/* Web Push: the example of RFC 8291, keys, and the channel's walls. */
#include "../handlers/channel_webpush.c"

#include "courier_rig.h"

/* RFC 8291, 5 and appendix A. */
#define TEXT	   "When I grow up, I want to be a watermelon"
#define AS_PRIVATE "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define AS_PUBLIC                                                              \
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz" \
	"AC8wEqKK6PBru3jl7A8"
#define UA_PUBLIC                                                              \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7V" \
	"d8pZGH6SRpkNtoIAiw4"
#define AUTH "BTBZMqHH6r4Tts7J_aSIgg"
#define SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define BODY                                                                   \
	"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMo" \
	"ZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf" \
	"1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"

#define ENDPOINT "https://fcm.googleapis.com/fcm/send/abc"
#define PUSH                                                                   \
	"kind = \"webpush\"; key_file = \"key\"; public_key = \"" AS_PUBLIC    \
	"\"; "
#define CONTACT "contact = \"mailto:truc@phuong.test\"; "

static void
the_example_of_the_rfc(void **state)
{
	unsigned char salt[PUSH_SALT_SIZE], *out;
	struct push_key k;
	struct push_to to;
	char *text;
	size_t n;

	(void)state;
	assert_true(seal_init());
	assert_true(push_key_read(AS_PRIVATE, &k));
	text = base64url_encode(k.point, PUSH_POINT_SIZE);
	assert_string_equal(text, AS_PUBLIC);
	free(text);
	assert_true(push_to_read(UA_PUBLIC, AUTH, &to));
	assert_true(base64url_read(SALT, salt, sizeof(salt)));
	out = push_encrypt(&to, &k, salt, TEXT, &n);
	text = base64url_encode(out, n);
	assert_string_equal(text, BODY);
	free(text);
	free(out);
}

static void
new_keys_are_keys(void **state)
{
	struct push_key one, two, again;
	char *text;

	(void)state;
	push_key_new(&one);
	push_key_new(&two);
	assert_memory_not_equal(one.secret, two.secret, PUSH_KEY_SIZE);
	text = base64url_encode(one.secret, PUSH_KEY_SIZE);
	assert_true(push_key_read(text, &again));
	assert_memory_equal(one.point, again.point, PUSH_POINT_SIZE);
	free(text);
}

static void
what_is_no_key_is_refused(void **state)
{
	/* Zero, the order of the curve and more, too short, too long, padded. */
	static const char *const bad[] = {
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE",
	    "__________________________________________8",
	    "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oR",
	    "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRwA",
	    "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oR=",
	    "yfWPiYE+n46HLnH0KqZOF1fJJU3MYrct3AELtAQ+oRw", ""};
	struct push_key k;
	struct push_to to;
	char *point;

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_false(push_key_read(bad[i], &k));
	assert_true(
	    push_key_read("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVA", &k));
	assert_false(push_to_read(UA_PUBLIC, "BTBZMqHH6r4Tts7J_aSIg", &to));
	assert_false(push_to_read(AUTH, AUTH, &to));
	point = xstrdup(UA_PUBLIC);
	point[20] = point[20] == 'A' ? 'B' : 'A'; /* off the curve */
	assert_false(push_to_read(point, AUTH, &to));
	memcpy(point, "AC", 2); /* not uncompressed */
	assert_false(push_to_read(point, AUTH, &to));
	free(point);
}

static const struct instance *
load(struct rig *rig, const char *more)
{
	char *conf = xasprintf(PUSH "%s", more);
	const struct instance *i;

	rig_file(rig, "key", AS_PRIVATE "\n");
	i = rig_load(rig, conf);
	free(conf);
	return i;
}

static void
settings_are_checked(void **state)
{
	static const struct {
		const char *more, *said;
	} bad[] = {
	    {"contact = \"truc@phuong.test\";", "'contact'"},
	    {"contact = \"http://phuong.test\";", "'contact'"},
	    {"", "contact"},
	    {CONTACT "kept = \"29d\";", "'kept'"},
	    {CONTACT "kept = \"soon\";", "'kept'"},
	};
	struct rig rig = rig_new();

	(void)state;
	for (size_t i = 0; i < NELEM(bad); i++) {
		assert_null(load(&rig, bad[i].more));
		assert_true(rig_said(&rig, bad[i].said));
	}
	assert_non_null(load(&rig, CONTACT "kept = \"1h\";"));
	rig_file(&rig, "key", "x\n");
	assert_null(rig_load(&rig, PUSH CONTACT));
	assert_true(rig_said(&rig, "hotlinectl push key"));
	rig_file(&rig, "key", AS_PRIVATE "\n");
	assert_null(rig_load(&rig,
	    "kind = \"webpush\"; key_file = \"key\"; public_key = \"" UA_PUBLIC
	    "\"; " CONTACT));
	assert_true(rig_said(&rig, AS_PUBLIC));
	rig_done(&rig);
}

static bool
sends(const struct instance *i, const char *endpoint)
{
	char *to = xasprintf("%s %s %s", UA_PUBLIC, AUTH, endpoint);
	struct errand e = errand_to(to);
	struct transfer t = {0};
	bool is_ok = i->kind->prepare(i->settings, &e, &t);

	transfer_done(&t);
	free(to);
	return is_ok;
}

static void
only_push_services_are_called(void **state)
{
	static const char *const good[] = {ENDPOINT,
	    "https://updates.push.services.mozilla.com/wpush/v2/gAAA-_x=?a",
	    "https://web.push.apple.com/QX",
	    "https://sg2p.notify.windows.com/w/"};
	static const char *const bad[] = {"", "https://",
	    "http://fcm.google"
	    "apis.com/x",
	    "https://fcm.googleapis.com", "https://fcm.googleapis.com.evil/x",
	    "https://evil-fcm.googleapis.com/x", "https://notify.windows.com/x",
	    "https://evilnotify.windows.com/x", "https://a@fcm.googleapis.com/",
	    "https://fcm.googleapis.com@evil/", "https://127.0.0.1/x",
	    "https://fcm.googleapis.com:22/x",
	    "https://fcm.googleapis.com\\@x/", ENDPOINT " x",
	    ENDPOINT "\r\nX: y", ENDPOINT "#x", ENDPOINT "\\x"};
	struct rig rig = rig_new();
	const struct instance *i = load(&rig, CONTACT);

	(void)state;
	assert_non_null(i);
	for (size_t n = 0; n < NELEM(good); n++)
		assert_true(sends(i, good[n]));
	for (size_t n = 0; n < NELEM(bad); n++)
		assert_false(sends(i, bad[n]));
	i = load(
	    &rig, CONTACT "hosts = [ \"push.test:8443\", \".own.test\" ];");
	assert_non_null(i);
	assert_true(sends(i, "https://push.test:8443/x"));
	assert_true(sends(i, "https://a.own.test/x"));
	assert_false(sends(i, "https://push.test/x"));
	assert_false(sends(i, ENDPOINT));
	rig_done(&rig);
}

static const char *
header(const struct transfer *t, const char *name)
{
	for (size_t i = 0; i < t->n_headers; i++)
		if (strncmp(t->headers[i], name, strlen(name)) == 0)
			return t->headers[i] + strlen(name);
	return NULL;
}

static void
the_transfer_is_whole(void **state)
{
	struct errand e = errand_to(UA_PUBLIC " " AUTH " " ENDPOINT);
	struct rig rig = rig_new();
	const struct instance *i = load(&rig, CONTACT);
	struct transfer t = {0}, again = {0};

	(void)state;
	assert_non_null(i);
	assert_true(i->kind->prepare(i->settings, &e, &t));
	assert_string_equal(t.method, "POST");
	assert_string_equal(t.url, ENDPOINT);
	assert_string_equal(header(&t, "Content-Encoding: "), "aes128gcm");
	assert_string_equal(header(&t, "TTL: "), "14400");
	assert_string_equal(header(&t, "Urgency: "), "high");
	assert_string_equal(
	    header(&t, "Topic: "), "01935a5c7d0070008000000000000001");
	/* {"aud":"https://fcm.googleapis.com","exp": now + 12 hours, "sub" } */
	assert_non_null(strstr(header(&t, "Authorization: "),
	    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."
	    "eyJhdWQiOiJodHRwczovL2ZjbS5nb29nbGVhcGlzLmNvbSIsImV4cCI6MTc5NTUy"
	    "MTYwMCwic3ViIjoibWFpbHRvOnRydWNAcGh1b25nLnRlc3QifQ."));
	assert_non_null(
	    strstr(header(&t, "Authorization: "), ", k=" AS_PUBLIC));
	/* Nothing of it can be read, and never twice the same. */
	assert_true(i->kind->prepare(i->settings, &e, &again));
	assert_int_equal(t.body_len, again.body_len);
	assert_memory_not_equal(t.body, again.body, PUSH_SALT_SIZE);
	assert_memory_not_equal(t.body + 21, again.body + 21, PUSH_POINT_SIZE);
	transfer_done(&t);
	transfer_done(&again);
	rig_done(&rig);
}

/* A push service takes 4096 bytes: the text goes before the message does. */
static void
a_long_text_is_left_out(void **state)
{
	static const char rest[] =
	    "{\"id\":\"" ERRAND_ID "\",\"subject\":\"Hồ sơ K7Q2\"}";
	char *longest = xcalloc(1, PUSH_TEXT_MAX + 1), *text;
	struct errand e = errand_to("");

	(void)state;
	memset(longest, 'a', PUSH_TEXT_MAX);
	e.text = longest;
	text = payload(&e);
	assert_string_equal(text, rest);
	free(text);
	longest[PUSH_TEXT_MAX - sizeof(rest) + 1 - strlen(",\"text\":\"\"")] =
	    '\0';
	text = payload(&e);
	assert_int_equal(strlen(text), PUSH_TEXT_MAX);
	free(text);
	free(longest);
}

static void
answers_have_their_class(void **state)
{
	static const struct {
		int status;
		enum class class;
	} rows[] = {
	    {201, ACCEPTED},
	    {202, ACCEPTED},
	    {400, PERMANENT},
	    {403, PERMANENT},
	    {404, PERMANENT},
	    {410, PERMANENT},
	    {413, PERMANENT},
	    {429, TRANSIENT},
	    {500, TRANSIENT},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct answer a = {.status = rows[i].status,
		    .is_whole = true,
		    .is_sent = true,
		    .retry_after_ms = 7000};
		struct judgement j = {0};

		judge(NULL, &a, &j);
		assert_int_equal(j.class, rows[i].class);
		assert_int_equal(j.code, rows[i].status);
		assert_int_equal(j.retry_after_ms, 7000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_of_the_rfc),
	    cmocka_unit_test(new_keys_are_keys),
	    cmocka_unit_test(what_is_no_key_is_refused),
	    cmocka_unit_test(settings_are_checked),
	    cmocka_unit_test(only_push_services_are_called),
	    cmocka_unit_test(the_transfer_is_whole),
	    cmocka_unit_test(a_long_text_is_left_out),
	    cmocka_unit_test(answers_have_their_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
