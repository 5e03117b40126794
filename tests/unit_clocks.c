/* Clocks fire, people are told, time passes: all but HTTP and the courier. */
#include "clock_rig.c"

#include "clock_rows.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static enum outcome
run_act(struct tx *tx, void *arg)
{
	struct subject by = {.kind = BY_MEMBER};
	struct act a = {.case_id = r.case_id,
	    .step = "N08",
	    .kind = "conclude",
	    .by = &by,
	    .acted_at = *(const int64_t *)arg};
	struct case_row c;
	enum outcome how = case_get(tx, r.case_id, &c);

	snprintf(
	    by.id, sizeof(by.id), "%s", "018f0000-0000-7000-8000-000000000003");
	if (how == OK)
		how = act_add(tx, &a);
	return how == OK ? clocks_done(tx, &c, "N08", &a) : how;
}

static enum outcome
do_step(int64_t acted_at)
{
	return in_tx(run_act, &acted_at);
}

static enum outcome
run_ack(struct tx *tx, void *arg)
{
	struct answer a;
	struct answered found;
	struct ack k = {.by = &found.who,
	    .how = "link",
	    .acted_at = clock_now(),
	    .evidence = "link"};
	enum outcome how;

	answer_make(&r.context.blind, arg, &a);
	how = alert_of_token(tx, a.token, &found);
	return how == OK ? alert_ack(tx, found.alert_id, &k) : how;
}

static enum outcome
ack(size_t i)
{
	char id[ID_SIZE];

	memcpy(id, r.sent[i].id, sizeof(id));
	return in_tx(run_ack, id);
}

static enum outcome
run_events(struct tx *tx, void *arg)
{
	struct rows *rows =
	    tx_query(tx, Q_CLOCKS_OF_CASE, ARGS(V_TEXT(r.case_id)));
	int *n = arg;

	for (*n = 0; rows_next(rows); (*n)++)
		;
	return rows_end(rows);
}

static int
open_clocks(void)
{
	int n;

	assert_int_equal(in_tx(run_events, &n), OK);
	return n;
}

static void
test_silence_climbs_at_its_minute(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	EXPECT({0, "an", "New case"});
	step_to(T0 + 10 * MINUTE - 1);
	assert_int_equal(r.n_sent, 0);
	step_to(T0 + 41 * MINUTE);
	EXPECT({10, "an", "Nobody answered"}, {15, "binh", "Nobody answered"},
	    {30, "cuong", "Nobody answered"}, {40, "cuong", "Nobody answered"});
	rig_finish();
}

static void
test_an_ack_rests_and_the_ladder_resumes(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0 + MINUTE);
	assert_int_equal(ack(0), OK);
	assert_int_equal(ack(0), CONFLICT);
	EXPECT({0, "an", "New case"});
	step_to(T0 + 31 * MINUTE - 1);
	assert_int_equal(r.n_sent, 0);
	step_to(T0 + 31 * MINUTE);
	EXPECT({31, "an", "Reminder"});
	rig_finish();
}

/* Acknowledged at once each time it is told; only the triggers are left. */
static void
test_warnings_come_on_time_and_then_the_lapse(void **state)
{
	static const int minutes[] = {6 * 60, 9 * 60, 11 * 60, 12 * 60};

	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	assert_int_equal(ack(0), OK);
	for (size_t i = 0; i < NELEM(minutes); i++) {
		int64_t at = T0 + minutes[i] * MINUTE;
		size_t last;

		while (clock_now() < at - 5 * MINUTE) {
			int64_t to = clock_now() + 31 * MINUTE;

			step_to(to < at - 5 * MINUTE ? to : at - 5 * MINUTE);
			if (r.n_sent > 0)
				(void)ack(r.n_sent - 1);
			r.n_sent = 0;
		}
		step_to(at - 1);
		r.n_sent = 0;
		step_to(at);
		last = r.n_sent - 1;
		assert_true(r.n_sent >= 1);
		assert_int_equal(r.sent[last].at, at);
		assert_non_null(strstr(
		    r.sent[last].subject, i == 3 ? "OVERDUE" : "Due soon"));
		assert_int_equal(ack(last), OK);
		r.n_sent = 0;
	}
	rig_finish();
}

static void
test_the_step_ends_it(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0 + 12 * MINUTE);
	r.n_sent = 0;
	assert_int_equal(do_step(clock_now()), OK);
	assert_int_equal(open_clocks(), 1); /* N20 */
	step_to(T0 + DAY);
	assert_int_equal(r.n_sent, 0);
	rig_finish();
}

/* Down for five hours: one late alert, and silence counts from now. */
static void
test_a_downtime_is_caught_up_once(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	assert_int_equal(ack(0), OK);
	r.n_sent = 0;
	stop_services();
	clock_test_set(T0 + 7 * HOUR);
	open_store();
	start_services();
	step_to(T0 + 7 * HOUR);
	EXPECT({7 * 60, "an", "Due soon"});
	step_to(T0 + 7 * HOUR + 16 * MINUTE);
	EXPECT({7 * 60 + 10, "an", "Nobody answered"},
	    {7 * 60 + 15, "binh", "Nobody answered"});
	rig_finish();
}

static void
test_late_alerts_say_so(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	clock_test_set(T0 + 20 * MINUTE);
	schedule_kick(r.schedule);
	step_to(T0 + 20 * MINUTE);
	assert_int_equal(r.n_sent, 2);
	assert_null(strstr(r.sent[0].subject, "LATE"));
	assert_non_null(strstr(r.sent[1].subject, "LATE"));
	rig_finish();
}

static void
test_many_overdue_are_a_digest(void **state)
{
	(void)state;
	rig_begin(SMALL);
	courier(false);
	for (int i = 0; i < 9; i++)
		open_case(0);
	stop_services();
	clock_test_set(T0 + 2 * HOUR);
	open_store();
	courier(true);
	start_services();
	step_to(T0 + 2 * HOUR);
	/* Nine that never left and nine that fell due meanwhile. */
	assert_int_equal(r.sent[0].n_alerts, 18);
	assert_int_equal(ack(0), OK);
	EXPECT({120, "an", "18 alerts"});
	/* It answered for all of them. */
	step_to(T0 + 2 * HOUR + 29 * MINUTE);
	assert_int_equal(r.n_sent, 0);
	rig_finish();
}

/* Hours used up on the way to us are the sender's. */
static void
test_a_lapse_before_arrival_is_told_at_once(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(13 * HOUR);
	step_to(T0);
	EXPECT({0, "an", "OVERDUE"});
	rig_finish();
}

static enum outcome
run_leave(struct tx *tx, void *arg)
{
	char id[ID_SIZE];

	id_new(id);
	return tx_exec(tx, Q_LEAVE_ADD,
	    ARGS(V_TEXT(id), V_TEXT("00000"), V_TEXT(arg), V_INT(clock_now()),
		V_INT(clock_now() + DAY)));
}

static enum outcome
run_stop(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_MEMBER_STOP,
	    ARGS(V_TEXT("018f0000-0000-7000-8000-000000000003")));
}

static void
test_an_empty_rung_calls_the_next_at_once(void **state)
{
	char an[] = "018f0000-0000-7000-8000-000000000001";

	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	EXPECT({0, "an", "New case"});
	assert_int_equal(in_tx(run_leave, an), OK);
	step_to(T0 + 14 * MINUTE);
	EXPECT({10, "binh", "Nobody answered"});
	rig_finish();
}

/* The last rung repeats for ever, and those who can mend it are told. */
static void
test_nobody_on_the_last_rung_is_an_alarm(void **state)
{
	char binh[] = "018f0000-0000-7000-8000-000000000002";

	(void)state;
	rig_begin(SMALL);
	member(4, "dung", "admin", "dung");
	open_case(0);
	step_to(T0 + 20 * MINUTE);
	r.n_sent = 0;
	assert_int_equal(in_tx(run_leave, binh), OK);
	assert_int_equal(in_tx(run_stop, NULL), OK);
	step_to(T0 + 35 * MINUTE);
	EXPECT({30, "dung", "Nobody to call"});
	rig_finish();
}

static void
test_one_permanent_refusal_calls_the_next_person(void **state)
{
	(void)state;
	rig_begin(SMALL);
	r.class = "permanent";
	open_case(0);
	step_to(T0 + 1);
	/* Nobody has a second channel: all three at once, and an alarm. */
	assert_true(r.n_sent >= 3);
	assert_string_equal(r.sent[0].to, "an");
	r.class = NULL;
	step_to(T0 + 6 * MINUTE);
	rig_finish();
}

/* Each round once added a delivery that was tried every five minutes. */
static void
test_a_dead_address_is_not_tried_ever_more_often(void **state)
{
	size_t first;

	(void)state;
	rig_begin(SMALL);
	r.class = "permanent";
	open_case(0);
	step_to(T0 + HOUR);
	r.n_sent = 0;
	step_to(T0 + 2 * HOUR);
	first = r.n_sent;
	step_to(T0 + 4 * HOUR);
	r.n_sent = 0;
	step_to(T0 + 5 * HOUR);
	assert_in_range(r.n_sent, first / 2, first + first / 2);
	rig_finish();
}

/* It once ticked as fast as it could while it waited. */
static void
test_no_courier_does_not_hold_a_step(void **state)
{
	struct store_stats before, after;

	(void)state;
	rig_begin(SMALL);
	courier(false);
	open_case(0);
	store_stats(r.rig.store, &before);
	step_to(T0 + 12 * MINUTE);
	store_stats(r.rig.store, &after);
	assert_true(after.jobs - before.jobs < 1500);
	assert_int_equal(clock_now(), T0 + 12 * MINUTE);
	assert_int_equal(r.n_sent, 0);
	courier(true);
	step_to(T0 + 13 * MINUTE);
	assert_int_equal(r.n_sent, 2);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_silence_climbs_at_its_minute),
	    cmocka_unit_test(test_an_ack_rests_and_the_ladder_resumes),
	    cmocka_unit_test(test_warnings_come_on_time_and_then_the_lapse),
	    cmocka_unit_test(test_the_step_ends_it),
	    cmocka_unit_test(test_a_downtime_is_caught_up_once),
	    cmocka_unit_test(test_late_alerts_say_so),
	    cmocka_unit_test(test_many_overdue_are_a_digest),
	    cmocka_unit_test(test_a_lapse_before_arrival_is_told_at_once),
	    cmocka_unit_test(test_an_empty_rung_calls_the_next_at_once),
	    cmocka_unit_test(test_nobody_on_the_last_rung_is_an_alarm),
	    cmocka_unit_test(test_one_permanent_refusal_calls_the_next_person),
	    cmocka_unit_test(test_a_dead_address_is_not_tried_ever_more_often),
	    cmocka_unit_test(test_no_courier_does_not_hold_a_step),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
