/* What the courier holds, and how its attempts are counted. */
#include "clock_rig.c"

#include "attempt_result.h"
#include "loop_turn.h"
#include "memory_expect.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static int
set_up(void **state)
{
	(void)state;
	rig_begin(SMALL);
	settle();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_finish();
	return 0;
}

static void
test_a_late_result_is_not_that_of_what_is_held(void **state)
{
	const struct outbox_count *counts;
	json_t *late;

	(void)state;
	r.is_mute = true;
	open_case(0);
	turn_until_sent(1);
	assert_int_equal(r.n_sent, 1);
	late = json_pack("{s:s, s:s, s:i, s:s}", "is", "result", "id",
	    r.sent[0].id, "epoch", 0, "class", "transient");
	outbox_on_message(r.outbox, late);
	json_decref(late);
	settle();
	assert_int_equal(outbox_in_flight(r.outbox), 1);
	answer_mute();
	settle();
	assert_int_equal(outbox_in_flight(r.outbox), 0);
	assert_int_equal(outbox_counts(r.outbox, &counts), 1);
	assert_int_equal(counts[0].n[RESULT_TRANSIENT], 0);
	assert_int_equal(counts[0].n[RESULT_ACCEPTED], 1);
}

static void
hold(const char *channel)
{
	struct lease_of l = {.epoch = 1};
	struct delivery_result result;

	id_new(l.id);
	result = attempt_result(l.id, 1, RESULT_ACCEPTED);
	snprintf(l.channel, sizeof(l.channel), "%s", channel);
	outbox_hold(r.outbox, &l, MINUTE);
	outbox_forget(r.outbox, &result);
}

/* What names a channel beyond the last is counted with the last. */
static void
test_attempts_are_counted_by_channel(void **state)
{
	const struct outbox_count *counts;
	char channel[32];

	(void)state;
	for (int i = 0; i < CHANNELS_MAX + 2; i++) {
		snprintf(channel, sizeof(channel), "channel%d", i);
		hold(channel);
	}
	hold("channel1");
	assert_int_equal(outbox_counts(r.outbox, &counts), CHANNELS_MAX);
	assert_string_equal(counts[0].channel, "channel0");
	assert_int_equal(counts[0].n[RESULT_ACCEPTED], 1);
	assert_int_equal(counts[1].n[RESULT_ACCEPTED], 2);
	assert_int_equal(counts[CHANNELS_MAX - 1].n[RESULT_ACCEPTED], 3);
}

static void
test_no_more_is_held_than_there_is_room_for(void **state)
{
	struct lease_of l = {.channel = "sms", .epoch = 1};

	(void)state;
	for (int i = 0; i <= r.outbox->o.parallel; i++) {
		id_new(l.id);
		outbox_hold(r.outbox, &l, MINUTE);
	}
	assert_int_equal(outbox_in_flight(r.outbox), r.outbox->o.parallel);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_late_result_is_not_that_of_what_is_held),
	    TEST(test_attempts_are_counted_by_channel),
	    TEST(test_no_more_is_held_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
