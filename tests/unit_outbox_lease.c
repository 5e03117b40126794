/* Leases: who waits and why, with which link, how many on a channel. */
#include "outbox_rig.c"

static void
begin(const char *interval)
{
	rig_setup(interval);
	free(the_rig->conf->public_url);
	the_rig->conf->public_url = xstrdup("https://phuong.test");
}

static void
test_quiet_hours_hold_what_is_not_urgent(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin("now");
	assert_int_equal(in_tx(run_quiet, NULL), OK);
	raise_alerts(1, false, id);
	assert_int_equal(lease_now(16), 0);
	assert_int_equal(next_now(), T0 + HOUR);
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	pass(HOUR);
	assert_true(lease_now(16) >= 1);
	rig_teardown();
}

/* The link of the first attempt, or another after the key was changed. */
static void
send_again(int64_t version, const struct key *old, bool is_same)
{
	struct key first;
	char id[ID_SIZE], link[256];

	begin("now");
	first = the_rig->context.blind;
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	snprintf(link, sizeof(link), "%s", packet_text(0, "link"));
	result_of(0, "transient", 451, 0);
	the_rig->context.blind = (struct key){.bytes = {9}, .version = version};
	the_rig->context.blind_old = old == NULL ? first : *old;
	pass(MINUTE - 1);
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(strcmp(link, packet_text(0, "link")) == 0, is_same);
	rig_teardown();
}

static void
test_a_new_key_keeps_the_link_that_was_sent(void **state)
{
	const struct key other = {.bytes = {8}, .version = 1};
	const struct key later = {.bytes = {8}, .version = 7};

	(void)state;
	send_again(2, NULL, true);
	send_again(2, &other, false);
	send_again(2, &later, false); /* nobody has the first one any more */
}

static enum outcome
run_weed(struct tx *tx, void *arg)
{
	struct delivery d;

	assert_int_equal(delivery_get(tx, arg, &d), OK);
	return digest_weed(tx, &d);
}

static enum outcome
run_stop(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_MEMBER_STOP, ARGS(V_TEXT(MEMBER)));
}

static enum outcome
run_cancel(struct tx *tx, void *arg)
{
	struct delivery d;

	assert_int_equal(delivery_get(tx, arg, &d), OK);
	return delivery_cancel(tx, &d, "stopped");
}

static void
test_those_who_stopped_leave_a_digest(void **state)
{
	char id[ID_SIZE], leader[ID_SIZE];

	(void)state;
	begin("now");
	the_rig->n_addresses = 1;
	raise_alerts(7, true, id);
	assert_int_equal(lease_now(16), 1);
	snprintf(leader, sizeof(leader), "%s", packet_text(0, "id"));
	result_of(0, "transient", 451, 0);
	assert_int_equal(in_tx(run_weed, leader), OK);
	assert_true(delivery_of(leader).is_waiting);
	assert_int_equal(in_tx(run_stop, NULL), OK);
	assert_int_equal(in_tx(run_weed, leader), OK);
	/* The leader goes last, and leaves nobody that could be sent. */
	assert_int_equal(in_tx(run_cancel, leader), OK);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

/* After a downtime two are enough for a digest, which lists both codes. */
static void
test_late_ones_leave_as_one(void **state)
{
	char id[ID_SIZE];
	struct raising one = {1, true, id, "K7Q2-M4XD", HOUR};
	struct raising two = {1, true, id, "P3RT-9WXY", HOUR};

	(void)state;
	begin("now");
	the_rig->n_addresses = 1;
	assert_int_equal(in_tx(run_raise, &one), OK);
	assert_int_equal(in_tx(run_raise, &two), OK);
	assert_int_equal(lease_now(16), 1);
	assert_non_null(strstr(packet_text(0, "text"), "K7Q2-M4XD, P3RT-9WXY"));
	rig_teardown();
}

static void
test_a_full_courier_is_woken_by_ends_of_leases_alone(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin("now");
	the_rig->n_addresses = 1;
	the_rig->conf->courier_parallel = 1;
	raise_alerts(2, false, id);
	assert_int_equal(lease_now(1), 1);
	assert_true(next_now() > clock_now());
	assert_true(next_now() < INT64_MAX);
	rig_teardown();
}

/* One that is throttled and has room for one gets that one. */
static void
test_a_throttled_channel_with_room_for_one(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin("20s");
	the_rig->conf->courier_parallel = 1;
	raise_alerts(2, false, id);
	assert_int_equal(lease_now(16), 1);
	rig_teardown();
}

static enum outcome
run_code(struct tx *tx, void *arg)
{
	return outbox_answer(tx, "email", "an@phuong.test", arg);
}

static void
test_a_code_sent_twice_is_no_fault(void **state)
{
	char id[ID_SIZE], code[ANSWER_CODE + 1];

	(void)state;
	begin("now");
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	code_of(packet_text(0, "id"), code);
	assert_int_equal(in_tx(run_code, code), OK);
	assert_int_equal(in_tx(run_code, code), OK);
	rig_teardown();
}

/* The log has it already; the row has it only now. */
static void
test_a_result_that_was_told_is_recorded(void **state)
{
	struct delivery_result r = {
	    .epoch = 1, .result = RESULT_ACCEPTED, .is_told = true};
	char id[ID_SIZE];

	(void)state;
	begin("now");
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	snprintf(r.id, sizeof(r.id), "%s", packet_text(0, "id"));
	assert_true(delivery_of(r.id).is_leased);
	assert_int_equal(in_tx(run_result, &r), OK);
	assert_false(delivery_of(r.id).is_leased);
	assert_false(delivery_of(r.id).is_waiting);
	rig_teardown();
}

/* Its next channel joined already: nobody is called a second time. */
static void
widen_once(char id[ID_SIZE])
{
	begin("now");
	the_rig->conf->backoff_first = the_rig->conf->backoff_max = 1;
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, ID_SIZE, "%s", packet_text(0, "id"));
	result_of(0, "transient", 451, 0);
	pass(MINUTE);
	assert_int_equal(lease_now(16), 2);
	assert_true(delivery_of(id).is_widened);
	for (size_t i = 0; i < 2; i++)
		result_of(i, "transient", 451, 0);
	pass(MINUTE);
}

static void
test_a_lost_address_calls_the_next_channel_once(void **state)
{
	char id[ID_SIZE];

	(void)state;
	widen_once(id);
	is_everybody_gone = true;
	assert_int_equal(lease_now(16), 0);
	is_everybody_gone = false;
	assert_false(delivery_of(id).is_waiting);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static enum outcome
run_open_breaker(struct tx *tx, void *arg)
{
	return tx_exec(tx, Q_CHANNEL_BREAKER,
	    ARGS(V_TEXT("00000"), V_TEXT("email"), V_INT(1),
		V_INT(*(const int64_t *)arg)));
}

static void
test_an_open_breaker_calls_the_next_channel_once(void **state)
{
	char id[ID_SIZE];
	int64_t until;

	(void)state;
	widen_once(id);
	until = clock_now() + MINUTE;
	assert_int_equal(in_tx(run_open_breaker, &until), OK);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	assert_int_equal(delivery_of(id).next_at, until);
	rig_teardown();
}

static size_t
n_alerts(size_t packet)
{
	return json_array_size(json_object_get(
	    json_array_get(the_rig->packets, packet), "alerts"));
}

/* One of a refused digest had its SMS already, when mail was shut. */
static void
test_a_refused_digest_calls_nobody_twice(void **state)
{
	int64_t until = T0 + MINUTE;
	char id[ID_SIZE];

	(void)state;
	begin("now");
	raise_alerts(1, true, id);
	assert_int_equal(in_tx(run_open_breaker, &until), OK);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	result_of(0, "accepted", 250, 0);
	pass(MINUTE - 10 * SECOND);
	raise_alerts(7, true, id);
	pass(10 * SECOND);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "email");
	assert_int_equal(n_alerts(0), 8);
	result_of(0, "permanent", 550, 0);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	assert_int_equal(n_alerts(0), 7);
	rig_teardown();
}

/* Rows of channels that channels.conf no longer has, sorted before e-mail. */
static enum outcome
run_old_channels(struct tx *tx, void *arg)
{
	char name[32];
	enum outcome how = OK;

	(void)arg;
	for (int i = 0; i < CHANNELS_MAX && how == OK; i++) {
		snprintf(name, sizeof(name), "an-old-%02d", i);
		how = tx_exec(
		    tx, Q_CHANNEL_NEW, ARGS(V_TEXT(name), V_TEXT("00000")));
	}
	return how;
}

static void
test_channels_that_are_gone_hold_nobody_up(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin("now");
	assert_int_equal(in_tx(run_old_channels, NULL), OK);
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "email");
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quiet_hours_hold_what_is_not_urgent),
	    cmocka_unit_test(test_a_new_key_keeps_the_link_that_was_sent),
	    cmocka_unit_test(test_those_who_stopped_leave_a_digest),
	    cmocka_unit_test(test_late_ones_leave_as_one),
	    cmocka_unit_test(
		test_a_full_courier_is_woken_by_ends_of_leases_alone),
	    cmocka_unit_test(test_a_throttled_channel_with_room_for_one),
	    cmocka_unit_test(test_a_code_sent_twice_is_no_fault),
	    cmocka_unit_test(test_channels_that_are_gone_hold_nobody_up),
	    cmocka_unit_test(test_a_lost_address_calls_the_next_channel_once),
	    cmocka_unit_test(test_an_open_breaker_calls_the_next_channel_once),
	    cmocka_unit_test(test_a_result_that_was_told_is_recorded),
	    cmocka_unit_test(test_a_refused_digest_calls_nobody_twice),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
