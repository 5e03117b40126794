/* Included by tests of a disk without one byte: it fills and has room again. */
#ifndef MEMORY_FULL_H
#define MEMORY_FULL_H

#include "loop_turn.h"
#include "memory_expect.h"
#include "store_disk.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static int
set_up(void **state)
{
	(void)state;
	disk.capacity = ENDLESS;
	rig_begin(SMALL);
	disk.dir = r.rig.dir;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	disk.capacity = ENDLESS;
	rig_finish();
	return 0;
}

static inline off_t
log_size(void)
{
	struct stat st;
	char path[320];

	snprintf(path, sizeof(path), "%s-wal", r.rig.path);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Idle, the log is moved and cut; then there is not one byte left. */
static inline void
fill_disk(void)
{
	for (int i = 0; i < 1000 && log_size() > 0; i++)
		turn(10);
	assert_int_equal(log_size(), 0);
	disk.capacity = used();
}

static inline void
give_room(void)
{
	disk.capacity = ENDLESS;
	turn_until_recorded();
}

/* What is due is asked for when there is no room. */
static inline void
lease_when_full(void)
{
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	fill_disk();
	courier(true);
}

static inline void
begin_full(void)
{
	open_case(0);
	step_to(T0);
	EXPECT({0, "an", "New case"});
	fill_disk();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
