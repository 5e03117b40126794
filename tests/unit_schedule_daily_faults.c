/* What the schedule does once an hour and once a day, and how it fails. */
#include "clock_rig.c"

#include "faults.h"

#include "fail_each.h"
#include "loop_turn.h"
#include "schedule_look.h"
#include "system_faults.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static void
upkeep_at(int64_t at)
{
	clock_test_set(at);
	schedule_upkeep(r.schedule);
	turn(50);
}

static void
test_backups_that_were_not_made(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(50);
	free(r.conf->backup_recipient);
	r.conf->backup_recipient = xstrdup("age");
	upkeep_at(T0 + HOUR);
	upkeep_at(T0 + 2 * HOUR);
	upkeep_at(T0 + HOUR); /* the clock went back: once more */
	assert_false(is_alarmed("alarm_backup_old"));
	upkeep_at(T0 + 3 * DAY);
	assert_true(is_alarmed("alarm_backup_old"));
	put("backup_at", T0 + 3 * DAY);
	upkeep_at(T0 + 4 * DAY);
	rig_finish();
}

static enum outcome
run_upkeep_now(struct tx *tx, void *arg)
{
	(void)arg;
	return upkeep_run(tx);
}

static enum outcome
run_calendar_now(struct tx *tx, void *arg)
{
	(void)arg;
	return calendar_watch(tx);
}

/* Fail each statement of one job while no other runs. */
static void
fail_alone(call *run, int64_t at, int least)
{
	struct schedule *kept = r.schedule;
	int lost; /* what the table meta knows, it may forget */

	courier(false);
	turn(200);
	r.schedule = NULL;
	clock_test_set(at);
	assert_true(fail_each(run, NULL, &lost) >= least);
	assert_in_range(lost, 0, 2);
	r.schedule = kept;
}

static void
calendar_at(int64_t at, int least)
{
	fail_alone(run_calendar_now, at, least);
	assert_int_equal(in_tx(run_calendar_now, NULL), OK);
}

static void
test_a_calendar_that_ends(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(50);
	calendar_at(T0, 0);
	calendar_at(T0 + 320 * DAY, 3); /* 2027 ends within 60 days */
	assert_true(is_alarmed("alarm_calendar_ends"));
	calendar_at(T0 + 320 * DAY, 0); /* once a day */
	calendar_at(T0 + 400 * DAY, 3); /* 2028 has none */
	assert_true(is_alarmed("alarm_calendar_missing"));
	calendar_at(T0 + DAY, 2); /* as if the file had been brought */
	assert_false(is_alarmed("alarm_calendar_ends"));
	rig_finish();
}

static void
test_upkeep_fails_whole(void **state)
{
	(void)state;
	rig_begin(SMALL);
	turn(50);
	free(r.conf->backup_recipient);
	r.conf->backup_recipient = xstrdup("age");
	fail_alone(run_upkeep_now, T0, 5);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_backups_that_were_not_made),
	    cmocka_unit_test(test_a_calendar_that_ends),
	    cmocka_unit_test(test_upkeep_fails_whole),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
