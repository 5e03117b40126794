#include "store_each.h"

/* One that comes while a long batch runs waits for a part of it only. */
static void
test_a_batch_makes_way_for_a_read(void **state)
{
	static struct job jobs[100];
	struct rig *r = *state;
	struct job read = {.name = "a"};
	struct store_stats stats;
	struct hold h, inside;

	memset(jobs, 0, sizeof(jobs));
	sem_init(&inside.reached, 0, 0);
	sem_init(&inside.let, 0, 0);
	hold_start(r, &h);
	for (int i = 0; i < 100; i++) {
		jobs[i] =
		    (struct job){.name = "a", .value = i < 50 ? "1" : "2"};
		if (i == 3) {
			jobs[i].reached = &inside.reached;
			jobs[i].let = &inside.let;
		}
		rig_post(r, JOB_INTAKE, &jobs[i]);
	}
	hold_end(&h);
	sem_wait(&inside.reached);
	rig_post(r, JOB_READ, &read);
	hold_end(&inside);
	rig_wait(r, 102);
	store_stats(r->store, &stats);
	assert_int_equal(stats.batches, 1 + 2);
	assert_int_equal(stats.jobs, 1 + 100);
	assert_string_equal(read.found, "1"); /* of those that came through */
	assert_true(read.order > jobs[15].order);
	assert_true(read.order < jobs[16].order);
	for (int i = 1; i < 100; i++) {
		assert_int_equal(jobs[i].how, OK);
		assert_int_equal(jobs[i].runs, 1);
		assert_true(jobs[i].order > jobs[i - 1].order);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_up, store_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_batch_makes_way_for_a_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
