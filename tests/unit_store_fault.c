/* What a failed write or sync does, and that done waits for the sync. */
#include "store_child.h"

#include "store_disk.h"

static void
test_done_comes_after_the_sync(void **state)
{
	struct rig rig, *r = &rig;
	sem_t reached, let;
	struct job j = {.name = "a", .value = "1"};

	(void)state;
	rig_new(r);
	rig_open(r, 0);
	sem_init(&reached, 0, 0);
	sem_init(&let, 0, 0);
	j.reached = &reached;
	j.let = &let;
	rig_post(r, JOB_INTAKE, &j);
	sem_wait(&reached);
	disk.syncs = 0;
	sem_post(&let);
	rig_wait(r, 1);
	assert_int_equal(j.how, OK);
	assert_true(disk.syncs >= 1);
	rig_end(r);
}

static struct rig doomed;

static void
die_at_commit(void)
{
	struct rig *r = &doomed;
	struct job j = {.name = "a", .value = "1"};

	rig_open(r, 0);
	disk.sync_errno = EIO;
	rig_post(r, JOB_INTAKE, &j);
	for (int i = 0; i < 100 && r->done == 0; i++) {
		usleep(100000);
		store_reap(r->store);
	}
	_exit(1);
}

static void
die_at_write(void)
{
	struct rig *r = &doomed;
	struct job j = {.name = "a", .value = "1"};

	rig_open(r, 0);
	disk.write_errno = EIO;
	rig_post(r, JOB_INTAKE, &j);
	rig_wait(r, 1);
	_exit(1);
}

/* The checkpoint's sync has no commit that would tell. */
static void
die_at_checkpoint(void)
{
	struct rig *r = &doomed;
	struct job j = {.name = "a", .value = "1"};

	rig_open(r, 0);
	rig_do(r, JOB_INTAKE, &j);
	disk.sync_errno = EIO;
	sleep(5);
	_exit(1);
}

static void
expect_exit_io(void (*fn)(void))
{
	int status;

	rig_new(&doomed);
	status = rig_child(fn);
	rig_end(&doomed);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 74);
}

static void
test_a_failed_sync_ends_the_process(void **state)
{
	(void)state;
	expect_exit_io(die_at_commit);
	expect_exit_io(die_at_write);
	expect_exit_io(die_at_checkpoint);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_done_comes_after_the_sync),
	    cmocka_unit_test(test_a_failed_sync_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
