/* With a full disk something is held: by the courier, by a daemon that ends. */
#include "clock_rig.c"

#include "memory_full.h"

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

/* A message leaves; its result comes when there is no room. */
static void
answer_when_full(char id[ID_SIZE])
{
	r.is_mute = true;
	open_case(0);
	schedule_kick(r.schedule);
	turn_until_sent(1);
	memcpy(id, r.sent[0].id, ID_SIZE);
	fill_disk();
	answer_mute();
}

/* A result of before finds no room: it is kept, and nobody is told twice. */
static void
test_a_result_that_finds_no_room_is_kept(void **state)
{
	char id[ID_SIZE];

	(void)state;
	answer_when_full(id);
	turn(2500);
	assert_true(outbox_is_in_memory(r.outbox));
	give_room();
	EXPECT({0, "an", "New case"});
	expect_recorded(id);
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
	answer_when_full(id);
	restart();
	assert_string_equal(r.sent[0].id, id);
	EXPECT({0, "an", "New case"});
}

/* It finds no room when nothing may leave any more. */
static void
test_a_lease_that_came_too_late_for_the_disk(void **state)
{
	(void)state;
	lease_when_full();
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_room_returns_while_a_message_is_on_its_way),
	    TEST(test_a_result_that_finds_no_room_is_kept),
	    TEST(test_a_courier_that_goes_takes_nothing_along),
	    TEST(test_a_result_that_came_too_late_for_the_disk),
	    TEST(test_a_lease_that_came_too_late_for_the_disk),
	    TEST(test_stopping_before_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
