/*
 * The one database connection and its thread.  Jobs wait in one queue; the
 * thread takes all that wait (at most 256), runs each in its own savepoint,
 * commits once, and only then are their done functions called on the loop
 * thread: an answer cannot leave before the fsync that holds it (promise P1).
 */
#ifndef STORE_H
#define STORE_H

#include <jansson.h>

#include "core.h"

struct store;
struct tx;
struct rows;
struct context;

enum query {
#define QUERY(name, sql) Q_##name,
#include "queries.def"
#undef QUERY
	QUERY_MAX
};

/* A value bound to $1, $2, ... in order.  Pointers must outlive the call. */
struct value {
	enum { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } kind;
	int64_t number;
	const void *p; /* NULL text or blob is bound as NULL */
	size_t n;
};
#define V_NULL	     ((struct value){.kind = VALUE_NULL})
#define V_INT(i)     ((struct value){.kind = VALUE_INT, .number = (i)})
#define V_TEXT(s)    ((struct value){.kind = VALUE_TEXT, .p = (s)})
#define V_BLOB(b, l) ((struct value){.kind = VALUE_BLOB, .p = (b), .n = (l)})
/* An instant or number that 0 means "none" for. */
#define V_INT0(i) ((i) ? V_INT(i) : V_NULL)
#define ARGS(...)                                                              \
	(const struct value[]){__VA_ARGS__},                                   \
	    sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_ARGS NULL, (size_t)0

/*
 * READ: writes nothing, runs before the batch and does not wait for its fsync.
 * INTAKE: refused with FULL while the disk reserve is in use.
 * ACT: everything else that writes; may use the reserve.
 */
enum job_kind { JOB_READ, JOB_INTAKE, JOB_ACT };

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
	void (*wake)(void *);  /* called from the store thread */
	void *wake_arg;
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

struct store_stats {
	int64_t jobs, batches, largest_batch, full_events;
};
void store_stats(struct store *s, struct store_stats *out);

const struct context *tx_context(const struct tx *tx);

/*
 * A statement without rows.  OK if it changed a row, NOT_FOUND if it changed
 * none, CONFLICT on a unique or check rule, FULL or FAILED else.
 */
enum outcome
tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
/* Start a query; never NULL.  Always end it with rows_end. */
struct rows *
tx_query(struct tx *tx, enum query q, const struct value *v, size_t n);
bool rows_next(struct rows *r);
/* OK, or what ended the rows early; r is gone. */
enum outcome rows_end(struct rows *r);
int64_t row_int(const struct rows *r, int column); /* 0 for NULL */
bool row_is_null(const struct rows *r, int column);
const char *row_text(const struct rows *r, int column); /* NULL for NULL */
const void *row_blob(const struct rows *r, int column, size_t *n);

/* The single number of a query; what if there is no row or it is NULL. */
int64_t tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);
/*
 * All rows as an array of objects named by column.  A column *_at becomes an
 * RFC 3339 text, is_* a boolean, *_json is parsed and loses the suffix, NULL is
 * left out, blobs are refused.  Never NULL; the caller decrefs.
 */
json_t *tx_list(struct tx *tx, enum query q, const struct value *v, size_t n);
/* The first row as such an object, or NULL. */
json_t *tx_object(struct tx *tx, enum query q, const struct value *v, size_t n);

#endif
