/* Digests: who waits for one, who leaves it, whom an answer covers. */
#include "outbox_rig.c"

/* Seven due at once leave as one; again, within the pause, as seven held. */
static void
hold_seven(bool is_urgent, int64_t every)
{
	char id[ID_SIZE];

	rig_setup("now");
	the_rig->n_addresses = 1;
	the_rig->conf->digest_every = every;
	raise_alerts(7, is_urgent, id);
	assert_int_equal(lease_now(16), 1);
	result_of(0, "accepted", 250, 0);
	raise_alerts(7, is_urgent, id);
	assert_int_equal(lease_now(16), 0);
}

static void
test_a_rare_digest_holds_no_urgent_alert(void **state)
{
	(void)state;
	hold_seven(true, HOUR);
	assert_int_equal(next_now(), T0 + MINUTE);
	pass(MINUTE);
	assert_int_equal(lease_now(16), 1);
	rig_teardown();
}

static void
test_others_wait_for_their_digest(void **state)
{
	(void)state;
	hold_seven(false, HOUR);
	assert_int_equal(next_now(), T0 + HOUR);
	pass(HOUR);
	assert_int_equal(lease_now(16), 1);
	rig_teardown();
}

/* Seven due at once leave as one, led by id. */
static void
lead_seven(char id[ID_SIZE])
{
	rig_setup("now");
	the_rig->n_addresses = 1;
	raise_alerts(7, true, id);
	assert_int_equal(lease_now(16), 1);
	snprintf(id, ID_SIZE, "%s", packet_text(0, "id"));
}

static enum outcome
run_cancel(struct tx *tx, void *arg)
{
	struct delivery d;

	assert_int_equal(delivery_get(tx, arg, &d), OK);
	return delivery_cancel(tx, &d, "barred");
}

/* The leader's person was barred between two attempts: one case of seven. */
static void
test_a_cancelled_leader_leaves_nobody_behind(void **state)
{
	char id[ID_SIZE];

	(void)state;
	lead_seven(id);
	result_of(0, "transient", 451, 0);
	assert_int_equal(in_tx(run_cancel, id), OK);
	assert_int_equal(next_now(), T0);
	rig_teardown();
}

/* The address of all of them is gone: each goes its own way on. */
static void
test_a_digest_without_address_leaves_nobody_behind(void **state)
{
	char id[ID_SIZE];

	(void)state;
	lead_seven(id);
	result_of(0, "transient", 451, 0);
	is_everybody_gone = true;
	pass(HOUR);
	assert_int_equal(lease_now(16), 0);
	assert_int_equal(next_now(), INT64_MAX);
	is_everybody_gone = false;
	rig_teardown();
}

static enum outcome
run_unsent(struct tx *tx, void *arg)
{
	return tx_exec(tx, Q_DELIVERY_UNSENT,
	    ARGS(V_TEXT(arg), V_INT(1), V_INT(clock_now() + SECOND)));
}

/*
 * No attempt was made, but the seven know each other already: they leave, and
 * those that came since wait for the next digest.
 */
static void
test_a_digest_that_was_not_taken_stays_whole(void **state)
{
	char id[ID_SIZE], later[ID_SIZE];

	(void)state;
	lead_seven(id);
	assert_int_equal(in_tx(run_unsent, id), OK);
	pass(2 * SECOND);
	raise_alerts(7, true, later);
	assert_int_equal(lease_now(16), 1);
	assert_string_equal(packet_text(0, "id"), id);
	assert_int_equal(json_array_size(json_object_get(
			     json_array_get(the_rig->packets, 0), "alerts")),
	    7);
	rig_teardown();
}

static enum outcome
add_member(struct tx *tx, void *arg)
{
	return tx_exec(tx, Q_MEMBER_ADD,
	    ARGS(V_TEXT("m2"), V_TEXT("00000"), V_TEXT(arg), V_BLOB("x", 1),
		V_TEXT("officer"), V_INT(T0)));
}

/* An alarm may be about a member; a digest lists codes, never a login. */
static void
test_a_digest_names_no_member(void **state)
{
	char id[ID_SIZE], login[] = "canbothu";
	struct raising about = {1, true, id, login, 0};

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	assert_int_equal(in_tx(add_member, login), OK);
	assert_int_equal(in_tx(run_raise, &about), OK);
	raise_alerts(7, true, id);
	assert_int_equal(lease_now(16), 1);
	assert_non_null(strstr(packet_text(0, "text"), "K7Q2-M4XD"));
	assert_null(strstr(packet_text(0, "text"), login));
	rig_teardown();
}

/* Whoever follows page by page must not read past a last page that is full. */
static void
test_a_digest_of_whole_pages_has_an_end(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	the_rig->n_addresses = 1;
	raise_alerts(65, true, id);
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(json_array_size(json_object_get(
			     json_array_get(the_rig->packets, 0), "alerts")),
	    65);
	rig_teardown();
}

static size_t
lease_once(void)
{
	assert_int_equal(in_tx(run_lease_once, NULL), OK);
	return json_array_size(the_rig->packets);
}

/* Several of thousands in one transaction held up everybody else. */
static void
test_one_transaction_gathers_one_digest(void **state)
{
	char id[ID_SIZE];

	(void)state;
	rig_setup("now");
	raise_alerts(7, true, id);
	pass(5 * MINUTE); /* by now the other address is called, too */
	assert_int_equal(lease_once(), 1);
	assert_int_equal(lease_once(), 1);
	assert_int_equal(lease_once(), 0);
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_rare_digest_holds_no_urgent_alert),
	    cmocka_unit_test(test_others_wait_for_their_digest),
	    cmocka_unit_test(test_a_cancelled_leader_leaves_nobody_behind),
	    cmocka_unit_test(
		test_a_digest_without_address_leaves_nobody_behind),
	    cmocka_unit_test(test_a_digest_that_was_not_taken_stays_whole),
	    cmocka_unit_test(test_a_digest_names_no_member),
	    cmocka_unit_test(test_a_digest_of_whole_pages_has_an_end),
	    cmocka_unit_test(test_one_transaction_gathers_one_digest),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
