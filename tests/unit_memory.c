/* With no room at all, alerts leave from memory and are recorded later. */
#include "clock_rig.c"

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

/* Idle, the log is moved and cut; then there is not one byte left. */
static void
fill_disk(void)
{
	turn(1500);
	disk.capacity = used();
}

static void
give_room(void)
{
	disk.capacity = ENDLESS;
	turn_until_recorded();
}

static void
begin_full(void)
{
	open_case(0);
	step_to(T0);
	EXPECT({0, "an", "New case"});
	fill_disk();
}

static void
test_ladders_climb_without_one_byte(void **state)
{
	char ids[3][ID_SIZE];

	(void)state;
	begin_full();
	assert_int_equal(step_to(T0 + 10 * MINUTE), NO_ROOM);
	turn_until_sent(1);
	assert_int_equal(step_to(T0 + 15 * MINUTE), NO_ROOM);
	turn_until_sent(2);
	assert_int_equal(step_to(T0 + 30 * MINUTE), NO_ROOM);
	turn_until_sent(3);
	turn(2500);
	for (size_t i = 0; i < NELEM(ids); i++)
		memcpy(ids[i], r.sent[i].id, ID_SIZE);
	EXPECT({10, "an", "Nobody answered"}, {15, "binh", "Nobody answered"},
	    {30, "cuong", "Nobody answered"});
	give_room();
	for (size_t i = 0; i < NELEM(ids); i++)
		expect_recorded(ids[i]);
	assert_int_equal(r.n_sent, 0);
	step_to(T0 + 40 * MINUTE);
	EXPECT({40, "cuong", "Nobody answered"});
}

/* One that left from memory is in the hands of a courier that says nothing. */
static void
leave_mute(char id[ID_SIZE])
{
	begin_full();
	r.is_mute = true;
	assert_int_equal(step_to(T0 + 10 * MINUTE), NO_ROOM);
	turn_until_sent(1);
	memcpy(id, r.sent[0].id, ID_SIZE);
}

/* What is in the courier's hands when room returns is not sent again. */
static void
test_room_returns_while_a_message_is_on_its_way(void **state)
{
	char id[ID_SIZE];

	(void)state;
	leave_mute(id);
	give_room();
	answer_mute();
	turn(200);
	EXPECT({10, "an", "Nobody answered"});
	expect_recorded(id);
}

/* A result of before finds no room: it is kept, and nobody is told twice. */
static void
test_a_result_that_finds_no_room_is_kept(void **state)
{
	char id[ID_SIZE];

	(void)state;
	r.is_mute = true;
	open_case(0);
	schedule_kick(r.schedule);
	turn_until_sent(1);
	memcpy(id, r.sent[0].id, ID_SIZE);
	fill_disk();
	answer_mute();
	turn(2500);
	assert_true(outbox_is_in_memory(r.outbox));
	give_room();
	EXPECT({0, "an", "New case"});
	expect_recorded(id);
}

/* Refused for good: the ladder goes to the next person at once. */
static void
test_a_dead_address_leads_on(void **state)
{
	(void)state;
	begin_full();
	r.class = "permanent";
	assert_int_equal(step_to(T0 + 10 * MINUTE), NO_ROOM);
	turn_until_sent(1);
	r.class = NULL;
	turn_until_sent(2);
	EXPECT({10, "an", "Nobody answered"}, {10, "binh", "Nobody answered"});
	give_room();
	assert_int_equal(r.n_sent, 1); /* the alarm about the address */
}

/* The courier goes with a message from memory in its hands: sent again. */
static void
test_a_courier_that_goes_takes_nothing_along(void **state)
{
	char id[ID_SIZE];

	(void)state;
	leave_mute(id);
	json_decref(r.mute);
	r.is_mute = false;
	assert_int_equal(memory_in_flight(r.outbox->memory), 1);
	courier(false);
	assert_int_equal(memory_in_flight(r.outbox->memory), 0);
	courier(true);
	give_room();
	step_to(T0 + 14 * MINUTE);
	assert_string_equal(r.sent[1].id, id);
	assert_int_equal(r.n_sent, 2);
}

/* What was due before the disk was full leaves all the same. */
static void
test_a_lease_that_finds_no_room_is_made_in_memory(void **state)
{
	(void)state;
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	fill_disk();
	courier(true);
	turn_until_sent(1);
	assert_true(outbox_is_in_memory(r.outbox));
	EXPECT({0, "an", "New case"});
	give_room();
	assert_int_equal(r.n_sent, 0);
}

/* The daemon ends, and starts again when there is room. */
static void
restart(void)
{
	stop_services();
	disk.capacity = ENDLESS;
	r.is_mute = false;
	r.n_sent = 0;
	open_store();
	start_services();
	turn_until_sent(1);
}

/* Nobody knows that it was accepted: it is asked again, with the same id. */
static void
test_a_result_that_came_too_late_for_the_disk(void **state)
{
	char id[ID_SIZE];

	(void)state;
	r.is_mute = true;
	open_case(0);
	schedule_kick(r.schedule);
	turn_until_sent(1);
	memcpy(id, r.sent[0].id, ID_SIZE);
	fill_disk();
	answer_mute();
	restart();
	assert_string_equal(r.sent[0].id, id);
	EXPECT({0, "an", "New case"});
}

/* It finds no room when nothing may leave any more. */
static void
test_a_lease_that_came_too_late_for_the_disk(void **state)
{
	(void)state;
	courier(false);
	open_case(0);
	schedule_kick(r.schedule);
	turn(50);
	fill_disk();
	courier(true);
	restart();
	EXPECT({0, "an", "New case"});
}

/* Nobody knows any more what left: it comes twice rather than never. */
static void
test_stopping_before_there_is_room(void **state)
{
	(void)state;
	begin_full();
	assert_int_equal(step_to(T0 + 10 * MINUTE), NO_ROOM);
	turn_until_sent(1);
	EXPECT({10, "an", "Nobody answered"});
	outbox_from_memory(r.outbox);
	restart();
	EXPECT({10, "an", "Nobody answered"});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_ladders_climb_without_one_byte),
	    TEST(test_room_returns_while_a_message_is_on_its_way),
	    TEST(test_a_result_that_finds_no_room_is_kept),
	    TEST(test_a_dead_address_leads_on),
	    TEST(test_a_courier_that_goes_takes_nothing_along),
	    TEST(test_a_lease_that_finds_no_room_is_made_in_memory),
	    TEST(test_a_result_that_came_too_late_for_the_disk),
	    TEST(test_a_lease_that_came_too_late_for_the_disk),
	    TEST(test_stopping_before_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
