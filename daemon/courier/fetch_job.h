/* One transfer in flight: shared by the files fetch*.c and nobody else. */
#ifndef FETCH_JOB_H
#define FETCH_JOB_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "fetch.h"

/* Kept of an answer, and read at most before it is cut off. */
#define BODY_KEPT ((size_t)64 * 1024)
#define BODY_READ ((size_t)1024 * 1024)

struct job {
	TAILQ_ENTRY(job) next;
	struct fetch *f;
	struct transfer t;
	fetch_done *done;
	void *arg;
	CURL *easy;
	struct curl_slist *headers, *to;
	struct buf body;
	size_t n_read, n_sent; /* of the answer; of our body */
	bool is_all_sent;
	bool is_refused; /* the address is forbidden */
	CURLcode how;
	int64_t deadline; /* clock_mono(): not a moment longer */
	/* Mail only. */
	bool has_thread;
	pthread_t thread;
	atomic_bool is_abandoned;
	int tell; /* where the thread writes its job when it is over */
};

struct job *job_new(struct transfer *t, fetch_done *done, void *arg);
/* Make and fill the easy handle. */
void job_setup(struct job *j);
/* What came of it, borrowed from the job. */
struct answer job_answer(struct job *j);
void job_free(struct job *j);

/*
 * Run a mail on its own thread, which writes the job's address to j->tell when
 * it is over; then mail_end joins it.  False if no thread can be made.
 */
bool mail_begin(struct job *j);
void mail_end(struct job *j);

#endif
