/* Alerts leave from memory on the loop: a link, a store, a stop in between. */
#include "clock_rig.c"

#include "faults.h"

#include "loop_turn.h"
#include "memory_expect.h"
#include "system_faults.h"

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

/*
 * A case is opened, and then nothing more can be written: the trial that lets
 * its alert leave comes right behind it, before any tick of the schedule.
 */
static void
open_and_fill(void)
{
	static int64_t age;
	static struct in_tx t = {.run = add_case, .arg = &age};

	t.is_done = false;
	store_post(r.rig.store, JOB_ACT, run_call, on_call, &t);
	outbox_from_memory(r.outbox);
}

/* ---- Leaving ---- */

static void
test_what_a_link_refuses_has_not_left(void **state)
{
	(void)state;
	r.is_refusing = true;
	open_and_fill();
	settle();
	assert_int_equal(r.n_sent, 0);
	assert_int_equal(r.outbox->memory->n, 1); /* its clock fired */
	r.is_refusing = false;
	turn_until_recorded();
	turn_until_sent(1);
	EXPECT({0, "an", "New case"});
}

static void
test_a_link_that_goes_takes_nothing_along(void **state)
{
	(void)state;
	open_and_fill();
	outbox_set_link(r.outbox, NULL);
	settle();
	assert_int_equal(r.n_sent, 0);
	assert_int_equal(r.outbox->memory->n, 1);
	outbox_set_link(r.outbox, (struct courier_link *)&r);
	turn_until_recorded();
	turn_until_sent(1);
	EXPECT({0, "an", "New case"});
}

static void
test_clocks_fire_without_a_courier(void **state)
{
	(void)state;
	courier(false);
	open_and_fill();
	settle();
	assert_int_equal(r.n_sent, 0);
	assert_int_equal(r.outbox->memory->n, 1);
	assert_int_equal(r.outbox->memory->list[0].what, HAPPENED_FIRED);
	courier(true);
	turn_until_recorded();
	turn_until_sent(1);
	EXPECT({0, "an", "New case"});
}

/* Once, with nothing recorded before; how many statements it took. */
static int
try_to_leave(int fails_in)
{
	const int parallel = r.outbox->o.parallel;

	fault_in = fails_in;
	outbox_from_memory(r.outbox);
	settle();
	assert_int_equal(r.n_sent, 0);
	assert_int_equal(r.outbox->memory->n, 0);
	r.outbox->o.parallel = 0; /* no other way for it to leave */
	fails_in -= fault_in;
	fault_in = 0;
	outbox_from_memory(r.outbox);
	settle();
	assert_false(outbox_is_in_memory(r.outbox));
	r.outbox->o.parallel = parallel;
	return fails_in;
}

/* What had been leased when its last statement failed does not leave. */
static void
test_a_trial_that_fails_lets_nothing_leave(void **state)
{
	const int parallel = r.outbox->o.parallel;
	int last;

	(void)state;
	courier(false);
	open_case(0);
	settle();
	r.outbox->o.parallel = 0;
	courier(true);
	r.outbox->o.parallel = parallel;
	r.is_refusing = true;
	last = try_to_leave(1000);
	r.is_refusing = false;
	assert_int_equal(try_to_leave(last), last);
	outbox_kick(r.outbox);
	turn_until_sent(1);
	EXPECT({0, "an", "New case"});
}

static enum outcome
run_alarms(struct tx *tx, void *arg)
{
	char about[32];
	enum outcome how = OK;

	for (int i = 0; i < *(int *)arg && how == OK; i++) {
		snprintf(about, sizeof(about), "disk %d", i);
		how = alarm_await(tx, "alarm_disk_full", about, clock_now());
	}
	return how;
}

/* *arg: when the next clock wants to fire. */
static enum outcome
run_try(struct tx *tx, void *arg)
{
	struct memory *m = xcalloc(1, sizeof(*m));
	int64_t fired_at;
	enum outcome how = memory_try(tx, m, 0, NULL, &fired_at);

	assert_int_equal(fired_at, clock_now());
	*(int64_t *)arg = clocks_next(tx);
	free(m);
	return how;
}

/* More than one look at the clocks finds. */
static void
test_all_clocks_that_are_due_fire(void **state)
{
	int n = 257;
	int64_t next = 0;

	(void)state;
	courier(false);
	schedule_stop(r.schedule); /* they are the trial's */
	r.schedule = NULL;
	assert_int_equal(in_tx(run_alarms, &n), OK);
	assert_int_equal(in_tx(run_try, &next), OK);
	assert_true(next > clock_now());
	r.schedule = schedule_start(r.base, r.rig.store, r.outbox);
}

/* ---- Recording ---- */

static void
test_a_result_that_comes_while_rows_are_written(void **state)
{
	char id[ID_SIZE];
	int in_flight;

	(void)state;
	r.is_mute = true;
	open_and_fill();
	settle();
	assert_int_equal(r.n_sent, 1);
	memcpy(id, r.sent[0].id, ID_SIZE);
	outbox_from_memory(r.outbox);
	in_flight = outbox_in_flight(r.outbox);
	outbox_from_memory(r.outbox); /* not twice at once */
	assert_int_equal(outbox_in_flight(r.outbox), in_flight);
	answer_mute();
	turn_until_recorded();
	expect_recorded(id);
	EXPECT({0, "an", "New case"});
}

/* It comes twice rather than never. */
static void
test_what_cannot_be_recorded_leaves_again(void **state)
{
	(void)state;
	open_and_fill();
	settle();
	assert_int_equal(r.n_sent, 1);
	fault_in = 1;
	outbox_from_memory(r.outbox);
	turn_until_sent(2);
	assert_int_equal(fault_in, 0);
	assert_false(outbox_is_in_memory(r.outbox));
	EXPECT({0, "an", "New case"}, {0, "an", "New case"});
}

static void
test_replies_wait_for_rows(void **state)
{
	json_t *reply = json_pack("{s:s, s:s, s:s, s:s, s:s}", "is", "reply",
	    "reply", "1", "channel", "sms", "from", "an", "text", "OK AAAAAA");
	int in_flight;

	(void)state;
	outbox_from_memory(r.outbox);
	settle();
	in_flight = outbox_in_flight(r.outbox);
	outbox_on_message(r.outbox, reply);
	assert_int_equal(outbox_in_flight(r.outbox), in_flight);
	turn_until_recorded();
	settle();
	in_flight = outbox_in_flight(r.outbox);
	outbox_on_message(r.outbox, reply); /* offered again */
	assert_int_equal(outbox_in_flight(r.outbox), in_flight + 1);
	json_decref(reply);
}

/* ---- Stopping ---- */

static void
start_again(void)
{
	open_store();
	start_services();
	turn_until_sent(1);
}

static void
test_stopping_while_alerts_leave(void **state)
{
	(void)state;
	open_and_fill();
	stop_services();
	assert_int_equal(r.n_sent, 0);
	start_again();
	EXPECT({0, "an", "New case"});
}

static void
test_stopping_while_rows_are_written(void **state)
{
	char id[ID_SIZE];

	(void)state;
	open_and_fill();
	settle();
	memcpy(id, r.sent[0].id, ID_SIZE);
	outbox_from_memory(r.outbox);
	stop_services();
	start_again();
	expect_recorded(id);
	EXPECT({0, "an", "New case"});
}

/* That it left has a record, what came of it has none: the same is asked. */
static void
test_stopping_before_a_result_is_written(void **state)
{
	char id[ID_SIZE];

	(void)state;
	r.is_mute = true;
	open_and_fill();
	settle();
	memcpy(id, r.sent[0].id, ID_SIZE);
	outbox_from_memory(r.outbox);
	answer_mute();
	stop_services();
	open_store();
	start_services();
	turn_until_sent(2);
	assert_string_equal(r.sent[1].id, id);
	EXPECT({0, "an", "New case"}, {0, "an", "New case"});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_a_link_refuses_has_not_left),
	    TEST(test_a_link_that_goes_takes_nothing_along),
	    TEST(test_clocks_fire_without_a_courier),
	    TEST(test_a_trial_that_fails_lets_nothing_leave),
	    TEST(test_all_clocks_that_are_due_fire),
	    TEST(test_a_result_that_comes_while_rows_are_written),
	    TEST(test_what_cannot_be_recorded_leaves_again),
	    TEST(test_replies_wait_for_rows),
	    TEST(test_stopping_while_alerts_leave),
	    TEST(test_stopping_while_rows_are_written),
	    TEST(test_stopping_before_a_result_is_written),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
