/* Signatures of requests, and bodies of Mau 01, without a database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "mau01.h"
#include "people.h"
#include "seal.h"

/* Of the 32 bytes 0123456789...; the signature by Python's hmac. */
#define SECRET "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#define RIGHT  "v1,f/Y+daDmym1RFEncjwfCErhuxrwhXfMCa22UPngBea0="

static struct request
request(const char *signature)
{
	return (struct request){
	    .raw = "{}",
	    .raw_len = 2,
	    .webhook_id = "msg_1",
	    .webhook_timestamp = "1700000000",
	    .webhook_signature = signature,
	};
}

static void
a_right_signature_is_found_among_others(void **state)
{
	struct request r = request(RIGHT);

	(void)state;
	assert_true(auth_signature_ok(SECRET, &r));
	r.webhook_signature = "v1a,AAAA v1,AAAA= " RIGHT " v1,";
	assert_true(auth_signature_ok(SECRET, &r));
}

static void
any_change_breaks_it(void **state)
{
	struct request r = request(RIGHT);

	(void)state;
	r.raw = "{} ";
	r.raw_len = 3;
	assert_false(auth_signature_ok(SECRET, &r));
	r = request(RIGHT);
	r.webhook_id = "msg_2";
	assert_false(auth_signature_ok(SECRET, &r));
	r = request(RIGHT);
	r.webhook_timestamp = "1700000001";
	assert_false(auth_signature_ok(SECRET, &r));
	r = request(RIGHT);
	assert_false(auth_signature_ok("whsec_AAAA", &r));
	assert_false(auth_signature_ok("MDEyMw==", &r));
	assert_false(auth_signature_ok("whsec_***", &r));
	r.webhook_signature = &RIGHT[3]; /* without its version */
	assert_false(auth_signature_ok(SECRET, &r));
	r.webhook_signature = "";
	assert_false(auth_signature_ok(SECRET, &r));
}

static void
roles_are_words_of_the_list(void **state)
{
	unsigned bits = 0;

	(void)state;
	assert_true(roles_parse("officer lead", &bits));
	assert_int_equal(bits, 1u << ROLE_officer | 1u << ROLE_lead);
	assert_true(roles_parse("", &bits));
	assert_int_equal(bits, 0);
	assert_true(roles_parse("vice_chairman", &bits));
	assert_true(has_role(bits, ROLE_vice_chairman));
	assert_false(has_role(bits, ROLE_chairman));
	bits = 7;
	assert_false(roles_parse("officer king", &bits));
	assert_false(roles_parse("office", &bits));
	assert_int_equal(bits, 7);
}

#define NOW ((int64_t)1795478400000) /* 2026-11-24T07:00+07:00 */
#define SOURCE                                                                 \
	"\"kind\":\"abused\",\"source\":{\"channel\":\"phone\","               \
	"\"received_at\":\"2026-11-24T06:00:00+07:00\"}"

static bool
is_fine(const char *text, bool by_agency, const char *where)
{
	struct faults f = {0};
	json_t *body = json_loads(text, 0, NULL);
	bool ok, named = where == NULL;

	assert_non_null(body);
	ok = mau01_check(body, by_agency, NOW, &f);
	for (size_t i = 0; i < faults_held(&f); i++)
		named |= where != NULL && strcmp(f.list[i].where, where) == 0;
	assert_true(named);
	faults_done(&f);
	json_decref(body);
	return ok;
}

static void
a_case_opens_with_whatever_is_known(void **state)
{
	(void)state;
	assert_true(is_fine(
	    "{" SOURCE ",\"narrative\":\"Nghe tiếng khóc\"}", true, NULL));
	assert_true(is_fine(
	    "{" SOURCE ",\"children\":[{\"place\":\"Tổ 1\"}]}", true, NULL));
	assert_false(is_fine("{" SOURCE "}", true, "/narrative"));
	assert_false(is_fine(
	    "{" SOURCE ",\"children\":[{\"age\":7}]}", true, "/narrative"));
}

static void
cross_rules_have_pointers(void **state)
{
	(void)state;
#define WITH(more) "{" SOURCE ",\"narrative\":\"x\"," more "}"
	assert_false(is_fine(
	    WITH("\"on_behalf_of\":\"truong1\""), true, "/on_behalf_of"));
	assert_true(is_fine(WITH("\"on_behalf_of\":\"truong1\""), false, NULL));
	assert_false(is_fine(WITH("\"risk\":\"low\""), false, "/on_behalf_of"));
	assert_false(
	    is_fine(WITH("\"source_ref\":\"có dấu\""), true, "/source_ref"));
	assert_false(is_fine(WITH("\"children\":[{},{\"personal_id\":\"12\"}]"),
	    true, "/children/1/personal_id"));
	assert_false(
	    is_fine(WITH("\"children\":[{\"birth_date\":\"2027-01-01\"}]"),
		true, "/children/0/birth_date"));
}

static void
the_future_is_refused_but_not_a_fast_clock(void **state)
{
	(void)state;
#define AT(t)                                                                  \
	"{\"kind\":\"unknown\",\"narrative\":\"x\",\"source\":{\"channel\":"   \
	"\"phone\",\"received_at\":\"2026-11-24T" t "+07:00\"}}"
	assert_true(is_fine(AT("07:05:00"), true, NULL));
	assert_false(is_fine(AT("07:05:01"), true, "/source/received_at"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_signature_is_found_among_others),
	    cmocka_unit_test(any_change_breaks_it),
	    cmocka_unit_test(roles_are_words_of_the_list),
	    cmocka_unit_test(a_case_opens_with_whatever_is_known),
	    cmocka_unit_test(cross_rules_have_pointers),
	    cmocka_unit_test(the_future_is_refused_but_not_a_fast_clock),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
