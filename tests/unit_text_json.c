/* JSON as text: byte for byte what jansson writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "text_json.h"

static void
test_it_is_what_jansson_writes(void **state)
{
	static const char *const texts[] = {
	    "{}",
	    "[]",
	    "{\"b\":1,\"a\":[true,false,null,{}],\"c\":{\"d\":[[]]}}",
	    "[\"Trẻ Thử Nghiệm Một\",\"\"]",
	    "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001F\\u007f/\\u2028\"]",
	    "[\"a\\\"b\\\"\\\"c\"]",
	    "[0,-1,9223372036854775807,-9223372036854775808]",
	    "[0.5,-1e300,3.0]",
	    "{\"a key \\\"so\\\"\":\"\\\\\"}",
	};

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		json_t *value = json_loads(texts[i], 0, NULL);
		char *ours, *theirs = json_dumps(value, JSON_COMPACT);

		assert_non_null(value);
		ours = text_json(value);
		assert_string_equal(ours, theirs);
		free(ours);
		free(theirs);
		json_decref(value);
	}
}

static void
test_members_stay_in_their_order(void **state)
{
	json_t *o = json_pack(
	    "{s:i, s:s*, s:b, s:n}", "z", -3, "left out", NULL, "a", 1, "m");
	char *text = text_json(o);

	(void)state;
	assert_string_equal(text, "{\"z\":-3,\"a\":true,\"m\":null}");
	free(text);
	json_decref(o);
}

static void
test_a_nul_within_is_kept(void **state)
{
	json_t *list = json_pack("[s%]", "a\0b", (size_t)3);
	char *text = text_json(list);

	(void)state;
	assert_string_equal(text, "[\"a\\u0000b\"]");
	free(text);
	json_decref(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_it_is_what_jansson_writes),
	    cmocka_unit_test(test_members_stay_in_their_order),
	    cmocka_unit_test(test_a_nul_within_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
