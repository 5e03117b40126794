/* Included after clock_rig.c and loop_turn.h: the end of leaving from memory. */
#ifndef MEMORY_EXPECT_H
#define MEMORY_EXPECT_H

#include "alert_rows.h"
#include "outbox_loop.h"
#include "schedule_loop.h"

/* Until all jobs are done. */
static inline void
settle(void)
{
	for (int i = 0; i < 1000 && r.outbox->jobs + r.schedule->jobs > 0; i++)
		turn(10);
	assert_int_equal(r.outbox->jobs + r.schedule->jobs, 0);
}

static inline void
turn_until_sent(size_t n)
{
	for (int i = 0; i < 100 && r.n_sent < n; i++)
		turn(50);
	turn(100);
}

/* There is room: all that left is recorded, as by a tick. */
static inline void
turn_until_recorded(void)
{
	for (int i = 0; i < 100 && outbox_is_in_memory(r.outbox); i++) {
		outbox_from_memory(r.outbox);
		turn(50);
	}
	assert_false(outbox_is_in_memory(r.outbox));
	turn(100);
}

static inline enum outcome
run_get(struct tx *tx, void *arg)
{
	struct delivery *d = arg;
	char id[ID_SIZE];

	memcpy(id, d->id, sizeof(id));
	return delivery_get(tx, id, d);
}

/* It has a row under the id that left, tried once and accepted. */
static inline void
expect_recorded(const char *id)
{
	struct delivery d;

	memcpy(d.id, id, sizeof(d.id));
	assert_int_equal(in_tx(run_get, &d), OK);
	assert_false(d.is_waiting);
	assert_false(d.is_leased);
	assert_true(d.is_open);
	assert_int_equal(d.attempts, 1);
}

#endif
