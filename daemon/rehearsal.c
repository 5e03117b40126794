#include "rehearsal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "log.h"

#define FIRE_MAX   256
#define ROUNDS_MAX 4000 /* at one instant */

struct play {
	struct store *store;
	int fd;
	bool is_done;
	enum outcome how;
	/* Of a turn. */
	int fired;
	int64_t next;
	/* Of the end. */
	int64_t from;
	json_t *rows;
};

static void
on_wake(void *arg)
{
	const struct play *p = arg;
	uint64_t one = 1;

	(void)!write(p->fd, &one, sizeof(one));
}

static void
on_done(void *arg, enum outcome how)
{
	struct play *p = arg;

	p->is_done = true;
	p->how = how;
}

static enum outcome
perform(struct play *p, job_run *run)
{
	struct pollfd poll_fd = {.fd = p->fd, .events = POLLIN};
	uint64_t n;

	p->is_done = false;
	store_post(p->store, JOB_ACT, run, on_done, p);
	while (!p->is_done) {
		(void)poll(&poll_fd, 1, -1);
		(void)!read(p->fd, &n, sizeof(n));
		store_reap(p->store);
	}
	return p->how;
}

/* What is due fires; every message is as good as delivered, none is sent. */
static enum outcome
run_turn(struct tx *tx, void *arg)
{
	struct play *p = arg;
	enum outcome how = clocks_fire(tx, clock_now(), FIRE_MAX, &p->fired);

	if (how == OK)
		how = perhaps(tx_exec(tx, Q_REHEARSED, NO_ARGS));
	p->next = clocks_next(tx);
	return how;
}

static enum outcome
run_end(struct tx *tx, void *arg)
{
	struct play *p = arg;

	p->rows = tx_list(tx, Q_REHEARSAL, ARGS(V_INT(p->from)));
	return OK;
}

static enum outcome
play_to(struct play *p, int64_t until)
{
	int64_t now = p->from;
	int rounds = 0;

	while (now <= until) {
		clock_test_set(now);
		if (perform(p, run_turn) != OK || ++rounds > ROUNDS_MAX)
			return FAILED;
		if (p->next > now) {
			now = p->next;
			rounds = 0;
		}
	}
	return perform(p, run_end);
}

struct json_t *
rehearse(const struct context *c, const char *copy, int64_t from, int64_t until)
{
	struct play p = {
	    .from = from, .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	const struct store_options o = {
	    .path = copy, .wake = on_wake, .wake_arg = &p};

	clock_test_set(from);
	p.store = p.fd < 0 ? NULL : store_open(&o);
	if (p.store != NULL) {
		store_set_context(p.store, c, NULL, NULL);
		if (play_to(&p, until) != OK)
			log_error("rehearsal stopped copy=%s", copy);
		store_close(p.store);
		store_reap(p.store);
	}
	if (p.fd >= 0)
		(void)close(p.fd);
	return p.rows;
}
