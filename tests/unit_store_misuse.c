/* Broken promises inside the program end it at once. */
#include "store_child.h"

#define WARD ARGS(V_TEXT("00000"), V_TEXT("a"))

static enum outcome
nest(struct tx *tx, void *arg)
{
	struct rows *r = tx_query(tx, Q_META_GET, WARD);

	(void)arg;
	(void)rows_next(r);
	(void)rows_end(tx_query(tx, Q_META_GET, WARD));
	return rows_end(r);
}

static enum outcome
leave_open(struct tx *tx, void *arg)
{
	(void)arg;
	(void)rows_next(tx_query(tx, Q_META_GET, WARD));
	return OK;
}

static enum outcome
give_too_few(struct tx *tx, void *arg)
{
	(void)arg;
	return rows_end(tx_query(tx, Q_META_GET, ARGS(V_TEXT("00000"))));
}

static enum outcome
exec_a_question(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_META_GET, WARD);
}

static const struct misuse {
	enum job_kind kind;
	job_run *run;
} misuses[] = {
    {JOB_ACT, nest},
    {JOB_READ, leave_open},
    {JOB_READ, give_too_few},
    {JOB_ACT, exec_a_question},
    {JOB_READ, job_set},
};
static const struct misuse *chosen;
static struct rig rig;

static void
misuse(void)
{
	struct job j = {.rig = &rig, .name = "a", .value = "1"};

	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(1);
	rig_open(&rig, 0);
	store_post(rig.store, chosen->kind, chosen->run, job_done_fn, &j);
	rig_wait(&rig, 1);
}

static void
test_misuse_is_fatal(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(misuses); i++) {
		int status;

		rig_new(&rig);
		chosen = &misuses[i];
		status = rig_child(misuse);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
		rig_end(&rig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_misuse_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
