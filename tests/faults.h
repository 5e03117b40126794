/*
 * Included by tests named *_faults, which are linked so that tx_exec and
 * rows_end come here: each statement of a job fails in turn.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdatomic.h>

#include "store.h"

#define WRAPPED(type, name, ...)                                               \
	type __real_##name(__VA_ARGS__);                                       \
	type __wrap_##name(__VA_ARGS__)

WRAPPED(enum outcome, tx_exec, struct tx *tx, enum query q,
    const struct value *v, size_t n);
WRAPPED(enum outcome, rows_end, struct rows *rows);
WRAPPED(int64_t, tx_number, struct tx *tx, enum query q, int64_t what,
    const struct value *v, size_t n);

/* Statements until one fails; 0: none does. */
static _Atomic int fault_in;

static bool
counts_down(_Atomic int *in)
{
	return *in > 0 && --*in == 0;
}

static bool
fails_now(void)
{
	return counts_down(&fault_in);
}

enum outcome
__wrap_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	return fails_now() ? FAILED : __real_tx_exec(tx, q, v, n);
}

enum outcome
__wrap_rows_end(struct rows *rows)
{
	enum outcome how = __real_rows_end(rows);

	return fails_now() ? FAILED : how;
}

/* By its contract it cannot fail: it has a number for that. */
int64_t
__wrap_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n)
{
	int kept = fault_in;
	int64_t number;

	fault_in = 0;
	number = __real_tx_number(tx, q, what, v, n);
	fault_in = kept;
	return number;
}

#endif
