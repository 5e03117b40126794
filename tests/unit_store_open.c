/* What store_open takes and what it refuses. */
#include "store_each.h"

#include <fcntl.h>
#include <sys/stat.h>

#define USER_VERSION   60 /* offsets in the file header of SQLite */
#define APPLICATION_ID 68
#define PAGE	       4096
#define RESERVE	       65536

static int
set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct job j = {.name = "a", .value = "1"};

	rig_new(r);
	rig_open(r, RESERVE);
	assert_int_equal(rig_do(r, JOB_ACT, &j), OK);
	*state = r;
	return 0;
}

static void
patch(const char *path, off_t at, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
}

static void
path_beside(const struct rig *r, const char *end, char out[320])
{
	snprintf(out, 320, "%s%s", r->path, end);
}

static void
test_a_second_daemon_is_refused(void **state)
{
	struct rig *r = *state;

	assert_null(rig_try_open(r, RESERVE));
	assert_null(store_open_copy(r->path));
	rig_expect(r, "a", "1");
}

static void
test_a_newer_schema_is_refused(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	patch(r->path, USER_VERSION, "\0\0\3\350", 4);
	assert_null(rig_try_open(r, RESERVE));
	assert_null(store_open_copy(r->path));
}

static void
test_another_programs_database_is_refused(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	patch(r->path, APPLICATION_ID, "\0\0\0\7", 4);
	assert_null(rig_try_open(r, RESERVE));
	patch(r->path, APPLICATION_ID, "\0\0\0\0", 4);
	assert_null(rig_try_open(r, RESERVE));
	assert_null(store_open_copy(r->path));
	patch(r->path, APPLICATION_ID, "HOTL", 4);
	rig_open(r, RESERVE);
	rig_expect(r, "a", "1");
}

static void
test_a_file_of_something_else_is_refused(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	patch(r->path, 0, "no database here", 16);
	assert_null(rig_try_open(r, RESERVE));
}

static void
test_a_damaged_file_is_refused_and_kept(void **state)
{
	struct rig *r = *state;
	unsigned char junk[PAGE];
	struct stat before, after;

	rig_close(r);
	memset(junk, 0xa5, sizeof(junk));
	patch(r->path, 5 * PAGE, junk, sizeof(junk));
	assert_int_equal(stat(r->path, &before), 0);
	assert_null(rig_try_open(r, RESERVE));
	assert_int_equal(stat(r->path, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_ino, after.st_ino);
}

/* Too large to be read through at each start: the copy of it is. */
static void
test_a_large_damaged_file_is_found_on_its_copy(void **state)
{
	struct rig *r = *state;
	struct store_options o = {.path = r->path,
	    .quick_check_bytes = PAGE,
	    .wake = rig_wake,
	    .wake_arg = &r->woken};
	struct job j = {.rig = r};
	unsigned char junk[PAGE];
	char path[320];

	rig_close(r);
	memset(junk, 0xa5, sizeof(junk));
	patch(r->path, 20 * PAGE, junk, sizeof(junk));
	r->store = store_open(&o);
	assert_non_null(r->store);
	path_beside(r, ".copy", path);
	store_copy(r->store, path, job_done_fn, &j);
	rig_wait_for(r, 0, &j);
	assert_int_equal(j.how, FAILED);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
test_a_cut_file_is_refused(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	assert_int_equal(truncate(r->path, 3 * PAGE), 0);
	assert_null(rig_try_open(r, RESERVE));
}

/* SQLite would take it for a new one, and all cases would be forgotten. */
static void
test_an_emptied_file_is_refused(void **state)
{
	struct rig *r = *state;
	char reserve[320];

	rig_close(r);
	assert_int_equal(truncate(r->path, 0), 0);
	assert_null(rig_try_open(r, RESERVE));
	assert_int_equal(unlink(r->path), 0);
	assert_null(rig_try_open(r, RESERVE));
	path_beside(r, ".reserve", reserve);
	assert_int_equal(unlink(reserve), 0);
	rig_open(r, RESERVE);
	rig_expect(r, "a", "");
}

static void
test_a_folder_that_is_not_there_is_refused(void **state)
{
	struct rig *r = *state, other = *r;

	snprintf(other.path, sizeof(other.path), "%s/none/x.db", r->dir);
	assert_null(rig_try_open(&other, RESERVE));
	assert_null(store_open_copy(other.path));
}

static void
test_files_are_nobody_elses_to_read(void **state)
{
	static const char *const ends[] = {"", "-wal", ".reserve"};
	struct rig *r = *state;
	struct stat st;

	for (size_t i = 0; i < NELEM(ends); i++) {
		char path[320];

		path_beside(r, ends[i], path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 077, 0);
	}
}

static void
test_no_shared_memory_file_is_made(void **state)
{
	struct rig *r = *state;
	char path[320];

	path_beside(r, "-shm", path);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
test_the_reserve_has_all_its_blocks(void **state)
{
	struct rig *r = *state;
	struct stat st;
	char path[320];

	path_beside(r, ".reserve", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, RESERVE);
	assert_true(st.st_blocks * 512 >= RESERVE);
}

static void
test_a_reserve_of_another_size_is_made_anew(void **state)
{
	struct rig *r = *state;
	struct stat st;
	char path[320];

	path_beside(r, ".reserve", path);
	rig_close(r);
	rig_open(r, 3 * RESERVE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 3 * RESERVE);
	rig_close(r);
	rig_open(r, RESERVE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, RESERVE);
	assert_false(store_is_full(r->store));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_second_daemon_is_refused),
	    TEST(test_a_newer_schema_is_refused),
	    TEST(test_another_programs_database_is_refused),
	    TEST(test_a_file_of_something_else_is_refused),
	    TEST(test_a_damaged_file_is_refused_and_kept),
	    TEST(test_a_large_damaged_file_is_found_on_its_copy),
	    TEST(test_a_cut_file_is_refused),
	    TEST(test_an_emptied_file_is_refused),
	    TEST(test_a_folder_that_is_not_there_is_refused),
	    TEST(test_files_are_nobody_elses_to_read),
	    TEST(test_no_shared_memory_file_is_made),
	    TEST(test_the_reserve_has_all_its_blocks),
	    TEST(test_a_reserve_of_another_size_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
