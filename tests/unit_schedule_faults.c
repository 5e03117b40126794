/* The schedule on its loop: the wall clock, failures, stepping. */
#include "clock_rig.c"

#include "faults.h"
#include "loop_turn.h"
#include "outbox_loop.h"
#include "schedule_look.h"
#include "system_faults.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"
#define WALL  INT64_MIN

/* ---- The clock on the wall ---- */

static void
test_it_starts_whole_or_not_at_all(void **state)
{
	static _Atomic int *const calls[] = {&system_fault.event_new,
	    &system_fault.timerfd_create, &system_fault.event_new,
	    &system_fault.event_new, &system_fault.event_add,
	    &system_fault.event_add};
	static const int in[] = {1, 1, 2, 3, 1, 2};

	(void)state;
	rig_begin_at(SMALL, WALL);
	for (size_t i = 0; i < NELEM(calls); i++) {
		*calls[i] = in[i];
		assert_null(schedule_start(r.base, r.rig.store, r.outbox));
		assert_int_equal(*calls[i], 0);
	}
	rig_finish();
}

static enum outcome
run_alarm(struct tx *tx, void *arg)
{
	return alarm_await(tx, "alarm_disk_full", arg, clock_now() + 200);
}

static void
test_the_wall_clock_fires(void **state)
{
	char one[] = "one", two[] = "two";

	(void)state;
	rig_begin_at(SMALL, WALL);
	turn(50);
	assert_int_equal(in_tx(run_alarm, one), OK);
	schedule_kick(r.schedule);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	/* No timer: the next look is the rescan's. */
	system_fault.timerfd_settime = 1;
	assert_int_equal(in_tx(run_alarm, two), OK);
	schedule_kick(r.schedule);
	turn(400);
	assert_int_equal(r.n_sent, 1);
	schedule_tick(r.schedule);
	TURN_UNTIL(r.n_sent >= 2);
	assert_int_equal(r.n_sent, 2);
	rig_finish();
}

static void
test_a_wall_clock_that_was_set_is_looked_at(void **state)
{
	char one[] = "one";

	(void)state;
	rig_begin_at(SMALL, WALL);
	turn(50);
	r.schedule->last_wall -= 2 * HOUR;
	system_fault.read = 1;
	assert_int_equal(in_tx(run_alarm, one), OK);
	schedule_kick(r.schedule);
	TURN_UNTIL(is_alarmed("alarm_clock_jump"));
	assert_true(is_alarmed("alarm_clock_jump"));
	event_active(r.schedule->rescan, EV_TIMEOUT, 0);
	turn(100);
	rig_finish();
}

/* The timer wakes it for nothing: then it is a look like any other. */
static void
test_a_timer_that_did_not_ring(void **state)
{
	char one[] = "one";

	(void)state;
	rig_begin_at(SMALL, WALL);
	turn(50);
	system_fault.timerfd_settime = 1; /* nor will it */
	assert_int_equal(in_tx(run_alarm, one), OK);
	schedule_kick(r.schedule);
	turn(300);
	assert_int_equal(r.n_sent, 0);
	event_active(r.schedule->wall, EV_READ, 0);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	assert_false(is_alarmed("alarm_clock_jump"));
	rig_finish();
}

/* SIGHUP in the middle of a tick: the daily work follows within a second. */
static void
test_files_read_during_a_tick(void **state)
{
	(void)state;
	rig_begin_at(SMALL, WALL);
	TURN_UNTIL(r.schedule->next_day > clock_now());
	assert_true(r.schedule->next_day > clock_now());
	schedule_tick(r.schedule);
	schedule_review(r.schedule);
	turn(100);
	assert_true(r.schedule->is_read);
	TURN_UNTIL(!r.schedule->is_read);
	assert_false(r.schedule->is_read);
	assert_true(r.schedule->next_day > clock_now());
	rig_finish();
}

static void
test_a_clock_behind_its_own_record(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(50);
	put("wall_high", T0 + 30 * SECOND);
	r.schedule->watched_at = INT64_MIN;
	schedule_watch(r.schedule);
	turn(50);
	assert_false(is_alarmed("alarm_clock_jump"));
	put("wall_high", T0 + HOUR);
	r.schedule->watched_at = INT64_MIN;
	schedule_watch(r.schedule);
	TURN_UNTIL(is_alarmed("alarm_clock_jump"));
	assert_true(is_alarmed("alarm_clock_jump"));
	assert_int_equal(number("wall_high"), T0);
	put("wall_high", T0 - HOUR);
	schedule_watch(r.schedule); /* not twice a minute */
	turn(50);
	assert_int_equal(number("wall_high"), T0 - HOUR);
	r.schedule->watched_at -= MINUTE;
	schedule_watch(r.schedule);
	TURN_UNTIL(number("wall_high") == T0);
	assert_int_equal(number("wall_high"), T0);
	rig_finish();
}

/* ---- Failures ---- */

/* Until the fault came, and what follows it is over; or there is none there. */
static void
turn_to_fault(void)
{
	for (int i = 0; i < 30 && fault_in > 0; i++)
		turn(10);
	turn(30);
}

static void
test_what_fails_is_tried_again(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(100);
	open_case(0);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	clock_test_set(T0 + 10 * MINUTE);
	fault_in = 1;
	schedule_tick(r.schedule);
	TURN_UNTIL(r.n_sent >= 2);
	assert_int_equal(fault_in, 0);
	assert_int_equal(r.n_sent, 2);
	courier(false);
	turn(50);
	put("wall_high", T0 + DAY);
	turn(50);
	/* Its alarm fails; the first is a look that may. */
	for (int n = 2; !is_alarmed("alarm_clock_jump"); n++) {
		assert_true(n < 9);
		assert_int_equal(number("wall_high"), T0 + DAY);
		turn(30);
		r.schedule->watched_at = INT64_MIN;
		fault_in = n;
		schedule_watch(r.schedule);
		turn_to_fault();
	}
	fault_in = 0;
	/* The daily work, whatever of it fails, in an hour. */
	clock_test_set(T0 + 320 * DAY); /* the calendar's end is near */
	r.schedule->next_day = INT64_MAX;
	for (int n = 2; r.schedule->next_day > clock_now() + HOUR; n++) {
		assert_true(n < 100);
		r.schedule->next_day = INT64_MIN;
		fault_in = n;
		schedule_daily(r.schedule);
		turn_to_fault();
	}
	fault_in = 0;
	rig_finish();
}

/* The settings belong to the store's thread while it runs. */
static enum outcome
run_hand_over(struct tx *tx, void *arg)
{
	(void)tx, (void)arg;
	r.conf->hand_over = true;
	return OK;
}

static void
test_stopping_while_people_are_looked_after(void **state)
{
	int64_t own;

	(void)state;
	rig_begin(SMALL);
	turn(50);
	assert_int_equal(in_tx(run_hand_over, NULL), OK);
	clock_test_set(T0 + DAY);
	r.schedule->next_day = INT64_MAX;
	own = r.schedule->own;
	schedule_tick(r.schedule);
	while (r.schedule->own == own)
		event_base_loop(r.base, EVLOOP_ONCE);
	assert_true(r.schedule->is_ticking); /* its watch is under way */
	rig_finish();
}

static void
test_a_watch_that_fails_is_held(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	assert_int_equal(in_tx(run_hand_over, NULL), OK);
	for (int n = 1; r.schedule->watch_held_at == 0; n++) {
		assert_true(n < 200);
		clock_test_set(T0 + n * DAY);
		fault_in = n;
		schedule_tick(r.schedule);
		turn_to_fault();
	}
	fault_in = 0;
	assert_true(r.schedule->watch_held_at > clock_now());
	rig_finish();
}

/* More are due than one transaction takes. */
static enum outcome
run_many(struct tx *tx, void *arg)
{
	enum outcome how = OK;

	(void)arg;
	for (int i = 0; i < 300 && how == OK; i++) {
		char item[16];

		snprintf(item, sizeof(item), "%d", i);
		how = alarm_raise(tx, "alarm_disk_full", item);
	}
	return how;
}

static void
test_many_due_at_once(void **state)
{
	(void)state;
	rig_begin(SMALL);
	TURN_UNTIL(!r.outbox->is_leasing && !r.schedule->is_ticking);
	assert_int_equal(in_tx(run_many, NULL), OK);
	schedule_kick(r.schedule);
	TURN_UNTIL(r.n_sent >= 1);
	assert_int_equal(r.n_sent, 1);
	assert_true(r.sent[0].n_alerts > 256);
	rig_finish();
}

/* ---- Stepping ---- */

static void
on_arrived(void *arg, enum outcome how, int fired)
{
	(void)how, (void)fired;
	++*(int *)arg;
}

static void
test_steps_queue_and_may_be_left(void **state)
{
	int n = 0;

	(void)state;
	rig_begin(SMALL);
	schedule_step(r.schedule, T0 + HOUR, on_arrived, &n);
	schedule_step(r.schedule, T0 + 2 * HOUR, on_arrived, &n);
	schedule_step(r.schedule, T0 + 3 * HOUR, on_arrived, &n);
	while (n < 3)
		turn(10);
	schedule_step(r.schedule, T0 + 4 * HOUR, on_arrived, &n);
	schedule_step(r.schedule, T0 + 5 * HOUR, on_arrived, &n);
	rig_finish(); /* the wishes go with it */
	assert_int_equal(n, 3);
}

/* However much there is to do at one instant, the test clock goes on. */
static void
test_a_clock_that_stands_still_goes_on(void **state)
{
	(void)state;
	rig_begin(SMALL);
	r.schedule->rounds_max = 0;
	step_to(T0 + MINUTE);
	assert_int_equal(clock_now(), T0 + MINUTE);
	rig_finish();
}

/* More is due than one round takes, and no further round is left. */
static void
test_what_a_step_leaves_is_done_after_it(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(50);
	r.schedule->rounds_max = 0;
	courier(false);
	assert_int_equal(in_tx(run_many, NULL), OK);
	assert_int_equal(step_to(T0 + MINUTE), 256);
	assert_int_equal(clock_now(), T0 + MINUTE);
	TURN_UNTIL(r.schedule->next_clock > clock_now());
	assert_true(r.schedule->next_clock > clock_now());
	rig_finish();
}

/* While a tick that failed waits, news from elsewhere does not hurry it. */
static void
test_a_step_outlives_a_tick_that_fails(void **state)
{
	int n = 0;

	(void)state;
	rig_begin(SMALL);
	turn(300); /* all that begins with it is over */
	fault_in = 1;
	schedule_step(r.schedule, T0 + HOUR, on_arrived, &n);
	while (fault_in > 0)
		turn(10);
	put("wall_high", T0);
	turn(100);
	assert_int_equal(n, 0);
	assert_int_equal(clock_now(), T0);
	while (n == 0)
		turn(10);
	assert_int_equal(clock_now(), T0 + HOUR);
	rig_finish();
}

static void
test_nobody_waits_for_a_courier_for_ever(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	open_case(0);
	r.schedule->down_since = clock_mono() - MINUTE;
	step_to(T0 + MINUTE);
	courier(true);
	step_to(T0 + 2 * MINUTE);
	assert_int_equal(r.n_sent, 1);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_it_starts_whole_or_not_at_all),
	    cmocka_unit_test(test_the_wall_clock_fires),
	    cmocka_unit_test(test_a_wall_clock_that_was_set_is_looked_at),
	    cmocka_unit_test(test_a_timer_that_did_not_ring),
	    cmocka_unit_test(test_files_read_during_a_tick),
	    cmocka_unit_test(test_a_clock_behind_its_own_record),
	    cmocka_unit_test(test_what_fails_is_tried_again),
	    cmocka_unit_test(test_a_watch_that_fails_is_held),
	    cmocka_unit_test(test_stopping_while_people_are_looked_after),
	    cmocka_unit_test(test_many_due_at_once),
	    cmocka_unit_test(test_steps_queue_and_may_be_left),
	    cmocka_unit_test(test_a_clock_that_stands_still_goes_on),
	    cmocka_unit_test(test_what_a_step_leaves_is_done_after_it),
	    cmocka_unit_test(test_a_step_outlives_a_tick_that_fails),
	    cmocka_unit_test(test_nobody_waits_for_a_courier_for_ever),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
