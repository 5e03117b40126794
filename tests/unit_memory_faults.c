/*
 * What left from memory, repeated on rows: in trials, where all of it is undone
 * and what failed leaves again; and for good, where each statement fails once.
 */
#include "outbox_rig.c"

#include "faults.h"

#include "attempt_result.h"
#include "fail_each.h"
#include "outbox_memory.h"
#include "system_faults.h"

#define UNKNOWN "018f0000-0000-7000-8000-0000000000ff"

static struct memory *
begin(int n)
{
	struct memory *m = xcalloc(1, sizeof(*m));
	char id[ID_SIZE];

	rig_setup("now");
	the_rig->n_addresses = 1;
	raise_alerts(n, true, id);
	m->lease_ms = the_rig->conf->lease;
	return m;
}

static void
end(struct memory *m)
{
	free(m);
	rig_teardown();
}

struct trying {
	const struct memory *m;
	int64_t room, fired_at;
};

static enum outcome
run_try(struct tx *tx, void *arg)
{
	struct trying *t = arg;

	json_decref(the_rig->packets);
	the_rig->packets = json_array();
	return memory_try(tx, t->m, t->room, the_rig->packets, &t->fired_at);
}

/* What a trial lets out; it is remembered as what left. */
static size_t
try(struct memory *m, int64_t room)
{
	struct trying t = {.m = m, .room = room};
	struct in_tx job = {.run = run_try, .arg = &t};
	const json_t *packet;

	store_post(the_rig->rig.store, JOB_TRIAL, run_call, on_call, &job);
	while (!job.is_done) {
		sem_wait(&the_rig->rig.woken);
		store_reap(the_rig->rig.store);
	}
	assert_int_equal(job.how, OK);
	for (size_t i = 0;
	     (packet = json_array_get(the_rig->packets, i)) != NULL; i++) {
		struct lease_of l;

		lease_read(packet, &l);
		memory_left(m, &l);
	}
	return json_array_size(the_rig->packets);
}

static void
note(struct memory *m, const char *id, enum result what)
{
	struct delivery_result r = attempt_result(id, 1, what);

	assert_non_null(memory_note(m, &r));
}

static enum outcome
run_record(struct tx *tx, void *arg)
{
	return memory_record(tx, arg);
}

static void
record(struct memory *m)
{
	assert_int_equal(in_tx(run_record, m), OK);
}

/* ---- Trials ---- */

static void
test_a_trial_leaves_no_trace(void **state)
{
	struct memory *m = begin(1);
	struct delivery d;

	(void)state;
	assert_int_equal(try(m, 0), 0);
	assert_int_equal(try(m, 16), 1);
	d = delivery_of(packet_text(0, "id"));
	assert_true(d.is_waiting);
	assert_int_equal(d.attempts, 0);
	assert_int_equal(try(m, 16), 0); /* it left */
	end(m);
}

/* After a minute, as if it had not left; but not what need not leave again. */
static void
test_what_failed_leaves_again_in_a_minute(void **state)
{
	static const struct {
		enum result result;
		size_t again;
	} cases[] = {{RESULT_TRANSIENT, 1}, {RESULT_AMBIGUOUS, 1},
	    {RESULT_ACCEPTED, 0}, {RESULT_PERMANENT, 0}};
	char id[ID_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct memory *m = begin(1);

		assert_int_equal(try(m, 16), 1);
		snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
		note(m, id, cases[i].result);
		assert_int_equal(try(m, 16), 0);
		m->list[m->n - 1].mono -= MINUTE;
		assert_int_equal(try(m, 16), cases[i].again);
		if (cases[i].again > 0)
			assert_string_equal(packet_text(0, "id"), id);
		end(m);
	}
}

/* For good it is as it was, however long ago. */
static void
test_what_failed_long_ago_is_recorded(void **state)
{
	struct memory *m = begin(1);
	struct delivery d;
	char id[ID_SIZE];

	(void)state;
	assert_int_equal(try(m, 16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	note(m, id, RESULT_TRANSIENT);
	m->list[m->n - 1].mono -= MINUTE;
	record(m);
	d = delivery_of(id);
	assert_true(d.is_waiting);
	assert_int_equal(d.attempts, 1);
	end(m);
}

/* ---- Rows that moved on ---- */

struct events {
	int n, left, about_case;
};

static enum outcome
run_events(struct tx *tx, void *arg)
{
	struct rows *r = tx_query(tx, Q_AUDIT_ALL, NO_ARGS);
	struct events *e = arg;

	for (*e = (struct events){0}; rows_next(r); e->n++) {
		e->left += strcmp(row_text(r, 5), "delivery.from_memory") == 0;
		e->about_case += row_text(r, 8) != NULL;
	}
	return rows_end(r);
}

static struct events
events(void)
{
	struct events e;

	assert_int_equal(in_tx(run_events, &e), OK);
	return e;
}

static void
test_what_is_recorded_is_not_recorded_twice(void **state)
{
	struct memory *m = begin(1);
	char id[ID_SIZE];
	struct delivery d;

	(void)state;
	assert_int_equal(try(m, 16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	record(m);
	record(m); /* leased already */
	d = delivery_of(id);
	assert_true(d.is_leased);
	assert_int_equal(d.epoch, 1);
	assert_int_equal(d.attempts, 1);
	note(m, id, RESULT_ACCEPTED);
	record(m);
	record(m); /* over already */
	d = delivery_of(id);
	assert_false(d.is_leased || d.is_waiting);
	assert_int_equal(d.attempts, 1);
	assert_int_equal(events().left, 1);
	assert_int_equal(events().about_case, 0); /* it has none */
	end(m);
}

/* Its row was leased when the courier that held it died. */
static void
test_what_left_once_more_is_the_next_attempt(void **state)
{
	struct memory *m = begin(1);
	struct lease_of l;
	struct delivery d;

	(void)state;
	assert_int_equal(lease_now(16), 1);
	lease_read(json_array_get(the_rig->packets, 0), &l);
	l.epoch++;
	memory_left(m, &l);
	record(m);
	d = delivery_of(l.id);
	assert_true(d.is_leased);
	assert_int_equal(d.epoch, 2);
	assert_int_equal(d.attempts, 2);
	end(m);
}

static void
test_a_result_of_another_attempt_changes_nothing(void **state)
{
	struct memory *m = begin(1);
	struct delivery_result r;
	int n;

	(void)state;
	assert_int_equal(lease_now(16), 1);
	n = events().n;
	r = attempt_result(packet_text(0, "id"), 2, RESULT_ACCEPTED);
	memory_keep(m, &r);
	record(m);
	assert_true(delivery_of(r.id).is_leased);
	assert_int_equal(events().n, n);
	end(m);
}

static enum outcome
run_cancel(struct tx *tx, void *arg)
{
	struct delivery d;

	assert_int_equal(delivery_get(tx, arg, &d), OK);
	return delivery_cancel(tx, &d, "barred");
}

static void
test_what_was_cancelled_meanwhile_stays_so(void **state)
{
	struct memory *m = begin(1);
	struct delivery d;
	char id[ID_SIZE];

	(void)state;
	assert_int_equal(try(m, 16), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	assert_int_equal(in_tx(run_cancel, id), OK);
	record(m);
	d = delivery_of(id);
	assert_false(d.is_leased || d.is_waiting);
	assert_int_equal(d.attempts, 0);
	end(m);
}

static void
test_what_has_no_row_changes_nothing(void **state)
{
	struct memory *m = begin(1);
	struct lease_of l = {.id = UNKNOWN, .channel = "email", .epoch = 1};

	(void)state;
	memory_left(m, &l);
	note(m, UNKNOWN, RESULT_ACCEPTED);
	record(m);
	assert_int_equal(lease_now(16), 1);
	end(m);
}

/* ---- Failures ---- */

static void
fail_all(enum outcome (*run)(struct tx *tx, void *arg), void *arg, int least)
{
	int lost;

	assert_true(fail_each(run, arg, &lost) >= least);
	assert_int_equal(lost, 0);
}

static enum outcome
run_alarm(struct tx *tx, void *arg)
{
	return alarm_await(tx, "alarm_disk_full", arg, clock_now());
}

static void
test_each_statement_fails(void **state)
{
	struct memory *m = begin(2);
	struct trying t = {.m = m, .room = 16};
	char about[] = "x", id[ID_SIZE];

	(void)state;
	assert_int_equal(in_tx(run_alarm, about), OK);
	assert_int_equal(try(m, 1), 1);
	snprintf(id, sizeof(id), "%s", packet_text(0, "id"));
	note(m, id, RESULT_TRANSIENT);
	memory_fired(m, clock_now());
	fail_all(run_record, m, 8);
	fail_all(run_try, &t, 12);
	assert_int_equal(delivery_of(id).attempts, 0);
	end(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_trial_leaves_no_trace),
	    cmocka_unit_test(test_what_failed_leaves_again_in_a_minute),
	    cmocka_unit_test(test_what_failed_long_ago_is_recorded),
	    cmocka_unit_test(test_what_is_recorded_is_not_recorded_twice),
	    cmocka_unit_test(test_what_left_once_more_is_the_next_attempt),
	    cmocka_unit_test(test_a_result_of_another_attempt_changes_nothing),
	    cmocka_unit_test(test_what_was_cancelled_meanwhile_stays_so),
	    cmocka_unit_test(test_what_has_no_row_changes_nothing),
	    cmocka_unit_test(test_each_statement_fails),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
