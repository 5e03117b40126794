#include "courier_rig.h"
#include "template.h"

static void
assert_fills(const char *template, enum escape escape, const char *expected)
{
	struct errand e = {.to = "a b\"&/đ",
	    .text = "x\n\\{to}",
	    .subject = "s\r\nt",
	    .id = "1"};
	char *filled = template_fill(template, escape, &e, "k=%");

	assert_string_equal(filled, expected);
	free(filled);
}

static void
each_place_has_its_escaping(void **state)
{
	(void)state;
	assert_fills("{to}", ESCAPE_NONE, "a b\"&/đ");
	assert_fills("{to}", ESCAPE_JSON, "a b\\\"&/đ");
	assert_fills("{to}", ESCAPE_PERCENT, "a%20b%22%26%2F%C4%91");
	assert_fills("X: {subject}", ESCAPE_HEADER, "X: s  t");
	assert_fills("{secret}:x", ESCAPE_NONE, "k=%:x");
	assert_fills("{link}|", ESCAPE_JSON, "|");
}

/* What a value holds is never read as a template again. */
static void
values_are_not_templates(void **state)
{
	(void)state;
	assert_fills("{text}{id}", ESCAPE_JSON, "x\\n\\\\{to}1");
}

static void
other_braces_stay(void **state)
{
	(void)state;
	assert_fills(
	    "{\"a\":{\"b\":\"{id}\"}}", ESCAPE_JSON, "{\"a\":{\"b\":\"1\"}}");
	assert_fills("{ id} {id {} {ID} }", ESCAPE_NONE, "{ id} {id {} {ID} }");
}

static void
unknown_words_are_found(void **state)
{
	char *wrong = template_wrong("{\"a\":\"{id}{txt}\"}");

	(void)state;
	assert_string_equal(wrong, "{txt}");
	free(wrong);
	assert_null(template_wrong("{id} {to} {text} {subject} {link} "
				   "{secret} {} {\"x\"}"));
	assert_true(template_uses("a{secret}", "secret"));
	assert_false(template_uses("{id} secret", "secret"));
}

static void
words_fit_the_channel(void **state)
{
	char *text = wording("Đã quá hạn 100% & chờ #1", true, "&#%");

	(void)state;
	assert_string_equal(text, "Da qua han 100  cho 1");
	free(text);
	text = wording("Đã 1%", false, NULL);
	assert_string_equal(text, "Đã 1%");
	free(text);
}

#define HTTP "kind = \"http\"; url = \"https://sms.test/{to}\"; "

static void
the_transfer_is_whole(void **state)
{
	struct rig rig = rig_new();
	struct errand e = errand_to("84/9");
	struct transfer t = {0};
	const struct instance *i;

	(void)state;
	rig_file(&rig, "token", "tk\"1");
	i = rig_load(&rig, HTTP
	    "method = \"PUT\"; secret_file = \"token\"; basic = \"u:{secret}\";"
	    "headers = [ \"X-Id: {id}\", \"X-T: {subject}\" ];"
	    "body = \"{\\\"k\\\":\\\"{secret}\\\",\\\"t\\\":\\\"{text}\\\"}\";"
	    "ascii = true;");
	assert_non_null(i);
	assert_true(i->kind->prepare(i->settings, &e, &t));
	assert_string_equal(t.method, "PUT");
	assert_string_equal(t.url, "https://sms.test/84%2F9");
	assert_string_equal(
	    t.body, "{\"k\":\"tk\\\"1\",\"t\":\"Han con 6 gio\"}");
	assert_int_equal(t.n_headers, 4);
	assert_string_equal(t.headers[0], "Content-Type: application/json");
	assert_string_equal(t.headers[1], "X-Id: " ERRAND_ID);
	assert_string_equal(t.headers[2], "X-T: Ho so K7Q2");
	assert_string_equal(t.headers[3], "Authorization: Basic dTp0ayIx");
	transfer_done(&t);
	rig_done(&rig);
}

static void
mistakes_are_told(void **state)
{
	static const struct {
		const char *keys, *said;
	} rows[] = {
	    {"kind = \"http\"; url = \"https://{to}/\";", "host without"},
	    {"kind = \"http\"; url = \"https://a{to}.test/\";", "host without"},
	    {"kind = \"http\"; url = \"https://sms.test\";", "host without"},
	    {"kind = \"http\"; url = \"http://sms.test/\";", "https://"},
	    {"kind = \"http\"; url = \"ftp://sms.test/\";", "https://"},
	    {HTTP "body = \"{secret}\";", "secret_file"},
	    {HTTP "body = \"{to}\";", "must be JSON"},
	    {HTTP "body = \"\\\"{who}\\\"\";", "{who}"},
	    {HTTP "headers = [ \"X-Id:{id}\" ];", "Name: value"},
	    {HTTP "headers = [ \"X Id: {id}\" ];", "Name: value"},
	    {HTTP "accept_status = \"2xx\";", "accept_status"},
	    {HTTP "accept_status = \"\";", "accept_status"},
	    {HTTP "accept_status = \"299-200\";", "accept_status"},
	    {HTTP "accept_json = \"ok\";", "accept_json"},
	    {HTTP "accept_json = [ \"a=1\", \"=2\" ];", "accept_json"},
	    {HTTP "transient_json = 5;", "transient_json"},
	    {HTTP "timeout = \"26s\";", "1s to 25s"},
	    {HTTP "ca_file = \"none.pem\";", "cannot be read"},
	    {HTTP "replies = true;", "inbox"},
	    {HTTP "bodie = \"x\";", "bodie"},
	};
	struct rig rig = rig_new();

	(void)state;
	for (size_t r = 0; r < NELEM(rows); r++) {
		assert_null(rig_load(&rig, rows[r].keys));
		if (!rig_said(&rig, rows[r].said))
			fail_msg(
			    "%s: not said: %s", rows[r].keys, rows[r].said);
	}
	rig_done(&rig);
}

static struct judgement
judged(const struct instance *i, struct answer a)
{
	struct judgement j = {0};

	i->kind->judge(i->settings, &a, &j);
	return j;
}

static void
assert_judged(
    const struct instance *i, int status, const char *body, enum class class)
{
	struct judgement j = judged(i, (struct answer){.is_sent = true,
					   .is_whole = true,
					   .status = status,
					   .body = body,
					   .body_len = strlen(body)});

	if (j.class != class)
		fail_msg("%d %s: %s", status, body, class_word(j.class));
}

static void
bodies_have_their_class(void **state)
{
	struct rig rig = rig_new();
	const struct instance *i = rig_load(&rig, HTTP
	    "accept_json = [ \"a.b=1\", \"ok=true\" ];"
	    "transient_json = \"code=busy\"; accept_status = \"200 409\";");

	(void)state;
	assert_non_null(i);
	assert_judged(i, 200, "{\"ok\":true}", ACCEPTED);
	assert_judged(i, 200, "{\"ok\":\"true\"}", ACCEPTED);
	assert_judged(i, 409, "{\"a\":{\"b\":1}}", ACCEPTED);
	assert_judged(i, 200, "{\"a\":{\"b\":\"1\"}}", ACCEPTED);
	assert_judged(i, 200, "{\"a\":{\"b\":1.0}}", PERMANENT);
	assert_judged(i, 200, "{\"a.b\":1}", PERMANENT);
	assert_judged(i, 200, "{\"ok\":false}", PERMANENT);
	assert_judged(i, 200, "{\"code\":\"busy\"}", TRANSIENT);
	assert_judged(i, 200, "{\"ok\":tru", AMBIGUOUS);
	assert_judged(i, 200, "", AMBIGUOUS);
	assert_judged(i, 200, "[]", PERMANENT);
	assert_judged(i, 201, "{\"ok\":true}", PERMANENT);
	assert_judged(i, 404, "{\"ok\":true}", PERMANENT);
	assert_judged(i, 500, "{\"ok\":true}", TRANSIENT);
	rig_done(&rig);
}

static void
references_are_plain(void **state)
{
	static const struct {
		const char *body, *ref;
	} rows[] = {
	    {"{\"r\":{\"id\":\"m-1:2.3_4\"}}", "m-1:2.3_4"},
	    {"{\"r\":{\"id\":12}}", "12"},
	    {"{\"r\":{\"id\":\"a b\"}}", ""},
	    {"{\"r\":{}}", ""},
	    {"{}", ""},
	    {"no", ""},
	};
	struct rig rig = rig_new();
	const struct instance *i = rig_load(&rig, HTTP "ref_json = \"r.id\";");

	(void)state;
	assert_non_null(i);
	for (size_t r = 0; r < NELEM(rows); r++) {
		struct answer a = {.is_whole = true,
		    .status = 200,
		    .body = rows[r].body,
		    .body_len = strlen(rows[r].body)};
		struct judgement j = judged(i, a);

		assert_int_equal(j.class, ACCEPTED);
		assert_string_equal(j.ref, rows[r].ref);
	}
	rig_done(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_place_has_its_escaping),
	    cmocka_unit_test(values_are_not_templates),
	    cmocka_unit_test(other_braces_stay),
	    cmocka_unit_test(unknown_words_are_found),
	    cmocka_unit_test(words_fit_the_channel),
	    cmocka_unit_test(the_transfer_is_whole),
	    cmocka_unit_test(mistakes_are_told),
	    cmocka_unit_test(bodies_have_their_class),
	    cmocka_unit_test(references_are_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
