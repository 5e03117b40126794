/* The outbox on its loop: a courier that is odd, a store that fails. */
#include "clock_rig.c"

#include "faults.h"
#include "loop_turn.h"
#include "outbox_loop.h"
#include "system_faults.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

/* A message of the courier, as JSON. */
static void
hear(const char *text)
{
	json_t *msg = json_loads(text, 0, NULL);

	assert_non_null(msg);
	outbox_on_message(r.outbox, msg);
	json_decref(msg);
	turn(20);
}

static void
test_odd_messages_change_nothing(void **state)
{
	static const char *const odd[] = {
	    "{}",
	    "{\"is\": 5}",
	    "{\"is\": \"sorry\"}",
	    "{\"is\": \"hello\"}",
	    "{\"is\": \"result\"}",
	    "{\"is\": \"result\", \"id\": \"x\"}",
	    "{\"is\": \"result\","
	    " \"id\": \"018f0000-0000-7000-8000-000000000001\"}",
	    "{\"is\": \"result\", \"ref\": \"x\","
	    " \"id\": \"018f0000-0000-7000-8000-000000000001\"}",
	    "{\"is\": \"reply\"}",
	    "{\"is\": \"reply\", \"reply\": \"1\"}",
	    "{\"is\": \"reply\", \"reply\": \"1\", \"channel\": \"sms\"}",
	    "{\"is\": \"reply\", \"reply\": \"1\", \"channel\": \"sms\","
	    " \"from\": \"an\"}",
	    "{\"is\": \"reply\", \"reply\": \"1\", \"channel\": \"sms\","
	    " \"from\": \"an\", \"text\": \"OK AAAAAA\"}",
	};

	(void)state;
	rig_begin(SMALL);
	for (size_t i = 0; i < NELEM(odd); i++)
		hear(odd[i]);
	for (int i = 0; i < 100 && outbox_in_flight(r.outbox) > 0; i++)
		turn(20);
	assert_int_equal(outbox_in_flight(r.outbox), 0);
	rig_finish();
}

static void
test_a_reply_that_cannot_be_written_is_not_taken(void **state)
{
	static const char reply[] =
	    "{\"is\": \"reply\", \"reply\": \"1\", \"channel\": \"sms\","
	    " \"from\": \"an\", \"text\": \"OK AAAAAA\"}";
	json_t *msg = json_loads(reply, 0, NULL);

	(void)state;
	rig_begin(SMALL);
	turn(50);
	fault_in = 1;
	hear(reply);
	outbox_set_link(r.outbox, NULL);
	hear(reply); /* nobody is there to be told that it was */
	outbox_on_message(r.outbox, msg);
	rig_finish(); /* nor is the outbox */
	json_decref(msg);
}

static void
test_what_cannot_be_handed_over_was_no_attempt(void **state)
{
	(void)state;
	rig_begin(SMALL);
	r.is_refusing = true;
	open_case(0);
	schedule_kick(r.schedule);
	turn(100);
	assert_int_equal(r.n_sent, 0);
	r.is_refusing = false;
	outbox_kick(r.outbox);
	turn(100);
	assert_int_equal(r.n_sent, 0); /* not as fast as it can refuse */
	clock_test_set(T0 + SECOND);
	outbox_kick(r.outbox);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	rig_finish();
}

/* The link goes while a lease is being written. */
static void
test_a_link_that_goes_takes_nothing_along(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	courier(true);
	outbox_set_link(r.outbox, NULL);
	turn(50);
	assert_int_equal(r.n_sent, 0);
	clock_test_set(T0 + SECOND);
	outbox_set_link(r.outbox, (struct courier_link *)&r);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	outbox_on_change(r.outbox, false);
	rig_finish();
}

/* It holds what it was given and never answers: asked again, same id. */
static void
test_a_mute_courier_is_asked_again(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_begin(SMALL);
	r.conf->lease = 400; /* over within a second, twice; not before */
	r.conf->backoff_first = 1;
	r.is_mute = true;
	open_case(0);
	schedule_kick(r.schedule);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	memcpy(id, r.sent[0].id, ID_SIZE);
	json_decref(r.mute);
	r.is_mute = false;
	turn(1100);
	clock_test_set(clock_now() + 1000);
	outbox_kick(r.outbox);
	TURN_UNTIL(r.n_sent >= 2);
	assert_int_equal(r.n_sent, 2);
	assert_string_equal(r.sent[1].id, id);
	rig_finish();
}

/* As many as it may hold: the others wait for room. */
static void
test_no_more_than_it_may_hold(void **state)
{
	json_t *mute[2];

	(void)state;
	rig_begin(SMALL);
	r.conf->digest_above = 100;
	r.outbox->o.parallel = 1;
	r.is_mute = true;
	open_case(0);
	open_case(0);
	schedule_kick(r.schedule);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	mute[0] = r.mute;
	outbox_kick(r.outbox);
	turn(1100); /* its tick finds it still held */
	assert_int_equal(r.n_sent, 1);
	on_result(-1, EV_TIMEOUT, mute[0]);
	TURN_UNTIL(r.n_sent >= 2);
	assert_int_equal(r.n_sent, 2);
	json_decref(r.mute);
	rig_finish();
}

static void
test_a_store_that_fails_is_tried_again(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	fault_in = 1;
	courier(true); /* the lease fails, and is tried again in a second */
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	fault_in = 1;
	courier(false); /* what it held is not released: its lease runs out */
	turn(50);
	rig_finish();
}

/* Wherever it fails, it is made again whole, and one message leaves. */
static void
test_a_lease_that_fails_half_way(void **state)
{
	(void)state;
	rig_begin(SMALL);
	for (int n = 1; n < 8; n += 2) {
		courier(false);
		open_case(0);
		schedule_kick(r.schedule);
		turn(300);
		r.n_sent = 0;
		fault_in = n;
		courier(true);
		TURN_UNTIL(fault_in == 0 && r.n_sent >= 1);
		assert_int_equal(fault_in, 0);
		EXPECT({0, "an", "New case"});
	}
	rig_finish();
}

/* A lease that fails when the outbox is stopped already. */
static void
test_stopping_with_a_lease_that_fails(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	turn(300);
	fault_in = 1;
	outbox_kick(r.outbox);
	rig_finish();
	assert_int_equal(fault_in, 0);
}

static void
test_no_outbox_without_its_timer(void **state)
{
	struct outbox_options o = {.parallel = 16, .changed = on_changed};

	(void)state;
	rig_begin(SMALL);
	o.store = r.rig.store;
	o.base = r.base;
	system_fault.event_new = 1;
	assert_null(outbox_start(&o));
	assert_int_equal(system_fault.event_new, 0);
	rig_finish();
}

/* The link is there, and nobody at its other end. */
static void
test_a_link_that_is_not_up_yet(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	outbox_set_link(r.outbox, (struct courier_link *)&r);
	assert_false(outbox_is_up(r.outbox));
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	assert_int_equal(r.n_sent, 0);
	courier(true);
	assert_true(outbox_is_up(r.outbox));
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	rig_finish();
}

/* The first of those who were added. */
static enum outcome
run_bar(struct tx *tx, void *arg)
{
	char id[ID_SIZE];

	(void)arg;
	id_new(id);
	return tx_exec(tx, Q_BAR_ADD,
	    ARGS(V_TEXT(id), V_TEXT("00000"), V_TEXT(r.case_id),
		V_TEXT("018f0000-0000-7000-8000-000000000001"), V_NULL,
		V_TEXT("standing"), V_TEXT("recusal"), V_INT(clock_now()),
		V_NULL));
}

/* Barred between the alert and its message: it goes to the next one. */
static void
test_whoever_is_barred_meanwhile_is_not_told(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	assert_int_equal(in_tx(run_bar, NULL), OK);
	courier(true);
	turn(100);
	EXPECT({0, "binh", "Nobody answered"});
	rig_finish();
}

static void
test_stopping_with_jobs_under_way(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	outbox_kick(r.outbox);
	outbox_kick(r.outbox);
	hear("{\"is\": \"hello\"}");
	outbox_kick(r.outbox);
	outbox_on_change(r.outbox, false);
	outbox_on_change(r.outbox, true);
	outbox_stop(NULL);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_odd_messages_change_nothing),
	    cmocka_unit_test(test_a_reply_that_cannot_be_written_is_not_taken),
	    cmocka_unit_test(test_what_cannot_be_handed_over_was_no_attempt),
	    cmocka_unit_test(test_a_link_that_goes_takes_nothing_along),
	    cmocka_unit_test(test_a_mute_courier_is_asked_again),
	    cmocka_unit_test(test_no_more_than_it_may_hold),
	    cmocka_unit_test(test_a_store_that_fails_is_tried_again),
	    cmocka_unit_test(test_stopping_with_jobs_under_way),
	    cmocka_unit_test(test_a_lease_that_fails_half_way),
	    cmocka_unit_test(test_stopping_with_a_lease_that_fails),
	    cmocka_unit_test(test_no_outbox_without_its_timer),
	    cmocka_unit_test(test_a_link_that_is_not_up_yet),
	    cmocka_unit_test(test_whoever_is_barred_meanwhile_is_not_told),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
