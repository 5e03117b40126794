/* The outbox on the loop thread: what outbox.c and outbox_reply.c share. */
#ifndef OUTBOX_LOOP_H
#define OUTBOX_LOOP_H

#include "outbox.h"
#include "outbox_memory.h"

/* In the courier's hands. */
struct held {
	char id[ID_SIZE];
	int64_t epoch, until; /* clock_mono */
	int count;	      /* its channel's, of counts */
};

struct outbox {
	struct outbox_options o;
	struct courier_link *link;
	struct event *tick;
	struct held *held;
	int n_held, jobs;
	struct memory *memory; /* NULL unless nothing can be written */
	bool is_recording;     /* a job about the memory is under way */
	bool is_up, is_leasing, again, is_stopped;
	struct outbox_count counts[CHANNELS_MAX];
	int n_counts;
};

/* Every job carries its outbox, which lives until the last one is done. */
struct job {
	struct outbox *o;
	json_t *packets; /* of a lease */
	int64_t room, lease_ms;
	bool did;
	struct delivery_result result;
	json_t *msg;	       /* of a reply */
	struct memory *memory; /* as it was when the job was posted */
	int64_t fired_at;
};

struct job *job_new(struct outbox *o);
/* The job is over; false if the outbox is, too. */
bool job_end(struct job *j);
void job_post(struct job *j, job_run *run, job_done *done);
/* The done function of every job that changed rows. */
void job_written(void *job, enum outcome how);

/* Record what came of an attempt. */
void outbox_post_result(struct outbox *o, const struct delivery_result *r);
/* It is in the courier's hands. */
void outbox_hold(struct outbox *o, const struct lease_of *l, int64_t lease_ms);
void outbox_drop_held(struct outbox *o, int i);
/* Its result came: counted, and held no more. */
void outbox_forget(struct outbox *o, const struct delivery_result *r);
/* It left from memory: its result is counted and remembered with it. */
bool outbox_remember(struct outbox *o, const struct delivery_result *r);
/* Look at what is held, and at what waits, in a second. */
void outbox_start_tick(struct outbox *o);
void outbox_tell_changed(struct outbox *o);

/* A reply came from the courier; it may forget it once it is committed. */
void outbox_take_reply(struct outbox *o, const json_t *msg);

#endif
