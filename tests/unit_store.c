#include "store_each.h"

#include "context.h"

#define MANY 600

static void
test_a_value_is_kept_over_a_restart(void **state)
{
	struct rig *r = *state;
	struct job j = {.name = "a", .value = "1"};

	assert_int_equal(rig_do(r, JOB_INTAKE, &j), OK);
	rig_close(r);
	rig_open(r, 65536);
	rig_expect(r, "a", "1");
}

/* What is called a commit went to the disk: a job that writes nothing is none. */
static void
test_only_what_was_written_counts(void **state)
{
	struct rig *r = *state;
	struct job set = {.name = "a", .value = "1"}, same = set;
	struct store_stats stats;

	assert_int_equal(rig_do(r, JOB_ACT, &set), OK);
	assert_int_equal(rig_do(r, JOB_ACT, &same), OK);
	rig_expect(r, "a", "1");
	store_stats(r->store, &stats);
	assert_int_equal(stats.batches, 1);
	assert_int_equal(stats.writes, 1);
}

static void
test_waiting_jobs_share_a_commit(void **state)
{
	static struct job jobs[MANY];
	struct rig *r = *state;
	struct store_stats stats;
	struct hold h;

	memset(jobs, 0, sizeof(jobs));
	hold_start(r, &h);
	for (int i = 0; i < MANY; i++) {
		/* Another value each: what stays the same is not written. */
		jobs[i] =
		    (struct job){.name = "a", .value = i % 2 == 0 ? "1" : "2"};
		rig_post(r, JOB_INTAKE, &jobs[i]);
	}
	hold_end(&h);
	rig_wait(r, MANY + 1);
	store_stats(r->store, &stats);
	assert_int_equal(stats.jobs, MANY + 1);
	assert_int_equal(stats.batches, 1 + 3);
	assert_int_equal(stats.writes, MANY + 1);
	assert_int_equal(stats.largest_batch, 256);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(jobs[i].how, OK);
		assert_int_equal(jobs[i].runs, 1);
		assert_int_equal(jobs[i].order, i + 1);
	}
}

static void
test_a_failed_job_leaves_nothing_and_harms_nobody(void **state)
{
	struct rig *r = *state;
	struct job jobs[3] = {
	    {.name = "a", .value = "1"},
	    {.name = "b", .value = "1", .end = REFUSED},
	    {.name = "c", .value = "1"},
	};
	struct hold h;

	hold_start(r, &h);
	for (int i = 0; i < 3; i++)
		rig_post(r, JOB_ACT, &jobs[i]);
	hold_end(&h);
	rig_wait(r, 4);
	assert_int_equal(jobs[0].how, OK);
	assert_int_equal(jobs[1].how, REFUSED);
	assert_int_equal(jobs[2].how, OK);
	rig_expect(r, "a", "1");
	rig_expect(r, "b", "");
	rig_expect(r, "c", "1");
}

/* Alone it has no savepoint: the transaction goes with it. */
static void
test_a_job_that_fails_alone_leaves_nothing(void **state)
{
	struct rig *r = *state;
	struct job bad = {.name = "a", .value = "1", .end = REFUSED},
		   good = {.name = "b", .value = "1"};
	struct store_stats stats;

	assert_int_equal(rig_do(r, JOB_ACT, &bad), REFUSED);
	assert_int_equal(rig_do(r, JOB_ACT, &good), OK);
	assert_int_equal(bad.runs, 1);
	rig_expect(r, "a", "");
	rig_expect(r, "b", "1");
	store_stats(r->store, &stats);
	assert_int_equal(stats.batches, 1);
}

static void
test_reads_do_not_wait_for_the_batch(void **state)
{
	struct rig *r = *state;
	struct job write = {.name = "a", .value = "1"}, read = {.name = "a"};
	struct hold h;

	hold_start(r, &h);
	rig_post(r, JOB_ACT, &write);
	rig_post(r, JOB_READ, &read);
	hold_end(&h);
	rig_wait(r, 3);
	assert_true(read.order < write.order);
	assert_string_equal(read.found, "");
	rig_expect(r, "a", "1");
}

/* Its answer leaves while the batch that came with it still runs. */
static void
test_a_read_is_answered_before_the_commit(void **state)
{
	struct rig *r = *state;
	sem_t reached, let;
	struct job read = {.name = "a"}, write = {.name = "a", .value = "1"};
	struct hold h;

	sem_init(&reached, 0, 0);
	sem_init(&let, 0, 0);
	write.reached = &reached;
	write.let = &let;
	hold_start(r, &h);
	rig_post(r, JOB_ACT, &write);
	rig_post(r, JOB_READ, &read);
	hold_end(&h);
	sem_wait(&reached);
	rig_wait(r, 2);
	assert_true(read.is_done);
	assert_false(write.is_done);
	sem_post(&let);
	rig_wait(r, 3);
}

static void
test_closing_finishes_what_waits(void **state)
{
	static struct job jobs[MANY];
	struct rig *r = *state;

	memset(jobs, 0, sizeof(jobs));
	for (int i = 0; i < MANY; i++) {
		jobs[i] = (struct job){.name = "a", .value = "1"};
		rig_post(r, i % 3 == 0 ? JOB_READ : JOB_ACT, &jobs[i]);
	}
	rig_close(r);
	assert_int_equal(r->done, MANY);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(jobs[i].how, OK);
}

static enum outcome
exec_outcomes(struct tx *tx, void *arg)
{
	(void)arg;
	assert_int_equal(tx_exec(tx, Q_KEY_ADD,
			     ARGS(V_TEXT("k"), V_TEXT("00000"), V_TEXT("case"),
				 V_INT(1), V_BLOB("w", 1), V_INT(7), V_INT(1))),
	    OK);
	assert_int_equal(tx_exec(tx, Q_KEY_ADD,
			     ARGS(V_TEXT("k"), V_TEXT("00000"), V_TEXT("case"),
				 V_INT(1), V_BLOB("w", 1), V_INT(7), V_INT(1))),
	    CONFLICT);
	assert_int_equal(tx_exec(tx, Q_KEY_ADD,
			     ARGS(V_TEXT("l"), V_TEXT("00000"), V_TEXT("none"),
				 V_INT(1), V_BLOB("w", 1), V_INT(7), V_INT(1))),
	    CONFLICT);
	assert_int_equal(tx_exec(tx, Q_KEY_ADD,
			     ARGS(V_TEXT("l"), V_TEXT("00000"), V_TEXT("case"),
				 V_INT(1), V_NULL, V_INT(7), V_INT(1))),
	    FAILED);
	assert_int_equal(tx_exec(tx, Q_BLIND_ADD,
			     ARGS(V_TEXT("name"), V_BLOB("d", 1), V_TEXT("c"),
				 V_TEXT("o"), V_TEXT("00000"), V_INT(1))),
	    OK);
	assert_int_equal(tx_exec(tx, Q_BLIND_ADD,
			     ARGS(V_TEXT("name"), V_BLOB("d", 1), V_TEXT("c"),
				 V_TEXT("o"), V_TEXT("00000"), V_INT(1))),
	    NOT_FOUND);
	assert_int_equal(
	    tx_number(tx, Q_META_GET, 5, ARGS(V_TEXT("00000"), V_TEXT("none"))),
	    5);
	assert_null(
	    tx_object(tx, Q_META_GET, ARGS(V_TEXT("00000"), V_TEXT("none"))));
	return OK;
}

static void
test_outcomes_of_a_statement(void **state)
{
	struct rig *r = *state;
	struct job j = {.rig = r};

	store_post(r->store, JOB_ACT, exec_outcomes, job_done_fn, &j);
	rig_wait(r, 1);
	assert_int_equal(j.how, OK);
}

static const struct context contexts[2];
static const struct context *seen;

static enum outcome
look_at_context(struct tx *tx, void *arg)
{
	(void)arg;
	seen = tx_context(tx);
	return OK;
}

static void
count_drop(void *arg)
{
	++*(int *)arg;
}

static void
test_a_context_is_swapped_and_the_old_one_dropped(void **state)
{
	struct rig *r = *state;
	struct job j[2] = {{.rig = r}, {.rig = r}};
	int drops = 0;

	store_set_context(r->store, &contexts[0], NULL, NULL);
	store_post(r->store, JOB_READ, look_at_context, job_done_fn, &j[0]);
	rig_wait(r, 1);
	assert_ptr_equal(seen, &contexts[0]);
	store_set_context(r->store, &contexts[1], count_drop, &drops);
	store_post(r->store, JOB_READ, look_at_context, job_done_fn, &j[1]);
	rig_wait(r, 2);
	assert_ptr_equal(seen, &contexts[1]);
	assert_int_equal(drops, 1);
}

static void
test_a_copy_is_whole_while_writes_go_on(void **state)
{
	static char big[200000];
	struct rig *r = *state;
	struct rig copy = *r;
	struct job many[40] = {{0}}, made = {.rig = r};
	char again[320];

	memset(big, 'x', sizeof(big) - 1);
	for (int i = 0; i < 40; i++) {
		many[i] = (struct job){
		    .name = i % 2 == 0 ? "even" : "odd", .value = big};
		rig_post(r, JOB_ACT, &many[i]);
	}
	snprintf(copy.path, sizeof(copy.path), "%s/copy ?%%.db", r->dir);
	store_copy(r->store, copy.path, job_done_fn, &made);
	for (int i = 0; i < 20; i++) {
		struct job j = {.name = "last", .value = "written"};

		assert_int_equal(rig_do(r, JOB_ACT, &j), OK);
	}
	rig_wait(r, 61);
	assert_int_equal(made.how, OK);
	snprintf(again, sizeof(again), "%s.part", copy.path);
	assert_int_not_equal(access(again, F_OK), 0);

	made = (struct job){.rig = r};
	store_copy(r->store, copy.path, job_done_fn, &made);
	rig_wait(r, 62);
	assert_int_equal(made.how, CONFLICT);

	struct job j = {.name = "odd"};
	struct store *s = store_open_copy(copy.path);

	assert_non_null(s);
	assert_int_equal(store_read_now(s, job_get, &j), OK);
	assert_int_equal(strlen(j.found), 60);
	store_close(s);
	store_reap(s);
}

static void
test_the_log_is_cut_when_idle(void **state)
{
	struct rig *r = *state;
	struct job j = {.name = "a", .value = "1"};
	struct stat st;
	char wal[320];

	snprintf(wal, sizeof(wal), "%s-wal", r->path);
	assert_int_equal(rig_do(r, JOB_ACT, &j), OK);
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 0);
	for (int i = 0; i < 50 && st.st_size > 0; i++) {
		usleep(100000);
		assert_int_equal(stat(wal, &st), 0);
	}
	assert_int_equal(st.st_size, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_up, store_down)

/* people_find built a pattern in a frame that was gone when it was read. */
static enum outcome
ask_with_a_value_that_goes(struct tx *tx, void *arg)
{
	char name[] = "borrowed";
	struct rows *rows;

	(void)arg;
	assert_int_equal(tx_exec(tx, Q_META_SET,
			     ARGS(V_TEXT("00000"), V_TEXT(name), V_TEXT("7"))),
	    OK);
	rows = tx_query(tx, Q_META_GET, ARGS(V_TEXT("00000"), V_TEXT(name)));
	memset(name, 'x', sizeof(name) - 1);
	assert_true(rows_next(rows));
	assert_string_equal(row_text(rows, 0), "7");
	return rows_end(rows);
}

static void
test_a_value_may_go_before_its_rows_are_read(void **state)
{
	struct rig *r = *state;
	struct job j = {.rig = r};

	store_post(
	    r->store, JOB_ACT, ask_with_a_value_that_goes, job_done_fn, &j);
	rig_wait(r, 1);
	assert_int_equal(j.how, OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_value_is_kept_over_a_restart),
	    TEST(test_only_what_was_written_counts),
	    TEST(test_waiting_jobs_share_a_commit),
	    TEST(test_a_failed_job_leaves_nothing_and_harms_nobody),
	    TEST(test_a_job_that_fails_alone_leaves_nothing),
	    TEST(test_reads_do_not_wait_for_the_batch),
	    TEST(test_a_read_is_answered_before_the_commit),
	    TEST(test_closing_finishes_what_waits),
	    TEST(test_outcomes_of_a_statement),
	    TEST(test_a_value_may_go_before_its_rows_are_read),
	    TEST(test_a_context_is_swapped_and_the_old_one_dropped),
	    TEST(test_a_copy_is_whole_while_writes_go_on),
	    TEST(test_the_log_is_cut_when_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
