/* The schedule on the loop thread: what schedule*.c share. */
#ifndef SCHEDULE_LOOP_H
#define SCHEDULE_LOOP_H

#include "schedule.h"

struct event;

/* A wish to move the test clock; they are met in order. */
struct wish {
	struct wish *next;
	int64_t to;
	stepped *done;
	void *arg;
};

struct schedule {
	struct event_base *base;
	struct store *store;
	struct outbox *outbox;
	int fd; /* timerfd; -1 with the test clock */
	struct event *wall, *rescan, *pause;
	bool is_ticking, again, is_stopped;
	int jobs; /* in the store's queue */

	/* What the last tick found. */
	int64_t next_clock, next_outbox;
	int64_t watch_held_at; /* after a failure; not before then again */
	/* Jobs of the store that were not ours, and the time, before it. */
	int64_t own, seen_jobs, seen_at;

	/* Stepping. */
	struct wish *wishes;
	int fired, rounds, rounds_max;
	bool is_waiting;
	int64_t down_since; /* clock_mono; 0: the courier is there */

	/* Watching the wall clock. */
	int64_t last_wall, last_boot;
	int64_t watched_at, upkept_at;

	int64_t next_day; /* first instant of it: the daily work is due */
	bool is_read;	  /* files were read since the last daily work */
};

/* Fire what is due and find out what is next; schedule_ticked comes after. */
void schedule_tick(struct schedule *s);
/* Look again after ms of real time. */
void schedule_pause(struct schedule *s, int64_t ms);
/* Post a job that belongs to the schedule; done must call schedule_end_job. */
void schedule_post(struct schedule *s, job_run *run, job_done *done, void *arg);
/* False if the schedule is gone with its last job. */
bool schedule_end_job(struct schedule *s);

/* A tick found nothing more to fire at this instant: go on stepping. */
void schedule_step_on(struct schedule *s, int fired);
/* Nothing can be recorded: no wish is met. */
void schedule_step_fail(struct schedule *s);
/* Something changed while stepping. */
void schedule_step_look(struct schedule *s);

/* The daily work, if a new day has begun. */
void schedule_daily(struct schedule *s);
/* Hourly upkeep, if its time has come. */
void schedule_upkeep(struct schedule *s);
/* What each of them does, in a transaction. */
enum outcome upkeep_run(struct tx *tx);
enum outcome calendar_watch(struct tx *tx);
/* Compare the wall clock with the machine's own. */
void schedule_watch(struct schedule *s);
/*
 * Between two looks the wall clock went from wall to wall2 and the machine's
 * from boot to boot2: "back" (more than 60 s), "ahead" (more than 1 h) or NULL.
 */
const char *
clock_jump(int64_t wall, int64_t boot, int64_t wall2, int64_t boot2);

#endif
