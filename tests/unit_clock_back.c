/* The clock is set back between what opens a clock and what fires it. */
#include "clock_rig.c"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static enum outcome
run_set_back(struct tx *tx, void *arg)
{
	enum outcome how = add_case(tx, arg);

	clock_test_set(T0 - DAY);
	return how;
}

static enum outcome
run_alerts(struct tx *tx, void *arg)
{
	*(json_t **)arg = tx_list(tx, Q_ALERT_LIST,
	    ARGS(V_TEXT(""), V_INT(1), V_TEXT(""), V_INT(10)));
	return OK;
}

/* Opened in what is the future now, its first alert is due all the same. */
static void
test_a_clock_set_back_makes_no_alert_early(void **state)
{
	int64_t age = 2 * DAY;
	json_t *alerts = NULL, *a;
	size_t i;

	(void)state;
	rig_begin(SMALL);
	assert_int_equal(in_tx(run_set_back, &age), OK);
	step_to(T0 - DAY + MINUTE);
	assert_int_equal(in_tx(run_alerts, &alerts), OK);
	assert_true(json_array_size(alerts) > 0);
	json_array_foreach(alerts, i, a) assert_true(
	    strcmp(json_string_value(json_object_get(a, "due_at")),
		json_string_value(json_object_get(a, "raised_at"))) <= 0);
	json_decref(alerts);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_clock_set_back_makes_no_alert_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
