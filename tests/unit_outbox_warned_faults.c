/* A child says where not to write, when the message waits already. */
#include "outbox_rig.c"

#include "faults.h"

#include "fail_each.h"
#include "keyring.h"
#include "system_faults.h"

#define CASE  "018f0000-0000-7000-8000-0000000000c1"
#define CHILD "018f0000-0000-7000-8000-0000000000d1"

static enum outcome
run_alert(struct tx *tx, void *arg)
{
	struct people p = {.n = 1, .list = {{.member_id = MEMBER}}};
	char clock[ID_SIZE];
	struct alert a = {.clock_id = clock,
	    .case_id = CASE,
	    .kind = "warning",
	    .is_urgent = true,
	    .due_at = clock_now()};

	(void)arg;
	id_new(clock);
	assert_int_equal(
	    tx_exec(tx, Q_CASE_ADD,
		ARGS(V_TEXT(CASE), V_TEXT("00000"), V_TEXT("K7Q2-M4XD"),
		    V_TEXT("I"), V_TEXT("abused"), V_TEXT("{}"), V_INT(T0),
		    V_INT(T0), V_INT(0))),
	    OK);
	assert_int_equal(tx_exec(tx, Q_CHILD_ADD,
			     ARGS(V_TEXT(CHILD), V_TEXT("00000"), V_TEXT(CASE),
				 V_BLOB("x", 1))),
	    OK);
	assert_int_equal(
	    tx_exec(tx, Q_CLOCK_ADD,
		ARGS(V_TEXT(clock), V_TEXT("00000"), V_TEXT(CASE),
		    V_TEXT("N08"), V_TEXT(""), V_TEXT("small"), V_TEXT("12h"),
		    V_INT(T0), V_INT(T0 + HOUR), V_INT(T0), V_INT(1), V_INT(0),
		    V_INT(0), V_INT(-1), V_INT(0), V_NULL, V_NULL, V_INT(0))),
	    OK);
	return alert_raise(tx, &a, &p, NULL, 0);
}

static enum outcome
run_warn(struct tx *tx, void *arg)
{
	return blind_add(tx, "never", arg, "child", CHILD);
}

/* Another address of the same person is taken instead. */
static void
test_what_waits_obeys_a_warning(void **state)
{
	char mail[] = "an@phuong.test";
	int lost;

	(void)state;
	rig_setup("now");
	assert_int_equal(in_tx(run_alert, NULL), OK);
	assert_int_equal(in_tx(run_warn, mail), OK);
	assert_true(fail_each(run_lease_once, NULL, &lost) >= 8);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	rig_teardown();
}

/* It failed once and the other address was taken: that is not done twice. */
static void
test_what_failed_before_obeys_a_warning(void **state)
{
	char mail[] = "an@phuong.test";

	(void)state;
	rig_setup("now");
	assert_int_equal(in_tx(run_alert, NULL), OK);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "transient", 451, 0);
	assert_int_equal(lease_now(16), 0);
	pass(HOUR);
	assert_int_equal(lease_now(1), 1);
	result_of(0, "transient", 451, 0);
	assert_int_equal(in_tx(run_warn, mail), OK);
	pass(HOUR);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "channel"), "sms");
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_waits_obeys_a_warning),
	    cmocka_unit_test(test_what_failed_before_obeys_a_warning),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
