/* Alerts to agencies: a call to another hotlined, a day's list, despite a bar. */
#include "outbox_rig.c"

#define CASE   "018f0000-0000-7000-8000-0000000000c1"
#define AGENCY "018f0000-0000-7000-8000-0000000000e1"
#define SENT   "018f0000-0000-7000-8000-0000000000f1"

/* A clock of an hour, of no case, about the item. */
static void
add_clock(struct tx *tx, const char *id, const char *item)
{
	assert_int_equal(
	    tx_exec(tx, Q_CLOCK_ADD,
		ARGS(V_TEXT(id), V_TEXT("00000"), V_NULL, V_TEXT("N08"),
		    V_TEXT(item), V_TEXT("small"), V_TEXT("12h"), V_INT(T0),
		    V_INT(T0 + HOUR), V_INT(T0), V_INT(1), V_INT(0), V_INT(0),
		    V_INT(-1), V_INT(0), V_NULL, V_NULL, V_INT(0))),
	    OK);
}

/* An alert without a case, about a step's clock of the item. */
static enum outcome
run_item(struct tx *tx, void *arg)
{
	const char *item = arg;
	struct people p = {.n = 1, .list = {{.member_id = MEMBER}}};
	char clock[ID_SIZE];
	struct alert a = {.clock_id = clock,
	    .kind = "warning",
	    .is_urgent = true,
	    .due_at = clock_now()};

	id_new(clock);
	add_clock(tx, clock, item);
	return alert_raise(tx, &a, &p, NULL, 0);
}

static const char *
words_of(char *item)
{
	assert_int_equal(in_tx(run_item, item), OK);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	return packet_text(0, "text");
}

/* Only a step's item can be a day's list, and only if there is such a day. */
static void
test_a_days_list_is_told_with_its_receipts(void **state)
{
	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	assert_non_null(
	    strstr(words_of((char[]){"2027-01-14.th111"}), "bước N08"));
	partner.line = "2027-01-14: 2 - K7Q2-M4XD 0a1b2c3d";
	pass(MINUTE);
	assert_non_null(
	    strstr(words_of((char[]){"2027-01-15.th111"}), partner.line));
	assert_null(strstr(packet_text(0, "text"), "th111"));
	rig_teardown();
}

static json_t *
call_of(size_t i)
{
	return json_object_get(json_array_get(the_rig->packets, i), "call");
}

static void
expect_call(const char *channels, bool is_called)
{
	char id[ID_SIZE];

	rig_setup("now");
	the_rig->n_addresses = 1;
	partner.path = "/v1/referrals";
	channels_are(channels);
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(call_of(0) != NULL, is_called);
	result_of(0, "transient", 503, 0);
	assert_int_equal(partner.told, 0);
	pass(HOUR);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 201, 0);
	assert_int_equal(partner.told, is_called ? 1 : 0);
	rig_teardown();
}

/* What a mail server takes is no word of the other ward's. */
static void
test_only_another_hotlined_is_called_and_heard(void **state)
{
	(void)state;
	expect_call(
	    "channels = ({ name = \"email\"; kind = \"hotlined\"; });", true);
	expect_call(
	    "channels = ({ name = \"email\"; kind = \"email\"; });", false);
}

/* As one digest six of seven transfers never left, and were told all the same. */
static void
test_every_transfer_is_a_call_of_its_own(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	partner.path = "/v1/referrals";
	channels_are(
	    "channels = ({ name = \"email\"; kind = \"hotlined\"; });");
	raise_alerts(7, true, id);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(lease_now(1), 1);
		assert_non_null(call_of(0));
		result_of(0, "accepted", 201, 0);
		pass(MINUTE);
	}
	assert_int_equal(partner.told, 7);
	rig_teardown();
}

static enum outcome
run_packet(struct tx *tx, void *arg)
{
	const struct delivery *d = arg;
	json_t *packet =
	    outbox_packet(tx, d, "an@phuong.test", (const char *[2]){"t", "C"});

	assert_non_null(packet);
	assert_null(json_object_get(packet, "call"));
	json_decref(packet);
	return OK;
}

/* The configuration was read anew between two steps of one delivery. */
static void
test_a_channel_that_is_gone_calls_nobody(void **state)
{
	struct delivery d;
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	partner.path = "/v1/referrals";
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	d = delivery_of(packet_text(0, "id"));
	channels_are("channels = ({ name = \"sms\"; kind = \"spool\"; });");
	assert_int_equal(in_tx(run_packet, &d), OK);
	result_of(0, "accepted", 201, 0);
	assert_int_equal(partner.told, 0);
	assert_string_equal(delivery_of(packet_text(0, "id")).channel, "email");
	rig_teardown();
}

struct sending {
	bool despite_bar;
	const char *why; /* what delivery_void says */
};

static enum outcome
run_sent(struct tx *tx, void *arg)
{
	struct sending *s = arg;
	struct delivery d = {
	    .clock_id = SENT, .case_id = CASE, .person = {.agency_id = AGENCY}};

	assert_int_equal(
	    tx_exec(tx, Q_AGENCY_ADD,
		ARGS(V_TEXT(AGENCY), V_TEXT("00000"), V_TEXT("truong"),
		    V_TEXT("Trường Thử Nghiệm"), V_TEXT("school"), V_TEXT(""),
		    V_INT(1), V_INT(T0))),
	    OK);
	assert_int_equal(
	    tx_exec(tx, Q_REFERRAL_OUT,
		ARGS(V_TEXT(SENT), V_TEXT("00000"), V_TEXT(AGENCY),
		    V_TEXT(MEMBER), V_TEXT("T"), V_INT(T0), V_BLOB("x", 1),
		    V_BLOB("x", 1), V_INT(T0 + HOUR), V_INT(s->despite_bar),
		    V_TEXT("service"))),
	    OK);
	add_clock(tx, SENT, SENT);
	s->why = delivery_void(tx, &d);
	return OK;
}

static void
test_a_barred_agency_is_told_only_of_what_was_sent_despite_it(void **state)
{
	struct sending despite = {.despite_bar = true}, plain = {0};

	(void)state;
	rig_setup("now");
	is_barred = true;
	assert_int_equal(in_tx(run_sent, &despite), OK);
	assert_null(despite.why);
	rig_teardown();
	rig_setup("now");
	is_barred = true;
	assert_int_equal(in_tx(run_sent, &plain), OK);
	assert_string_equal(plain.why, "barred");
	rig_teardown();
}

/* Its next turn stood in a time that is not yet again. */
static void
test_a_clock_put_back_mutes_no_channel(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("1m");
	the_rig->n_addresses = 1;
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	pass(-HOUR);
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	rig_teardown();
}

static void
expect_again(const char *channels, int code, size_t n)
{
	char id[ID_SIZE];

	rig_setup("now");
	the_rig->n_addresses = 1;
	channels_are(channels);
	raise_alerts(1, true, id);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "permanent", code, 0);
	pass(HOUR);
	assert_int_equal(lease_now(16), n);
	rig_teardown();
}

/* RFC 8030, 7.3: other refusals, and those of other channels, may pass. */
static void
test_a_push_subscription_that_is_gone_is_called_no_more(void **state)
{
	static const char push[] =
	    "channels = ({ name = \"email\"; kind = \"webpush\"; });";

	(void)state;
	expect_again(push, 404, 0);
	expect_again(push, 410, 0);
	expect_again(push, 413, 1);
	expect_again(
	    "channels = ({ name = \"email\"; kind = \"email\"; });", 410, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_days_list_is_told_with_its_receipts),
	    cmocka_unit_test(test_only_another_hotlined_is_called_and_heard),
	    cmocka_unit_test(test_every_transfer_is_a_call_of_its_own),
	    cmocka_unit_test(test_a_channel_that_is_gone_calls_nobody),
	    cmocka_unit_test(
		test_a_barred_agency_is_told_only_of_what_was_sent_despite_it),
	    cmocka_unit_test(test_a_clock_put_back_mutes_no_channel),
	    cmocka_unit_test(
		test_a_push_subscription_that_is_gone_is_called_no_more),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
