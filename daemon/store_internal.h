/* What the store's own files share; nobody else includes it. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "store.h"

#define BATCH_MAX  256
#define PARAMS_MAX 40 /* $1 to $40 of one query */

#define STORE_APPLICATION_ID 0x484f544c /* "HOTL" */
#define STORE_EXIT_IO	     74		/* EX_IOERR of sysexits.h */

/* One waiting thing: a job, or a change that needs the gap between batches. */
struct item {
	struct item *next;
	enum { ITEM_JOB, ITEM_CONTEXT, ITEM_COPY } what;
	enum job_kind kind;
	job_run *run;
	job_done *done;
	void *arg;
	enum outcome how;
	const struct context *context; /* of ITEM_CONTEXT */
	void (*drop)(void *);	       /* with arg */
	char *path;		       /* of ITEM_COPY, owned */
};

struct list {
	struct item *head, **tail;
};

struct tx {
	struct store *store;
	enum job_kind kind;
	bool broken; /* a statement failed and its caller could not say so */
	int open;    /* rows not ended */
	struct chain_end chain_end;
};

struct rows {
	struct tx *tx;
	sqlite3_stmt *stmt;
	enum query query;
	bool open, ended;
	enum outcome how;
};

/* A prepared query: statement, where $1, $2 ... stand, its one cursor. */
struct statement {
	sqlite3_stmt *stmt;
	int n_params;
	int index[PARAMS_MAX];
	struct rows rows;
};

/* A copy being made: pages by the store thread, the check by a helper. */
struct copy {
	struct store *store;
	struct item *item; /* NULL: none */
	sqlite3 *to;
	sqlite3_backup *backup;
	char *part; /* path until it is whole */
	pthread_t checker;
	bool checking, checked; /* checked: under mutex */
};

struct store {
	/* The store thread's own, after store_open. */
	sqlite3 *db;
	sqlite3_stmt *control[8]; /* enum control */
	struct statement statements[QUERY_MAX];
	const struct context *context;
	struct tx tx;
	struct copy copy;
	char *path, *reserve_path;
	int64_t reserve_bytes, reserve_tried; /* clock_mono */
	int wal_pages;			      /* to be checkpointed */
	bool is_damaged, is_spool;  /* the file was; a fresh one stands in */
	bool hit_full, has_written; /* this attempt: no room; to the log */

	atomic_bool full;
	void (*wake)(void *);
	void *wake_arg;

	/* Under mutex. */
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct list waiting, finished;
	size_t n_reads; /* of those waiting */
	bool closing;
	struct store_stats stats;
	pthread_t thread;
	bool has_thread, is_closed;
};

enum control { BEGIN, WRITE, SAVE, RELEASE, UNDO, COMMIT, ROLLBACK };
#endif
