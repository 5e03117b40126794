#include "night.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "inhibit.h"
#include "log.h"

#define KIND	 "alarm_stopping"
#define HORIZON	 DAY
#define LOOK_MS	 1000
#define TRY_MS	 50
#define OPEN_MAX 8

struct night {
	struct store *store;
	struct outbox *outbox;
	struct inhibitor *inhibitor;
	struct event *look, *try;
	int64_t seen_batches;
	int jobs;
	bool is_stopped, is_looking;
	/* Leaving. */
	void (*done)(void *arg);
	void *arg;
	int64_t until; /* clock_mono */
};

/* A READ or ACT on the way. */
struct night_job {
	struct night *n;
	int64_t urgent, left, told;
};

static void
post(struct night *n, enum job_kind kind, job_run *run, job_done *done)
{
	struct night_job *j = xcalloc(1, sizeof(*j));

	j->n = n;
	n->jobs++;
	store_post(n->store, kind, run, done, j);
}

/* False if the guard is gone with its last job. */
static bool
end_job(struct night_job *j)
{
	struct night *n = j->n;

	free(j);
	n->jobs--;
	if (!n->is_stopped)
		return true;
	if (n->jobs == 0)
		free(n);
	return false;
}

/* ---- While it runs ---- */

static enum outcome
run_look(struct tx *tx, void *arg)
{
	struct night_job *j = arg;

	j->urgent = tx_number(tx, Q_NIGHT_URGENT, 0, NO_ARGS);
	return OK;
}

static void
on_looked(void *arg, enum outcome how)
{
	struct night_job *j = arg;
	struct night *n = j->n;
	bool is_urgent = j->urgent > 0;

	n->is_looking = false;
	if (end_job(j) && how == OK)
		inhibitor_want(n->inhibitor, is_urgent);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct night *n = arg;

	(void)fd, (void)what;
	post(n, JOB_READ, run_look, on_looked);
}

/* Only what was written counts: our own look must not wake us again. */
void
night_kick(struct night *n)
{
	const struct timeval tv = {.tv_sec = LOOK_MS / 1000};
	struct store_stats now;

	if (n == NULL || n->is_looking || n->is_stopped)
		return;
	store_stats(n->store, &now);
	if (now.batches == n->seen_batches)
		return;
	n->seen_batches = now.batches;
	n->is_looking = true;
	(void)event_add(n->look, &tv);
}

/* ---- Back again ---- */

/* The alarms of earlier stops, whatever they were about, are over. */
static enum outcome
run_back(struct tx *tx, void *arg)
{
	char items[OPEN_MAX][ITEM_SIZE];
	struct rows *r =
	    tx_query(tx, Q_NIGHT_OPEN, ARGS(V_TEXT(KIND), V_INT(OPEN_MAX)));
	size_t n = 0;
	enum outcome how;

	(void)arg;
	while (n < OPEN_MAX && rows_next(r))
		snprintf(items[n++], ITEM_SIZE, "%s", row_text(r, 0));
	how = rows_end(r);
	for (size_t i = 0; i < n && how == OK; i++)
		how = alarm_over(tx, KIND, items[i]);
	return how;
}

static void
on_back(void *arg, enum outcome how)
{
	if (how != OK)
		log_warn("alarm of the last stop stays outcome=%d", (int)how);
	(void)end_job(arg);
}

/* ---- Leaving ---- */

static void
add_due(struct buf *b, const struct rows *r, int offset_min)
{
	char at[INSTANT_SIZE];
	size_t before = b->len;

	instant_format(at, row_int(r, 2), offset_min);
	/* 2026-11-24T19:00...: the hour is enough within a day. */
	buf_addf(b, "%s%s %s %.5s", before > 0 ? ", " : "", row_text(r, 0),
	    row_text(r, 1), at + 11);
}

/* "3: K7Q2-MX9P N08 19:00, ..." as many as fit; NULL if nothing falls due. */
static char *
what_is_due(struct tx *tx)
{
	const struct conf *c = tx_context(tx)->conf;
	struct buf b = BUF_MAX(ITEM_SIZE - 12);
	struct rows *r = tx_query(
	    tx, Q_NIGHT_DUE, ARGS(V_INT(clock_now() + HORIZON), V_INT(1000)));
	char *text = NULL;
	int64_t n = 0;

	while (rows_next(r)) {
		n++;
		if (row_is_null(r, 0)) /* nobody else's to read */
			continue;
		if (b.len + 26 < ITEM_SIZE - 12)
			add_due(&b, r, (int)c->utc_offset_min);
	}
	if (rows_end(r) == OK && n > 0)
		text = xasprintf("%lld%s%s", (long long)n,
		    b.len > 0 ? ": " : "", b.len > 0 ? b.data : "");
	buf_done(&b);
	return text;
}

static enum outcome
run_farewell(struct tx *tx, void *arg)
{
	struct night_job *j = arg;
	enum outcome how = OK;
	char *what = NULL;

	j->told = 0;
	if (tx_context(tx)->conf->tell_stop)
		what = what_is_due(tx);
	if (what != NULL) {
		how = alarm_raise(tx, KIND, what);
		j->told = 1;
	}
	free(what);
	return how;
}

static void
leave(struct night *n)
{
	void (*done)(void *) = n->done;

	n->done = NULL;
	(void)event_del(n->try);
	if (done != NULL)
		done(n->arg);
}

static void
try_again(struct night *n)
{
	const struct timeval tv = {.tv_usec = TRY_MS * 1000};

	(void)event_add(n->try, &tv);
}

static void
on_farewell(void *arg, enum outcome how)
{
	struct night_job *j = arg;
	struct night *n = j->n;
	bool is_told = j->told > 0;

	if (!end_job(j))
		return;
	if (how != OK || !is_told)
		leave(n);
	else
		try_again(n);
}

/* No alert yet, or one of its deliveries was never tried. */
static enum outcome
run_left(struct tx *tx, void *arg)
{
	struct night_job *j = arg;

	j->left = tx_number(tx, Q_NIGHT_LEFT, 1, ARGS(V_TEXT(KIND)));
	return OK;
}

static void
on_left(void *arg, enum outcome how)
{
	struct night_job *j = arg;
	struct night *n = j->n;
	bool is_left = how != OK || j->left > 0;

	if (!end_job(j))
		return;
	if (!is_left || clock_mono() >= n->until || !outbox_is_up(n->outbox))
		leave(n);
	else
		try_again(n);
}

static void
on_try(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	post(arg, JOB_READ, run_left, on_left);
}

void
night_farewell(
    struct night *n, int64_t wait_ms, void (*done)(void *arg), void *arg)
{
	n->done = done;
	n->arg = arg;
	n->until = clock_mono() + wait_ms;
	post(n, JOB_ACT, run_farewell, on_farewell);
}

/* ---- Coming and going ---- */

struct night *
night_start(struct event_base *base, struct store *store, struct outbox *outbox)
{
	struct night *n = xcalloc(1, sizeof(*n));

	n->store = store;
	n->outbox = outbox;
	n->seen_batches = -1;
	n->inhibitor = inhibitor_start(base);
	n->look = evtimer_new(base, on_look, n);
	n->try = evtimer_new(base, on_try, n);
	if (n->look == NULL || n->try == NULL)
		fatal("no timer for the night");
	post(n, JOB_ACT, run_back, on_back);
	return n;
}

void
night_stop(struct night *n)
{
	if (n == NULL)
		return;
	inhibitor_stop(n->inhibitor);
	event_free(n->look);
	event_free(n->try);
	n->done = NULL;
	n->is_stopped = true;
	if (n->jobs == 0)
		free(n);
}
