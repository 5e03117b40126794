/* Digests, links and answer codes. */
#include "outbox_rig.c"

struct answering {
	const char *channel, *from, *text;
};

static enum outcome
run_answer(struct tx *tx, void *arg)
{
	const struct answering *a = arg;

	return outbox_answer(tx, a->channel, a->from, a->text);
}

static enum outcome
answer_from(const char *channel, const char *from, const char *text)
{
	struct answering a = {channel, from, text};

	return in_tx(run_answer, &a);
}

static void
test_many_at_once_are_one_digest(void **state)
{
	char alert[ID_SIZE], leader[ID_SIZE];
	const json_t *alerts;
	int64_t next;

	(void)state;
	rig_setup("now");
	raise_alerts(7, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(leader, sizeof(leader), "%s", packet_text(0, "id"));
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_int_equal(json_array_size(alerts), 7);
	/* The leader may have left alone under its id. */
	assert_memory_equal(packet_text(0, "message"), leader, 14);
	assert_int_equal(packet_text(0, "message")[14], '8');
	assert_string_equal(packet_text(0, "message") + 15, leader + 15);
	result_of(0, "transient", 0, 0);
	/* More of them wait for the next digest, a minute later. */
	raise_alerts(6, false, alert);
	next = delivery_of(leader).next_at;
	clock_test_set(next);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "id"), leader);
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_int_equal(json_array_size(alerts), 7);
	result_of(0, "accepted", 250, 0);
	assert_int_equal(next_now(), T0 + 60000);
	clock_test_set(T0 + 60000);
	assert_int_equal(lease_now(16), 1);
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_int_equal(json_array_size(alerts), 6);
	assert_string_not_equal(packet_text(0, "id"), leader);
	rig_teardown();
}

static void
test_as_many_as_the_limit_are_no_digest(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(5, false, alert);
	assert_int_equal(lease_now(16), 5);
	rig_teardown();
}

static void
test_a_refused_digest_goes_to_the_next_channel(void **state)
{
	char alert[ID_SIZE];
	const json_t *alerts;

	(void)state;
	rig_setup("now");
	raise_alerts(7, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "permanent", 550, 0);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_int_equal(json_array_size(alerts), 7);
	result_of(0, "accepted", 0, 0);
	assert_int_equal(next_now(), INT64_MAX);
	rig_teardown();
}

static enum outcome
run_open_alerts(struct tx *tx, void *arg)
{
	*(int64_t *)arg = tx_number(tx, Q_ALARM_IS_OPEN, 0,
	    ARGS(V_TEXT("warning"), V_TEXT("K7Q2-M4XD")));
	return OK;
}

static int64_t
open_alerts(void)
{
	int64_t n;

	assert_int_equal(in_tx(run_open_alerts, &n), OK);
	return n;
}

struct by_token {
	char token[2 * TOKEN_BYTES + 1];
	struct answered found;
};

static enum outcome
run_token(struct tx *tx, void *arg)
{
	struct by_token *t = arg;
	struct ack k = {
	    .by = &t->found.who, .how = "link", .acted_at = clock_now()};
	enum outcome how = alert_of_token(tx, t->token, &t->found);

	return how == OK ? alert_ack(tx, t->found.alert_id, &k) : how;
}

static enum outcome
ack_by_link(const char *delivery_id)
{
	struct by_token t = {0};
	struct answer a;

	answer_make(&the_rig->context.blind, delivery_id, &a);
	memcpy(t.token, a.token, sizeof(t.token));
	return in_tx(run_token, &t);
}

static enum outcome
run_by_hand(struct tx *tx, void *arg)
{
	struct subject by = {.kind = BY_MEMBER};
	struct ack k = {.by = &by, .how = "api", .acted_at = clock_now()};

	snprintf(by.id, sizeof(by.id), "%s", MEMBER);
	return alert_ack(tx, arg, &k);
}

static enum outcome
ack_by_hand(const char *alert_id)
{
	char id[ID_SIZE];

	snprintf(id, sizeof(id), "%s", alert_id);
	return in_tx(run_by_hand, id);
}

static void
test_one_answer_acks_a_whole_digest(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(7, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	assert_int_equal(open_alerts(), 7);
	assert_int_equal(ack_by_link(packet_text(0, "id")), OK);
	assert_int_equal(open_alerts(), 0);
	assert_int_equal(ack_by_link(packet_text(0, "id")), CONFLICT);
	rig_teardown();
}

static void
test_a_digest_lets_go_when_its_leader_is_over(void **state)
{
	char alert[ID_SIZE], leader[ID_SIZE];
	const json_t *alerts;

	(void)state;
	rig_setup("now");
	raise_alerts(7, false, alert);
	assert_int_equal(lease_now(16), 1);
	snprintf(leader, sizeof(leader), "%s", packet_text(0, "id"));
	result_of(0, "transient", 0, 0);
	/* Somebody acknowledges the leader's alert alone, by hand. */
	assert_int_equal(ack_by_hand(delivery_of(leader).alert_id), OK);
	assert_int_equal(open_alerts(), 6);
	pass(60000);
	assert_int_equal(lease_now(16), 1);
	assert_string_not_equal(packet_text(0, "id"), leader);
	alerts = json_object_get(json_array_get(the_rig->packets, 0), "alerts");
	assert_int_equal(json_array_size(alerts), 6);
	rig_teardown();
}

static void
test_codes_answer_from_their_own_address_only(void **state)
{
	char alert[ID_SIZE], text[32], code[ANSWER_CODE + 1];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "permanent", 550, 0);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 0, 0);
	code_of(packet_text(0, "id"), code);
	snprintf(text, sizeof(text), "ok %s", code);
	assert_int_equal(answer_from("sms", "0900000002", text), OK);
	assert_int_equal(answer_from("email", "an@phuong.test", text), OK);
	assert_int_equal(open_alerts(), 1);
	/* As the provider writes the same number. */
	assert_int_equal(answer_from("sms", "+84900000001", text), OK);
	assert_int_equal(open_alerts(), 0);
	rig_teardown();
}

static void
test_wrong_codes_are_counted(void **state)
{
	char alert[ID_SIZE], code[ANSWER_CODE + 1];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	code_of(packet_text(0, "id"), code);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    answer_from("email", "an@phuong.test", "AAAAAA"), OK);
	assert_int_equal(answer_from("email", "an@phuong.test", code), OK);
	assert_int_equal(open_alerts(), 1);
	pass(HOUR);
	assert_int_equal(answer_from("email", "AN@phuong.test", code), OK);
	assert_int_equal(open_alerts(), 0);
	rig_teardown();
}

static void
test_codes_and_links_expire(void **state)
{
	char alert[ID_SIZE], code[ANSWER_CODE + 1];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	code_of(packet_text(0, "id"), code);
	pass(the_rig->conf->link_life);
	assert_int_equal(ack_by_link(packet_text(0, "id")), NOT_FOUND);
	assert_int_equal(answer_from("email", "an@phuong.test", code), OK);
	assert_int_equal(open_alerts(), 1);
	rig_teardown();
}

static void
test_no_links_for_the_barred_or_before_sending(void **state)
{
	char alert[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(1, false, alert);
	assert_int_equal(
	    ack_by_link("018f0000-0000-7000-8000-0000000000ff"), NOT_FOUND);
	assert_int_equal(lease_now(16), 1);
	rig_teardown();
}

/*
 * A start after a long downtime: 2,000 urgent ones were due, and left as
 * several digests within one minute, 800 in each.
 */
static void
test_two_thousand_due_at_once_are_one_digest(void **state)
{
	char id[ID_SIZE], leader[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	raise_alerts(2000, true, id);
	assert_int_equal(lease_now(16), 1);
	assert_non_null(strstr(packet_text(0, "subject"), "2000"));
	snprintf(leader, sizeof(leader), "%s", packet_text(0, "id"));
	result_of(0, "accepted", 250, 0);
	assert_int_equal(next_now(), INT64_MAX);
	pass(MINUTE);
	assert_int_equal(lease_now(16), 0);
	assert_true(open_alerts() > 0);
	assert_int_equal(ack_by_link(leader), OK);
	assert_int_equal(open_alerts(), 0);
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_two_thousand_due_at_once_are_one_digest),
	    cmocka_unit_test(test_many_at_once_are_one_digest),
	    cmocka_unit_test(test_as_many_as_the_limit_are_no_digest),
	    cmocka_unit_test(test_a_refused_digest_goes_to_the_next_channel),
	    cmocka_unit_test(test_one_answer_acks_a_whole_digest),
	    cmocka_unit_test(test_a_digest_lets_go_when_its_leader_is_over),
	    cmocka_unit_test(test_codes_answer_from_their_own_address_only),
	    cmocka_unit_test(test_wrong_codes_are_counted),
	    cmocka_unit_test(test_codes_and_links_expire),
	    cmocka_unit_test(test_no_links_for_the_barred_or_before_sending),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
