/*
 * Every statement of every job of the outbox fails once: the job says so, and
 * so the store undoes all of it.  What a job may do in spite of a failure is
 * counted: those are looks that only decide how soon something is tried.
 */
#include "outbox_rig.c"

#include "faults.h"

#include "fail_each.h"
#include "system_faults.h"

#define LEAST(n, least) assert_true((n) >= (least))

/*
 * Fail each statement of a lease of what is due now.  Whether the person has
 * quiet hours is a look that may fail: then it does not wait for their end.
 */
static void
fail_lease(int least)
{
	int lost;

	LEAST(fail_each(run_lease_once, NULL, &lost), least);
	assert_in_range(lost, 0, 1);
}

static void
begin(int n, bool is_urgent)
{
	char id[ID_SIZE];

	rig_setup("20s");
	free(the_rig->conf->public_url);
	the_rig->conf->public_url = xstrdup("https://phuong.test");
	raise_alerts(n, is_urgent, id);
}

/* Nobody may be told any more. */
static enum outcome
run_stop(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_MEMBER_STOP, ARGS(V_TEXT(MEMBER)));
}

static void
stop_member(void)
{
	assert_int_equal(in_tx(run_stop, NULL), OK);
}

static void
test_leases(void **state)
{
	(void)state;
	begin(2, true);
	fail_lease(8);
	rig_teardown();
}

static void
test_a_digest_is_gathered_and_weeded(void **state)
{
	(void)state;
	begin(7, false);
	fail_lease(8);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "transient", 451, 0);
	pass(HOUR);
	fail_lease(8);
	stop_member();
	fail_lease(8);
	rig_teardown();
}

static void
test_a_digest_waits_for_its_time(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->conf->digest_every = HOUR;
	raise_alerts(7, false, id);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	raise_alerts(7, false, id);
	fail_lease(4);
	rig_teardown();
}

static void
test_quiet_hours(void **state)
{
	(void)state;
	begin(1, false);
	assert_int_equal(in_tx(run_quiet, NULL), OK);
	fail_lease(4);
	assert_int_equal(lease_now(16), 0);
	rig_teardown();
}

static void
test_who_may_not_be_told(void **state)
{
	(void)state;
	begin(2, true);
	is_everybody_gone = true;
	fail_lease(8);
	is_everybody_gone = false;
	stop_member();
	fail_lease(8);
	rig_teardown();
}

/* Its alert ended, and it was not told so. */
static enum outcome
run_end_alert(struct tx *tx, void *arg)
{
	struct delivery d;

	assert_int_equal(delivery_get(tx, arg, &d), OK);
	return tx_exec(tx, Q_ALERTS_OVER, ARGS(V_TEXT(d.clock_id)));
}

static void
test_a_message_nobody_needs_any_more(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin(1, true);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	result_of(0, "transient", 451, 0);
	assert_int_equal(in_tx(run_end_alert, id), OK);
	pass(HOUR);
	fail_lease(4);
	assert_int_equal(lease_now(16), 0);
	rig_teardown();
}

static void
test_the_next_channel_joins(void **state)
{
	(void)state;
	begin(1, true);
	assert_int_equal(lease_now(16), 1);
	pass(MINUTE);
	fail_lease(6); /* not accepted for a minute */
	pass(MINUTE);
	fail_lease(10); /* and the courier never answered */
	rig_teardown();
}

static void
test_too_many_attempts(void **state)
{
	(void)state;
	begin(1, false);
	the_rig->conf->send_attempts = 1;
	assert_int_equal(lease_now(16), 1);
	the_rig->conf->send_attempts = 9;
	result_of(0, "transient", 451, 0);
	the_rig->conf->send_attempts = 1;
	pass(HOUR);
	fail_lease(6);
	rig_teardown();
}

static void
test_an_open_breaker(void **state)
{
	char id[ID_SIZE];

	(void)state;
	begin(1, true);
	the_rig->conf->breaker_failures = 1;
	assert_int_equal(lease_now(16), 1);
	result_of(0, "transient", 451, 0);
	raise_alerts(1, true, id);
	fail_lease(4);
	rig_teardown();
}

/* ---- Results ---- */

static void
fail_result(const char *class, int least)
{
	const json_t *p = json_array_get(the_rig->packets, 0);
	struct delivery_result r = {
	    .epoch = json_integer_value(json_object_get(p, "epoch")),
	    .result = result_find(class),
	    .ref = "x"};
	int lost;

	snprintf(r.id, sizeof(r.id), "%s", packet_text(0, "id"));
	LEAST(fail_each(run_result, &r, &lost), least);
	assert_int_equal(lost, 0);
	r.epoch--;
	LEAST(fail_each(run_result, &r, &lost), 2);
	assert_int_equal(lost, 0);
	r.id[0] ^= 1;
	LEAST(fail_each(run_result, &r, &lost), 1);
	assert_int_equal(lost, 0);
}

static void
fail_results(int n, int n_addresses)
{
	static const char *const classes[] = {
	    "accepted", "transient", "ambiguous", "permanent"};

	begin(n, true);
	the_rig->n_addresses = n_addresses;
	the_rig->conf->breaker_failures = 1;
	assert_int_equal(lease_now(16), 1);
	for (size_t i = 0; i < NELEM(classes); i++)
		fail_result(classes[i], 4);
	rig_teardown();
}

static void
test_results(void **state)
{
	(void)state;
	fail_results(1, 2);
	fail_results(1, 1);
	fail_results(7, 2);
	fail_results(7, 1);
}

/* A breaker that opens, fails its probe, and closes. */
static void
test_the_breaker_turns(void **state)
{
	static const char *const classes[] = {
	    "transient", "transient", "accepted"};

	(void)state;
	begin(1, true);
	the_rig->n_addresses = 1;
	the_rig->conf->breaker_failures = 1;
	for (size_t i = 0; i < NELEM(classes); i++) {
		assert_int_equal(lease_now(16), 1);
		fail_result(classes[i], 4);
		result_of(0, classes[i], 0, 0);
		pass(HOUR);
	}
	rig_teardown();
}

/* ---- Answers ---- */

struct answering {
	const char *from;
	char text[32];
};

static enum outcome
run_answering(struct tx *tx, void *arg)
{
	const struct answering *a = arg;

	return outbox_answer(tx, "email", a->from, a->text);
}

static void
fail_answer(const char *from, const char *text, int least, int may_lose)
{
	struct answering a = {.from = from};
	int lost;

	snprintf(a.text, sizeof(a.text), "%s", text);
	LEAST(fail_each(run_answering, &a, &lost), least);
	assert_in_range(lost, 0, may_lose);
}

static void
test_answers(void **state)
{
	char code[ANSWER_CODE + 1];

	(void)state;
	begin(1, true);
	the_rig->conf->answer_tries = 1;
	assert_int_equal(lease_now(16), 1);
	code_of(packet_text(0, "id"), code);
	fail_answer("an@phuong.test", code, 6, 0);
	/* That a wrong one was tried is not worth more than the reply. */
	fail_answer("an@phuong.test", "AAAAAA", 2, 1);
	fail_answer("cuong@phuong.test", code, 2, 1);
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_leases),
	    cmocka_unit_test(test_a_digest_is_gathered_and_weeded),
	    cmocka_unit_test(test_a_digest_waits_for_its_time),
	    cmocka_unit_test(test_quiet_hours),
	    cmocka_unit_test(test_who_may_not_be_told),
	    cmocka_unit_test(test_a_message_nobody_needs_any_more),
	    cmocka_unit_test(test_the_next_channel_joins),
	    cmocka_unit_test(test_too_many_attempts),
	    cmocka_unit_test(test_an_open_breaker),
	    cmocka_unit_test(test_results),
	    cmocka_unit_test(test_the_breaker_turns),
	    cmocka_unit_test(test_answers),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
