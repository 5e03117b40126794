/*
 * The services main.c starts in order and stops in reverse: each pair fits one
 * row of its table.  A start returns false after logging why.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include "hotlined.h"

#define N_SIGNALS 3

struct event;
struct pulse;
struct trouble;
struct daemon {
	struct hotlined h;
	int wake_fd;
	struct event *wake, *signals[N_SIGNALS];
	struct sockets sockets;
	struct pulse *pulse;
	struct trouble *trouble;
	int64_t busy_at; /* clock_mono: when we last asked for more time */
	bool is_stopping, is_drained, has_told;
};

/* The loop, and sockets that the service manager holds for us. */
bool base_start(struct daemon *d);
void base_stop(struct daemon *d);
bool store_begin(struct daemon *d);
void store_end(struct daemon *d);
bool outbox_begin(struct daemon *d);
void outbox_end(struct daemon *d);
bool metrics_begin(struct daemon *d);
void metrics_end(struct daemon *d);
bool rotation_begin_service(struct daemon *d);
void rotation_end(struct daemon *d);
bool beat_begin(struct daemon *d);
void beat_end(struct daemon *d);
bool night_begin(struct daemon *d);
void night_end(struct daemon *d);
bool schedule_begin(struct daemon *d);
void schedule_end(struct daemon *d);
bool trouble_begin(struct daemon *d);
void trouble_end(struct daemon *d);
bool courier_begin(struct daemon *d);
void courier_end(struct daemon *d);
/* Pets the watchdog. */
bool pulse_begin(struct daemon *d);
void pulse_end(struct daemon *d);
/* SIGTERM and SIGINT drain, SIGHUP reloads. */
bool signals_begin(struct daemon *d);
void signals_end(struct daemon *d);

#endif
