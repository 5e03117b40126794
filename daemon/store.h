/*
 * The one database connection and its thread.  Jobs wait in one queue; the
 * thread takes all that wait (at most 256), runs each in its own savepoint,
 * commits once, and only then are their done functions called on the loop
 * thread: an answer cannot leave before the fsync that holds it (promise P1).
 */
#ifndef STORE_H
#define STORE_H

#include "core.h"
#include "tx.h"

struct store;

/*
 * READ: writes nothing, runs before the batch and does not wait for its fsync.
 * INTAKE: refused with FULL while the disk reserve is in use.
 * UPLOAD: so is this; a few in one batch, that the log stays small.
 * ACT: everything else that writes; may use the reserve.
 * TRIAL: writes, and all of it is undone; it needs no room on the disk.
 */
enum job_kind { JOB_READ, JOB_INTAKE, JOB_UPLOAD, JOB_ACT, JOB_TRIAL };

/*
 * Runs on the store thread inside a savepoint, perhaps more than once, and
 * touches only tx and arg.  Anything but OK rolls the savepoint back.
 */
typedef enum outcome job_run(struct tx *tx, void *arg);
/*
 * Runs on the loop thread after the commit; exactly once a job.  how is what
 * run returned, or FULL or FAILED if its writes could not be kept: then what
 * run left in arg has not happened.
 */
typedef void job_done(void *arg, enum outcome how);

struct store_options {
	const char *path;
	int64_t reserve_bytes; /* of the reserve file beside the database */
	int64_t
	    quick_check_bytes; /* check at start up to this size; 0: never */
	bool spools; /* a damaged file is kept and a fresh one stands in */
	void (*wake)(void *); /* called from the store thread */
	void *wake_arg;
	void (*busy)(void *); /* now and then while opening takes long */
	void *busy_arg;
};

/*
 * Open, migrate and start the thread.  NULL after logging why: in use by
 * another daemon, newer schema, damaged, not ours.
 */
struct store *store_open(const struct store_options *o);
/* Read-only, without a thread, for audit verify; NULL after logging why. */
struct store *store_open_copy(const char *path);
/* Run a read on a store_open_copy store, here and now. */
enum outcome store_read_now(struct store *s, job_run *run, void *arg);
/*
 * All of it: every page, every index, every reference; reads the whole file.
 * Only for a store_open_copy store.
 */
bool store_is_whole(struct store *s);
/*
 * Finish all waiting jobs, checkpoint, close.  Then call store_reap once more:
 * it runs the done functions that are left and frees s.
 */
void store_close(struct store *s);

void store_post(struct store *s, enum job_kind kind, job_run *run,
    job_done *done, void *arg);
/* Call on the loop thread when woken: runs the done functions. */
void store_reap(struct store *s);
/*
 * What tx_context returns; takes effect between two batches: jobs posted
 * before see the old one, jobs posted after the new one.  drop(drop_arg), if
 * not NULL, runs on the loop thread when no job can see the old one any more;
 * pass the old one (or its owner) as drop_arg.
 */
void store_set_context(struct store *s, const struct context *c,
    void (*drop)(void *), void *drop_arg);
/*
 * A consistent, synced copy of the database to a new file, made between
 * batches through the one connection; done runs on the loop thread.  CONFLICT
 * if the file exists or another copy is being made.
 */
void store_copy(struct store *s, const char *path, job_done *done, void *arg);
/* True while the reserve is in use (full disk). */
bool store_is_full(const struct store *s);

/* Commits that wrote, of at most 1, 2, 4 ... 256 jobs. */
#define STORE_SIZES 9
struct store_stats {
	int64_t jobs; /* finished, but for reads: they change nothing */
	int64_t batches, largest_batch, full_events;
	int64_t writes;		    /* jobs of all these batches */
	int64_t sizes[STORE_SIZES]; /* batches by size */
};
void store_stats(struct store *s, struct store_stats *out);

#endif
