/* Functions that the store's own files offer each other. */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "store_internal.h"

/* store_list.c: a queue of items, oldest first. */
void list_init(struct list *l);
void list_add(struct list *l, struct item *i);
/* The oldest, or NULL. */
struct item *list_take(struct list *l);
/* Back in front of all others: it is the oldest. */
void list_return(struct list *l, struct item *i);

/* store_open.c: the connection; false after logging why. */
bool store_connect(struct store *s, const struct store_options *o);
bool store_connect_copy(struct store *s);
/* The file at s->path and no other; s->is_damaged says why if it is that. */
bool store_connect_file(struct store *s, const struct store_options *o);
/* A URI that opens it as it stands; the caller frees. */
char *store_still_uri(const char *path);
/*
 * The file is damaged: keep it, and go on with a fresh one beside it that has
 * whatever of agencies and team can be read.
 */
bool store_spool(struct store *s, const struct store_options *o);
/* True if quick_check finds nothing. */
bool store_is_sound(sqlite3 *db);
/* Also fine on what a failed store_connect left. */
void store_disconnect(struct store *s);

/* store_migrate.c */
/* Run text that has no parameters; an SQLite code. */
int store_run(sqlite3 *db, const char *sql);
/* The number that a pragma or query gives; low if there is none. */
int64_t store_ask(sqlite3 *db, const char *sql, int64_t low);
/* Schema that this program makes. */
int64_t store_schema_version(void);
/* Bring the schema up to date in one transaction; false after logging why. */
bool store_migrate(sqlite3 *db);

/* store_query.c: false after logging which query is wrong. */
bool store_prepare(struct store *s);
void store_finalize(struct store *s);
/*
 * What an SQLite code means.  FAILED is logged here; an fsync error ends the
 * process (the kernel may have dropped the pages: a second try would lie).
 */
enum outcome store_outcome(struct store *s, int rc, const char *doing);
/* Run a job's function with a fresh tx of its kind. */
enum outcome store_run_job(struct store *s, struct item *i);
/* A control statement; an SQLite code. */
int store_control(struct store *s, enum control c);

/* store_batch.c */
void store_run_reads(struct store *s, struct item **v, size_t n);
/*
 * Run and commit together, or one by one; every how is set.  Returns how many
 * were run: the rest makes way for reads that came meanwhile.
 */
size_t store_run_writes(struct store *s, struct item **v, size_t n);
/* Each in a transaction of its own that is undone. */
void store_run_trials(struct store *s, struct item **v, size_t n);
/* Move the log into the database; whole: when idle, and cut it to nothing. */
void store_checkpoint(struct store *s, bool whole);

/* store_reserve.c: room that is kept for a full disk. */
void store_reserve_start(struct store *s);
/* True if a new file gets no room for the quota's sake. */
bool store_is_over_quota(const struct store *s);
/* Give the reserve up and refuse intake; nothing if that is so already. */
void store_full_enter(struct store *s);
/* Every few seconds: take the reserve back if there is room again. */
void store_full_leave(struct store *s);

/* store_copy.c; each returns the item when it is finished, else NULL. */
struct item *store_copy_start(struct store *s, struct item *i);
struct item *store_copy_step(struct store *s);
struct item *store_copy_abort(struct store *s);

#endif
