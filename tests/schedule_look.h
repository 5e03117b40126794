/* Included by tests of the schedule: what the table meta and alarms say. */
#ifndef SCHEDULE_LOOK_H
#define SCHEDULE_LOOK_H

#include "meta.h"
#include "schedule_loop.h"

struct number {
	const char *name;
	int64_t n;
};

static inline enum outcome
run_put(struct tx *tx, void *arg)
{
	const struct number *m = arg;

	return meta_put(tx, m->name, m->n);
}

static inline void
put(const char *name, int64_t n)
{
	struct number m = {name, n};

	assert_int_equal(in_tx(run_put, &m), OK);
}

static inline enum outcome
run_number(struct tx *tx, void *arg)
{
	struct number *m = arg;

	m->n = meta_number(tx, m->name, INT64_MIN);
	return OK;
}

static inline int64_t
number(const char *name)
{
	struct number m = {name, 0};

	assert_int_equal(in_tx(run_number, &m), OK);
	return m.n;
}

static inline enum outcome
run_is_open(struct tx *tx, void *arg)
{
	struct number *m = arg;

	m->n = tx_number(
	    tx, Q_ALARM_IS_OPEN, 0, ARGS(V_TEXT(m->name), V_TEXT("")));
	for (int year = 2026; year < 2030 && m->n == 0; year++) {
		char text[8];

		snprintf(text, sizeof(text), "%d", year);
		m->n = tx_number(tx, Q_ALARM_IS_OPEN, 0,
		    ARGS(V_TEXT(m->name), V_TEXT(text)));
	}
	return OK;
}

static inline enum outcome
run_is_open_of(struct tx *tx, void *arg)
{
	static const char *const about[] = {"back", "ahead", "calendar"};
	struct number *m = arg;

	m->n = 0;
	for (size_t i = 0; i < NELEM(about); i++)
		m->n += tx_number(tx, Q_ALARM_IS_OPEN, 0,
		    ARGS(V_TEXT(m->name), V_TEXT(about[i])));
	return OK;
}

static inline bool
is_alarmed(const char *kind)
{
	struct number m = {kind, 0};

	assert_int_equal(in_tx(run_is_open, &m), OK);
	if (m.n == 0)
		assert_int_equal(in_tx(run_is_open_of, &m), OK);
	return m.n > 0;
}

#endif
