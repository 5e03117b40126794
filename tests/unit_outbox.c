/* The outbox as rows: leases, results, breaker, throttle. */
#include "outbox_rig.c"

static void
test_one_alert_one_packet(void **state)
{
	char alert[ID_SIZE];
	const json_t *alerts;

	(void)state;
	rig_setup("now");
	raise_alerts(1, true, alert);
	assert_int_equal(next_now(), T0);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "do"), "send");
	assert_string_equal(packet_text(0, "channel"), "email");
	assert_string_equal(packet_text(0, "to"), "an@phuong.test");
	assert_non_null(strstr(packet_text(0, "text"), "K7Q2-M4XD"));
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_string_equal(
	    json_string_value(json_array_get(alerts, 0)), alert);
	assert_int_equal(lease_now(16), 0);
	rig_teardown();
}

static void
test_every_attempt_has_one_id_and_one_code(void **state)
{
	char alert[ID_SIZE], id[ID_SIZE], code[ANSWER_CODE + 1];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	code_of(id, code);
	for (int i = 1; i <= 4; i++) {
		assert_string_equal(packet_text(0, "id"), id);
		assert_non_null(strstr(packet_text(0, "text"), code));
		result_of(0, "transient", 451, 0);
		assert_true(delivery_of(id).next_at > clock_now());
		clock_test_set(delivery_of(id).next_at - 1);
		assert_int_equal(lease_now(16), 0);
		pass(1);
		assert_int_equal(lease_now(16), 1);
		assert_int_equal(delivery_of(id).attempts, i + 1);
	}
	rig_teardown();
}

static void
test_retry_after_is_honoured(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "transient", 429, 90000);
	assert_int_equal(next_now(), T0 + 90000);
	rig_teardown();
}

static void
test_permanent_calls_the_next_channel_at_once(void **state)
{
	char alert[ID_SIZE], first[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(first, sizeof(first), "%s", packet_text(0, "id"));
	result_of(0, "permanent", 550, 0);
	assert_false(delivery_of(first).is_waiting);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	assert_string_not_equal(packet_text(0, "id"), first);
	rig_teardown();
}

static void
test_the_last_channel_is_tried_for_ever(void **state)
{
	char alert[ID_SIZE], id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	for (int i = 0; i < 50; i++) {
		result_of(0, "permanent", 550, 0);
		assert_int_equal(next_now(), clock_now() + 300000);
		pass(300000);
		assert_int_equal(lease_now(16), 1);
		assert_string_equal(packet_text(0, "id"), id);
	}
	rig_teardown();
}

static void
test_five_failures_call_the_next_channel_and_go_on(void **state)
{
	char alert[ID_SIZE], id[ID_SIZE];
	int n = 0;

	(void)state;
	rig_setup("now");
	the_rig->conf->breaker_failures = 100;
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	for (int i = 1; i < 5; i++) {
		result_of(0, "transient", 0, 0);
		clock_test_set(next_now());
		assert_int_equal(lease_now(16), 1);
		assert_string_equal(packet_text(0, "channel"), "email");
	}
	result_of(0, "ambiguous", 0, 0);
	assert_true(delivery_of(id).is_widened);
	assert_true(delivery_of(id).is_waiting);
	clock_test_set(delivery_of(id).next_at);
	n = (int)lease_now(16);
	assert_int_equal(n, 2);
	rig_teardown();
}

static void
test_a_late_result_changes_nothing(void **state)
{
	char alert[ID_SIZE], id[ID_SIZE];
	struct delivery_result late = {.epoch = 1, .result = RESULT_PERMANENT};

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	memcpy(late.id, id, sizeof(late.id));
	result_of(0, "transient", 0, 0);
	clock_test_set(next_now());
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(delivery_of(id).epoch, 2);
	assert_int_equal(in_tx(run_result, &late), OK);
	assert_true(delivery_of(id).is_leased);
	result_of(0, "accepted", 250, 0);
	assert_int_equal(in_tx(run_result, &late), OK);
	result_of(0, "transient", 0, 0);
	assert_false(delivery_of(id).is_waiting);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static void
test_a_lost_lease_is_given_again(void **state)
{
	char alert[ID_SIZE], id[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	clock_test_set(next_now());
	(void)lease_now(16);
	clock_test_set(next_now());
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "id"), id);
	rig_teardown();
}

static void
test_urgent_and_unaccepted_goes_out_in_parallel(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, true, alert);
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(next_now(), T0 + 60000);
	clock_test_set(T0 + 60000);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	/* There is no third. */
	clock_test_set(T0 + 119000);
	assert_int_equal(lease_now(16), 0);
	rig_teardown();
}

static void
test_accepted_needs_no_second_channel(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, true, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static void
test_urgent_ones_leave_first(void **state)
{
	char late[ID_SIZE], urgent[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(3, false, late);
	pass(1000);
	raise_alerts(1, true, urgent);
	assert_int_equal(lease_now(1), 1);
	assert_string_equal(delivery_of(packet_text(0, "id")).alert_id, urgent);
	rig_teardown();
}

static void
test_the_throttle_spaces_messages(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("2s");
	raise_alerts(3, false, alert);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lease_now(16), 1);
		result_of(0, "accepted", 250, 0);
		if (i < 2)
			assert_int_equal(next_now(), clock_now() + 2000);
		pass(2000);
	}
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static void
test_the_breaker_opens_and_probes(void **state)
{
	char alert[ID_SIZE];
	size_t n;

	(void)state;
	rig_setup("now");
	raise_alerts(5, false, alert);
	n = lease_now(16);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++)
		result_of(i, "transient", 0, 0);
	/* Open: what is due calls its next channel, and mail waits. */
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	result_of(0, "accepted", 0, 0);
	pass(59999);
	the_rig->conf->digest_above = 100;
	n = lease_now(16);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(packet_text(i, "channel"), "sms");
		result_of(i, "accepted", 0, 0);
	}
	pass(1);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "email");
	result_of(0, "accepted", 250, 0);
	/* Closed: all the rest. */
	assert_true(lease_now(16) > 1);
	rig_teardown();
}

static enum outcome
run_is_down(struct tx *tx, void *arg)
{
	*(int64_t *)arg = tx_number(tx, Q_ALARM_IS_OPEN, 0,
	    ARGS(V_TEXT("alarm_channel_down"), V_TEXT("email")));
	return OK;
}

static int64_t
is_down(void)
{
	int64_t n = -1;

	assert_int_equal(in_tx(run_is_down, &n), OK);
	return n;
}

/* Those who fail with the first are no probes: nobody is called for them. */
static void
test_a_channel_is_down_when_its_probe_fails(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	the_rig->conf->breaker_failures = 1;
	raise_alerts(2, true, id);
	assert_int_equal(lease_now(16), 2);
	for (size_t i = 0; i < 2; i++)
		result_of(i, "transient", 451, 0);
	assert_int_equal(is_down(), 0);
	pass(HOUR);
	assert_int_equal(lease_now(16), 1); /* the probe */
	result_of(0, "transient", 451, 0);
	assert_int_equal(is_down(), 1);
	rig_teardown();
}

static void
test_an_address_that_is_gone_is_refused(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	is_everybody_gone = true;
	assert_int_equal(lease_now(16), 0);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static void
test_one_channel_cannot_take_all_slots(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->conf->digest_above = 100;
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "permanent", 550, 0);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 0, 0);
	raise_alerts(20, false, alert);
	assert_int_equal(lease_now(16), 8);
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_alert_one_packet),
	    cmocka_unit_test(test_every_attempt_has_one_id_and_one_code),
	    cmocka_unit_test(test_retry_after_is_honoured),
	    cmocka_unit_test(test_permanent_calls_the_next_channel_at_once),
	    cmocka_unit_test(test_the_last_channel_is_tried_for_ever),
	    cmocka_unit_test(
		test_five_failures_call_the_next_channel_and_go_on),
	    cmocka_unit_test(test_a_late_result_changes_nothing),
	    cmocka_unit_test(test_a_lost_lease_is_given_again),
	    cmocka_unit_test(test_urgent_and_unaccepted_goes_out_in_parallel),
	    cmocka_unit_test(test_accepted_needs_no_second_channel),
	    cmocka_unit_test(test_urgent_ones_leave_first),
	    cmocka_unit_test(test_the_throttle_spaces_messages),
	    cmocka_unit_test(test_the_breaker_opens_and_probes),
	    cmocka_unit_test(test_a_channel_is_down_when_its_probe_fails),
	    cmocka_unit_test(test_an_address_that_is_gone_is_refused),
	    cmocka_unit_test(test_one_channel_cannot_take_all_slots),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
