/* With no room at all, alerts leave from memory and are recorded later. */
#include "clock_rig.c"

#include "memory_full.h"

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
	turn_until_sent(1); /* the alarm about the address */
	assert_int_equal(r.n_sent, 1);
}

/* What was due before the disk was full leaves all the same. */
static void
test_a_lease_that_finds_no_room_is_made_in_memory(void **state)
{
	(void)state;
	lease_when_full();
	turn_until_sent(1);
	assert_true(outbox_is_in_memory(r.outbox));
	EXPECT({0, "an", "New case"});
	give_room();
	assert_int_equal(r.n_sent, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_ladders_climb_without_one_byte),
	    TEST(test_a_dead_address_leads_on),
	    TEST(test_a_lease_that_finds_no_room_is_made_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
