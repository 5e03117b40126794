/*
 * How the daemon is, in numbers: for /metrics, /readyz and the heartbeat.  What
 * stands in rows is read by one short READ job over indexes; what was counted
 * since the start lies in memory of the loop.  No label says anything about a
 * person or a case.
 */
#ifndef METRICS_H
#define METRICS_H

#include "outbox.h"

struct http;
struct metrics;

/* Upper ends of the acknowledgement histogram, in ms; the last has none. */
#define ACK_CLASSES 9

/* Instants are UTC ms, 0 if it never was. */
struct numbers {
	/* From rows. */
	int64_t cases_open, clocks_open, clocks_urgent;
	int64_t overdue, overdue_urgent;
	int64_t alerts_open, alerts_urgent;
	int64_t day_open, day_acked, day_over; /* raised in the last 24 h */
	int64_t deliveries_waiting, oldest_ms; /* 0: none waits */
	int64_t next_clock_at;
	int64_t calendar_days, calendar_ms, calendar_alarm;
	int64_t backup_at, integrity_at, heartbeat_at, heartbeat_seq;
	int64_t audit_seq;
	char audit_head[65]; /* hex */
	/* Files. */
	int64_t wal_bytes, database_bytes, disk_free_bytes;
	/* Since the start. */
	int64_t ack[ACK_CLASSES], ack_n, ack_ms;
	/* Of the daemon. */
	int64_t now, started_at, courier_is_up, is_full;
};

struct metrics_options {
	struct store *store;
	const struct outbox *outbox;
};

struct metrics *metrics_start(const struct metrics_options *o);
/* Jobs still in the store's queue keep it alive until they are reaped. */
void metrics_stop(struct metrics *m);
/* Gather; done(arg, numbers) on the loop, NULL if the store cannot be read. */
void metrics_gather(struct metrics *m,
    void (*done)(void *arg, const struct numbers *n), void *arg);
/* Prometheus text; h NULL is fine.  The caller frees. */
char *metrics_text(
    const struct metrics *m, const struct numbers *n, const struct http *h);

#endif
