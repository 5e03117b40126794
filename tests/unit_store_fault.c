/*
 * A disk that is full or fails.  This program's own pwrite64, fdatasync,
 * posix_fallocate and statvfs stand before libc's, for SQLite too.
 */
#include "store_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#define ENDLESS INT64_MAX
#define RESERVE 1048576 /* more than the log of these tests */
#define BIG	100000
#define HUGE	5000000 /* more than the page cache holds */

static struct {
	_Atomic int64_t capacity;
	atomic_int syncs, sync_errno, write_errno;
	const char *dir;
} disk = {.capacity = ENDLESS};

static int64_t
used(void)
{
	DIR *d = opendir(disk.dir);
	struct dirent *e;
	struct stat st;
	int64_t sum = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' &&
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			sum += st.st_size;
	if (d != NULL)
		closedir(d);
	return sum;
}

static bool
has_room(int fd, int64_t end)
{
	struct stat st;

	if (disk.capacity == ENDLESS || fstat(fd, &st) != 0 ||
	    end <= st.st_size)
		return true;
	return used() + end - st.st_size <= disk.capacity;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	errno = disk.write_errno;
	if (errno == 0 && !has_room(fd, at + (int64_t)n))
		errno = ENOSPC;
	return errno != 0 ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

int
fdatasync(int fd)
{
	disk.syncs++;
	errno = disk.sync_errno;
	return errno != 0 ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	if (disk.write_errno != 0 || !has_room(fd, at + n))
		return disk.write_errno != 0 ? disk.write_errno : ENOSPC;
	return syscall(SYS_fallocate, fd, 0, at, n) == 0 ? 0 : errno;
}

int
statvfs(const char *path, struct statvfs *fs)
{
	int64_t free =
	    disk.capacity == ENDLESS ? 1 << 30 : disk.capacity - used();

	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_frsize = 1;
	fs->f_bavail = free > 0 ? (fsblkcnt_t)free : 0;
	return 0;
}

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
test_done_comes_after_the_sync(void **state)
{
	struct rig *r = *state;
	sem_t reached, let;
	struct job j = {.name = "a", .value = "1"};

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_failed_sync_ends_the_process),
	    TEST(test_done_comes_after_the_sync),
	    TEST(test_a_full_disk_stops_intake_but_not_acts),
	    TEST(test_a_used_up_quota_is_a_full_disk),
	    TEST(test_room_opens_intake_again),
	    TEST(test_a_full_disk_harms_no_act_of_the_batch),
	    TEST(test_an_act_beyond_the_reserve_is_told),
	    TEST(test_acts_outlast_the_reserve),
	    TEST(test_it_starts_on_a_full_disk),
	    TEST(test_a_copy_without_room_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
