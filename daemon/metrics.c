#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "audit.h"
#include "clock.h"
#include "context.h"
#include "log.h"
#include "meta.h"
#include "metrics_text.h"

#define CALENDAR_DAYS 60

struct metrics {
	struct metrics_options o;
	int64_t started_at;
	int jobs;
	bool is_stopped;
	/* Acknowledgements before this instant are counted. */
	int64_t acks_until;
	int64_t ack[ACK_CLASSES], ack_n, ack_ms;
};

/* One gathering; acks holds what came since from. */
struct gathering {
	struct metrics *m;
	struct numbers n;
	int64_t from;
	void (*done)(void *arg, const struct numbers *n);
	void *arg;
};

struct metrics *
metrics_start(const struct metrics_options *o)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	m->o = *o;
	m->started_at = m->acks_until = clock_now();
	return m;
}

void
metrics_stop(struct metrics *m)
{
	if (m == NULL)
		return;
	m->is_stopped = true;
	if (m->jobs == 0)
		free(m);
}

/* Up to n columns of the only row. */
static void
read_row(struct rows *r, int64_t *const fields[], int n)
{
	if (rows_next(r))
		for (int i = 0; i < n; i++)
			*fields[i] = row_int(r, i);
	(void)rows_end(r);
}

static void
read_counts(struct tx *tx, struct numbers *n)
{
	read_row(tx_query(tx, Q_WATCH_CLOCKS, NO_ARGS),
	    (int64_t *const[]){&n->clocks_open, &n->clocks_urgent}, 2);
	read_row(tx_query(tx, Q_WATCH_OVERDUE, ARGS(V_INT(n->now))),
	    (int64_t *const[]){&n->overdue, &n->overdue_urgent}, 2);
	read_row(tx_query(tx, Q_WATCH_ALERTS, NO_ARGS),
	    (int64_t *const[]){&n->alerts_open, &n->alerts_urgent}, 2);
	read_row(tx_query(tx, Q_WATCH_DAY, ARGS(V_INT(n->now - DAY))),
	    (int64_t *const[]){&n->day_open, &n->day_acked, &n->day_over}, 3);
	n->cases_open = tx_number(tx, Q_WATCH_CASES, 0, NO_ARGS);
	n->deliveries_waiting = tx_number(tx, Q_WATCH_WAITING, 0, NO_ARGS);
	n->next_clock_at = tx_number(tx, Q_CLOCK_NEXT, 0, NO_ARGS);
}

static void
read_care(struct tx *tx, struct numbers *n)
{
	const struct context *c = tx_context(tx);
	int64_t oldest = tx_number(tx, Q_OUTBOX_OLDEST, n->now,
	    ARGS(V_TEXT(c->conf->ward), V_INT(n->now)));

	n->oldest_ms = n->now > oldest ? n->now - oldest : 0;
	n->backup_at = meta_number(tx, "backup_at", 0);
	n->integrity_at = meta_number(tx, "integrity_at", 0);
	n->heartbeat_at = meta_number(tx, "heartbeat_at", 0);
	n->heartbeat_seq = meta_number(tx, "heartbeat_seq", 0);
	n->audit_seq = audit_head(tx, n->audit_head);
	n->calendar_days = calendar_days_left(c->calendar, n->now);
	n->calendar_ms = n->calendar_days * DAY;
	n->calendar_alarm = n->calendar_days < CALENDAR_DAYS;
}

static int64_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* On the store thread, so that a slow disk never holds up the loop. */
static void
read_files(const char *path, struct numbers *n)
{
	char *wal = xasprintf("%s-wal", path);
	struct statvfs fs;

	n->database_bytes = size_of(path);
	n->wal_bytes = size_of(wal);
	if (statvfs(path, &fs) == 0)
		n->disk_free_bytes =
		    (int64_t)(fs.f_bavail) * (int64_t)fs.f_frsize;
	free(wal);
}

static enum outcome
read_acks(struct tx *tx, int64_t from, struct numbers *n)
{
	struct rows *r =
	    tx_query(tx, Q_WATCH_ACKS, ARGS(V_INT(from), V_INT(n->now)));

	while (rows_next(r)) {
		int64_t ms = row_int(r, 0);

		n->ack[ack_class(ms)]++;
		n->ack_n++;
		n->ack_ms += ms > 0 ? ms : 0;
	}
	return rows_end(r);
}

static enum outcome
run_gather(struct tx *tx, void *arg)
{
	struct gathering *g = arg;

	g->n = (struct numbers){.now = clock_now()};
	read_counts(tx, &g->n);
	read_care(tx, &g->n);
	read_files(tx_context(tx)->conf->database, &g->n);
	return read_acks(tx, g->from, &g->n);
}

/*
 * Add what came since from, unless another gathering did so meanwhile.  Those
 * of this very millisecond may not be complete: they are for the next one.
 */
static void
add_acks(struct metrics *m, const struct gathering *g)
{
	if (m->acks_until != g->from || g->n.now < g->from)
		return;
	for (size_t i = 0; i < ACK_CLASSES; i++)
		m->ack[i] += g->n.ack[i];
	m->ack_n += g->n.ack_n;
	m->ack_ms += g->n.ack_ms;
	m->acks_until = g->n.now;
}

static void
fill(struct metrics *m, struct numbers *n)
{
	for (size_t i = 0; i < ACK_CLASSES; i++)
		n->ack[i] = m->ack[i];
	n->ack_n = m->ack_n;
	n->ack_ms = m->ack_ms;
	n->started_at = m->started_at;
	n->courier_is_up = outbox_is_up(m->o.outbox);
	n->is_full = store_is_full(m->o.store);
}

static void
on_gathered(void *arg, enum outcome how)
{
	struct gathering *g = arg;
	struct metrics *m = g->m;

	m->jobs--;
	if (how == OK && !m->is_stopped) {
		add_acks(m, g);
		fill(m, &g->n);
	}
	g->done(g->arg, how == OK && !m->is_stopped ? &g->n : NULL);
	if (m->is_stopped && m->jobs == 0)
		free(m);
	free(g);
}

void
metrics_gather(struct metrics *m,
    void (*done)(void *arg, const struct numbers *n), void *arg)
{
	struct gathering *g = xcalloc(1, sizeof(*g));

	g->m = m;
	g->from = m->acks_until;
	g->done = done;
	g->arg = arg;
	m->jobs++;
	store_post(m->o.store, JOB_READ, run_gather, on_gathered, g);
}

char *
metrics_text(
    const struct metrics *m, const struct numbers *n, const struct http *h)
{
	struct readings r = {.n = n};

	store_stats(m->o.store, &r.store);
	r.n_deliveries = outbox_counts(m->o.outbox, &r.deliveries);
	if (h != NULL)
		http_counts(h, &r.http);
	return readings_text(&r);
}
