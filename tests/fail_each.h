/* Included after faults.h and a rig with in_tx: fail each statement of a job. */
#ifndef FAIL_EACH_H
#define FAIL_EACH_H

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
