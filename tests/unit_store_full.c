/* On a full disk intake is refused and everything else goes on. */
#include "store_jobs.h"

#include "store_disk.h"

#define RESERVE 1048576 /* more than the log of these tests */
#define BIG	100000
#define HUGE	5000000 /* more than the page cache holds */

static int
set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	disk.capacity = ENDLESS;
	disk.sync_errno = disk.write_errno = 0;
	rig_new(r);
	disk.dir = r->dir;
	rig_open(r, RESERVE);
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	disk.capacity = ENDLESS;
	rig_end(*state);
	free(*state);
	return 0;
}

static char *
text_of(size_t n)
{
	char *s = malloc(n + 1);

	assert_non_null(s);
	memset(s, 'x', n);
	s[n] = '\0';
	return s;
}

/* From now on there is room for nothing but what the reserve gives. */
static void
fill_disk(void)
{
	disk.capacity = used();
}

static void
test_a_full_disk_stops_intake_but_not_acts(void **state)
{
	struct rig *r = *state;
	char *big = text_of(BIG);
	struct job in = {.name = "in", .value = big};
	struct job act = {.name = "act", .value = "1"};
	struct store_stats stats;

	fill_disk();
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), FULL);
	assert_true(store_is_full(r->store));
	assert_int_equal(rig_do(r, JOB_ACT, &act), OK);
	rig_expect(r, "act", "1");
	rig_expect(r, "in", "");
	in = (struct job){.name = "in", .value = "1"};
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), FULL);
	in = (struct job){.name = "in", .value = "1"};
	assert_int_equal(rig_do(r, JOB_UPLOAD, &in), FULL);
	assert_int_equal(in.runs, 0);
	store_stats(r->store, &stats);
	assert_int_equal(stats.full_events, 1);
	free(big);
}

static void
test_a_used_up_quota_is_a_full_disk(void **state)
{
	struct rig *r = *state;
	struct job in = {.name = "in", .value = "1"};

	disk.write_errno = EDQUOT;
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), FULL);
	assert_true(store_is_full(r->store));
	disk.write_errno = 0;
}

static void
wait_for_room(struct rig *r)
{
	for (int i = 0; i < 80 && store_is_full(r->store); i++)
		usleep(100000);
	assert_false(store_is_full(r->store));
}

static void
test_room_opens_intake_again(void **state)
{
	struct rig *r = *state;
	char *big = text_of(BIG);
	struct job in = {.name = "in", .value = big};

	fill_disk();
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), FULL);
	disk.capacity = ENDLESS;
	wait_for_room(r);
	in = (struct job){.name = "in", .value = big};
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), OK);
	free(big);
}

static void
test_a_full_disk_harms_no_act_of_the_batch(void **state)
{
	struct rig *r = *state;
	char *huge = text_of(HUGE);
	sem_t reached, let;
	struct job hold = {.name = "hold", .value = "1"};
	struct job jobs[4] = {
	    {.name = "a", .value = "1"},
	    {.name = "b", .value = huge},
	    {.name = "c", .value = "1"},
	    {.name = "d", .value = "1", .end = REFUSED},
	};
	static const enum job_kind kinds[] = {
	    JOB_ACT, JOB_INTAKE, JOB_ACT, JOB_ACT};

	sem_init(&reached, 0, 0);
	sem_init(&let, 0, 0);
	hold.reached = &reached;
	hold.let = &let;
	rig_post(r, JOB_ACT, &hold);
	sem_wait(&reached);
	for (int i = 0; i < 4; i++)
		rig_post(r, kinds[i], &jobs[i]);
	disk.capacity = used() + BIG; /* for the hold */
	sem_post(&let);
	rig_wait(r, 5);
	assert_int_equal(hold.how, OK);
	assert_int_equal(jobs[0].how, OK);
	assert_int_equal(jobs[1].how, FULL);
	assert_int_equal(jobs[2].how, OK);
	assert_int_equal(jobs[3].how, REFUSED);
	rig_expect(r, "a", "1");
	rig_expect(r, "b", "");
	rig_expect(r, "c", "1");
	rig_expect(r, "d", "");
	free(huge);
}

/* The reserve is gone too: acts are told, reads go on, nothing is lost. */
static void
test_an_act_beyond_the_reserve_is_told(void **state)
{
	struct rig *r = *state;
	char *huge = text_of(HUGE);
	struct job a = {.name = "a", .value = "1"};
	struct job b = {.name = "b", .value = huge};
	struct job c = {.name = "a", .value = "2"};

	assert_int_equal(rig_do(r, JOB_ACT, &a), OK);
	fill_disk();
	assert_int_equal(rig_do(r, JOB_ACT, &b), FULL);
	rig_expect(r, "b", "");
	assert_int_equal(rig_do(r, JOB_ACT, &c), OK);
	rig_expect(r, "a", "2");
	free(huge);
}

/* The log is moved and begun again: acts go on as long as they must. */
static void
test_acts_outlast_the_reserve(void **state)
{
	struct rig *r = *state;
	char *big = text_of(BIG), value[16];
	struct job in = {.name = "in", .value = big};

	fill_disk();
	assert_int_equal(rig_do(r, JOB_INTAKE, &in), FULL);
	for (int i = 0; i < 500; i++) {
		struct job act = {.name = "act", .value = value};

		snprintf(value, sizeof(value), "%d", i);
		assert_int_equal(rig_do(r, JOB_ACT, &act), OK);
	}
	rig_expect(r, "act", "499");
	assert_true(store_is_full(r->store));
	free(big);
}

static void
test_it_starts_on_a_full_disk(void **state)
{
	struct rig *r = *state;
	char *big = text_of(BIG);
	struct job j = {.name = "in", .value = big};
	struct job act = {.name = "act", .value = "1"};

	fill_disk();
	assert_int_equal(rig_do(r, JOB_INTAKE, &j), FULL);
	rig_close(r);
	fill_disk();
	rig_open(r, RESERVE);
	assert_true(store_is_full(r->store));
	rig_expect(r, "in", "");
	j = (struct job){.name = "in", .value = "1"};
	assert_int_equal(rig_do(r, JOB_INTAKE, &j), FULL);
	assert_int_equal(rig_do(r, JOB_ACT, &act), OK);
	rig_expect(r, "act", "1");
	disk.capacity = ENDLESS;
	wait_for_room(r);
	assert_int_equal(
	    rig_do(r, JOB_INTAKE, &(struct job){.name = "in", .value = "1"}),
	    OK);
	free(big);
}

static void
test_a_copy_without_room_leaves_no_file(void **state)
{
	struct rig *r = *state;
	struct job j = {.rig = r};
	char path[320];

	snprintf(path, sizeof(path), "%s/copy", r->dir);
	fill_disk();
	store_copy(r->store, path, job_done_fn, &j);
	rig_wait_for(r, 0, &j);
	assert_int_equal(j.how, FULL);
	assert_int_not_equal(access(path, F_OK), 0);
	strcat(path, ".part");
	assert_int_not_equal(access(path, F_OK), 0);
}

/* It may write more than the page cache holds: all of it stays in memory. */
static void
test_a_trial_needs_no_room(void **state)
{
	struct rig *r = *state;
	char *huge = text_of(HUGE);
	struct job act = {.name = "act", .value = "1"}, with_room = act;
	int64_t before;

	assert_int_equal(rig_do(r, JOB_TRIAL, &with_room), OK);
	rig_expect(r, "act", "");
	assert_int_equal(rig_do(r, JOB_ACT, &act), OK);
	fill_disk();
	before = used();
	for (int i = 0; i < 3; i++) {
		struct job trial = {.name = "trial", .value = huge};

		assert_int_equal(rig_do(r, JOB_TRIAL, &trial), OK);
	}
	assert_int_equal(used(), before);
	assert_false(store_is_full(r->store));
	rig_expect(r, "trial", "");
	rig_expect(r, "act", "1");
	free(huge);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_full_disk_stops_intake_but_not_acts),
	    TEST(test_a_used_up_quota_is_a_full_disk),
	    TEST(test_room_opens_intake_again),
	    TEST(test_a_full_disk_harms_no_act_of_the_batch),
	    TEST(test_an_act_beyond_the_reserve_is_told),
	    TEST(test_acts_outlast_the_reserve),
	    TEST(test_a_trial_needs_no_room),
	    TEST(test_it_starts_on_a_full_disk),
	    TEST(test_a_copy_without_room_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
