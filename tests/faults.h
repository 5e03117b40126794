/*
 * Included by tests named *_faults, which are linked so that tx_exec and
 * rows_end come here: each statement of a job fails in turn.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "store.h"

enum outcome
__real_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
enum outcome
__wrap_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
enum outcome __real_rows_end(struct rows *r);
enum outcome __wrap_rows_end(struct rows *r);
int64_t __real_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);
int64_t __wrap_tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);

/* Statements until one fails; 0: none does. */
static int fault_in;

static bool
fails_now(void)
{
	return fault_in > 0 && --fault_in == 0;
}

enum outcome
__wrap_tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	return fails_now() ? FAILED : __real_tx_exec(tx, q, v, n);
}

enum outcome
__wrap_rows_end(struct rows *r)
{
	enum outcome how = __real_rows_end(r);

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

/* A job whose work is undone, whatever came of it. */
struct undone {
	enum outcome (*run)(struct tx *tx, void *arg);
	void *arg;
	enum outcome how;
};

static enum outcome
run_undone(struct tx *tx, void *arg)
{
	struct undone *u = arg;

	u->how = u->run(tx, u->arg);
	return CONFLICT;
}

/*
 * Run it with its first statement failing, its second, and so on, each time
 * from the same rows, until it passes untouched.  How many statements it has;
 * *lost counts failures that it did not tell its caller.
 */
static int
fail_each(enum outcome (*run)(struct tx *tx, void *arg), void *arg, int *lost)
{
	struct undone u = {.run = run, .arg = arg};

	*lost = 0;
	for (int n = 1;; n++) {
		bool was_hit;

		fault_in = n;
		(void)in_tx(run_undone, &u);
		was_hit = fault_in == 0;
		fault_in = 0;
		if (!was_hit) {
			assert_int_equal(u.how, OK);
			return n - 1;
		}
		if (u.how == OK)
			++*lost;
	}
}

#endif
