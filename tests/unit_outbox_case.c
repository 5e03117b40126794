/* Alerts about a step of a case: what they say, and when. */
#include "outbox_rig.c"

#include "cases.h"

#define CASE "018f0000-0000-7000-8000-0000000000c1"
#define CODE "K7Q2-M4XD"

struct about {
	const char *step, *kind;
	bool is_urgent;
	char alert_id[ID_SIZE], clock_id[ID_SIZE];
};

static enum outcome
run_case(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_CASE_ADD,
	    ARGS(V_TEXT(CASE), V_TEXT("00000"), V_TEXT(CODE), V_TEXT("I"),
		V_TEXT("abused"), V_TEXT("{}"), V_INT(T0), V_INT(T0),
		V_INT(0)));
}

/* A clock of the step with an hour left, and an alert about it. */
static enum outcome
run_about(struct tx *tx, void *arg)
{
	struct about *b = arg;
	struct people p = {.n = 1, .list = {{.member_id = MEMBER}}};
	struct alert a = {.clock_id = b->clock_id,
	    .case_id = CASE,
	    .kind = b->kind,
	    .is_urgent = b->is_urgent,
	    .due_at = clock_now()};

	id_new(b->clock_id);
	assert_int_equal(
	    tx_exec(tx, Q_CLOCK_ADD,
		ARGS(V_TEXT(b->clock_id), V_TEXT("00000"), V_TEXT(CASE),
		    V_TEXT(b->step), V_TEXT(""), V_TEXT("small"), V_TEXT("12h"),
		    V_INT(T0), V_INT(clock_now() + HOUR), V_INT(T0),
		    V_INT(b->is_urgent), V_INT(0), V_INT(0), V_INT(-1),
		    V_INT(0), V_NULL, V_NULL, V_INT(0))),
	    OK);
	assert_int_equal(alert_raise(tx, &a, &p, NULL, 0), OK);
	memcpy(b->alert_id, a.id, ID_SIZE);
	return OK;
}

static void
begin(void)
{
	rig_setup("now");
	assert_int_equal(in_tx(run_case, NULL), OK);
}

/* The alert goes out; what it says of the step. */
static void
expect_words(const char *step, const char *words)
{
	struct about b = {.step = step, .kind = "warning", .is_urgent = true};

	assert_int_equal(in_tx(run_about, &b), OK);
	assert_int_equal(lease_now(16), 1);
	assert_non_null(strstr(packet_text(0, "text"), words));
	assert_non_null(strstr(packet_text(0, "text"), CODE));
	result_of(0, "accepted", 250, 0);
}

/* A procedure that lost the step while its clock ran still calls people. */
static void
test_a_step_the_procedure_lost_is_told_by_its_id(void **state)
{
	(void)state;
	begin();
	expect_words("N08", "bước N08 Can thiệp khẩn cấp còn ");
	expect_words("N99", "bước N99 còn ");
	rig_teardown();
}

static enum outcome
run_timeline(struct tx *tx, void *arg)
{
	*(json_t **)arg = tx_list(tx, Q_VIEW_EVENTS,
	    ARGS(V_TEXT(CASE), V_INT(0), V_INT(1), V_TEXT(""), V_INT(INT64_MAX),
		V_INT(1000)));
	return OK;
}

static size_t
events_of(const char *act)
{
	json_t *all = NULL, *e;
	size_t i, n = 0;

	assert_int_equal(in_tx(run_timeline, &all), OK);
	json_array_foreach(all, i, e) n +=
	    strcmp(json_string_value(json_object_get(e, "act")), act) == 0;
	json_decref(all);
	return n;
}

static void
test_what_quiet_hours_hold_is_told_in_the_case(void **state)
{
	struct about b = {.step = "N20", .kind = "warning"};

	(void)state;
	begin();
	assert_int_equal(in_tx(run_quiet, NULL), OK);
	assert_int_equal(in_tx(run_about, &b), OK);
	assert_int_equal(lease_now(16), 0);
	assert_int_equal(next_now(), T0 + HOUR);
	assert_int_equal(events_of("delivery.held"), 1);
	pass(HOUR);
	assert_int_equal(lease_now(16), 1);
	assert_int_equal(events_of("delivery.held"), 1);
	rig_teardown();
}

static enum outcome
run_packet(struct tx *tx, void *arg)
{
	struct delivery d = {.id = CASE, .channel = "email"};

	*(json_t **)arg = outbox_packet(
	    tx, &d, "an@phuong.test", (const char *[2]){"t", "C"});
	return OK;
}

/* Its rows are not there: better none than one that says nothing. */
static void
test_no_packet_of_no_delivery(void **state)
{
	json_t *packet = NULL;

	(void)state;
	begin();
	assert_int_equal(in_tx(run_packet, &packet), OK);
	assert_null(packet);
	rig_teardown();
}

static enum outcome
run_end_alert(struct tx *tx, void *arg)
{
	const struct about *b = arg;

	return tx_exec(tx, Q_ALERTS_OVER, ARGS(V_TEXT(b->clock_id)));
}

static enum outcome
run_code(struct tx *tx, void *arg)
{
	return outbox_answer(tx, "email", "an@phuong.test", arg);
}

/* The step was done meanwhile: an answer that comes late is no fault. */
static void
test_a_code_of_an_alert_that_is_over_is_taken(void **state)
{
	struct about b = {.step = "N08", .kind = "warning", .is_urgent = true};
	char code[ANSWER_CODE + 1];

	(void)state;
	begin();
	assert_int_equal(in_tx(run_about, &b), OK);
	assert_int_equal(lease_now(16), 1);
	code_of(packet_text(0, "id"), code);
	assert_int_equal(in_tx(run_end_alert, &b), OK);
	assert_int_equal(in_tx(run_code, code), OK);
	assert_int_equal(events_of("alert.acked"), 0);
	rig_teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_step_the_procedure_lost_is_told_by_its_id),
	    cmocka_unit_test(test_what_quiet_hours_hold_is_told_in_the_case),
	    cmocka_unit_test(test_no_packet_of_no_delivery),
	    cmocka_unit_test(test_a_code_of_an_alert_that_is_over_is_taken),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
