#include <unistd.h>

#include "log.h"
#include "store_parts.h"

/* A read that came waits for so many writes of the batch, and their commit. */
#define PATIENCE 16

void
store_run_reads(struct store *s, struct item **v, size_t n)
{
	enum outcome how;

	if (n == 0)
		return;
	how = store_outcome(s, store_control(s, BEGIN), "begin");
	for (size_t i = 0; i < n; i++)
		v[i]->how = how == OK ? store_run_job(s, v[i]) : how;
	if (!sqlite3_get_autocommit(s->db))
		(void)store_outcome(s, store_control(s, COMMIT), "commit");
}

/* One job inside its savepoint. */
static enum outcome
run_saved(struct store *s, struct item *i)
{
	int rc = store_control(s, SAVE);

	if (rc != SQLITE_OK)
		return store_outcome(s, rc, "savepoint");
	i->how = store_run_job(s, i);
	if (s->hit_full || sqlite3_get_autocommit(s->db))
		return FAILED;
	if (i->how != OK) {
		rc = store_control(s, UNDO);
		if (rc != SQLITE_OK)
			return store_outcome(s, rc, "undo");
	}
	return store_outcome(s, store_control(s, RELEASE), "release");
}

/* What has to wait for room on the disk. */
static bool
is_put_off(const struct item *i)
{
	return i->kind == JOB_INTAKE || i->kind == JOB_UPLOAD;
}

static bool
has_reads(struct store *s)
{
	bool has;

	pthread_mutex_lock(&s->mutex);
	has = s->n_reads > 0;
	pthread_mutex_unlock(&s->mutex);
	return has;
}

/* One job alone: the transaction is its savepoint, rolled back unless OK. */
static enum outcome
run_only(struct store *s, struct item *i)
{
	i->how = store_run_job(s, i);
	if (s->hit_full || sqlite3_get_autocommit(s->db))
		return FAILED;
	return i->how == OK
		   ? OK
		   : store_outcome(s, store_control(s, ROLLBACK), "undo");
}

/* n becomes how many there was patience for. */
static enum outcome
run_all(struct store *s, struct item **v, size_t *n)
{
	bool is_alone = *n == 1;
	enum outcome how = OK;

	for (size_t i = 0; i < *n && how == OK; i++) {
		if (i >= PATIENCE && has_reads(s)) {
			*n = i;
			break;
		}
		if (is_put_off(v[i]) && atomic_load(&s->full))
			v[i]->how = FULL;
		else
			how = is_alone ? run_only(s, v[i]) : run_saved(s, v[i]);
	}
	return how;
}

/* 1, 2, 3 to 4, 5 to 8 ... */
static size_t
size_class(size_t n)
{
	size_t i = 0;

	while (i < STORE_SIZES - 1 && n > (size_t)1 << i)
		i++;
	return i;
}

static void
count(struct store *s, size_t n)
{
	pthread_mutex_lock(&s->mutex);
	s->stats.batches++;
	s->stats.writes += (int64_t)n;
	s->stats.sizes[size_class(n)]++;
	if ((int64_t)n > s->stats.largest_batch)
		s->stats.largest_batch = (int64_t)n;
	pthread_mutex_unlock(&s->mutex);
}

/*
 * All of them in one transaction.  Anything but OK: nothing is kept; FULL: the
 * reserve is in use now.
 */
static enum outcome
attempt(struct store *s, struct item **v, size_t *n)
{
	enum outcome how;

	s->hit_full = s->has_written = false;
	how = store_outcome(s, store_control(s, WRITE), "begin");
	if (how == OK)
		how = run_all(s, v, n);
	if (how == OK && !sqlite3_get_autocommit(s->db)) {
		how = store_outcome(s, store_control(s, COMMIT), "commit");
		/* Whether it is on the disk nobody knows: ask after a restart. */
		if (how != OK && how != FULL)
			_exit(STORE_EXIT_IO);
	}
	if (how == OK && s->has_written)
		count(s, *n);
	if (!sqlite3_get_autocommit(s->db))
		(void)store_control(s, ROLLBACK);
	if (s->hit_full) {
		store_full_enter(s);
		how = FULL;
	}
	return how;
}

static void
run_alone(struct store *s, struct item *i)
{
	bool was_full = atomic_load(&s->full);
	size_t one = 1;
	enum outcome how = attempt(s, &i, &one);

	if (how == FULL && !was_full)
		how = attempt(s, &i, &one);
	if (how == FULL) {
		/* A log that is moved begins again in the room it has. */
		store_checkpoint(s, false);
		how = attempt(s, &i, &one);
	}
	if (how != OK)
		i->how = how;
}

size_t
store_run_writes(struct store *s, struct item **v, size_t n)
{
	if (n == 0)
		return 0;
	if (n > 1) {
		if (attempt(s, v, &n) == OK)
			return n;
		log_warn("batch is run again one by one jobs=%zu", n);
	}
	for (size_t i = 0; i < n; i++)
		run_alone(s, v[i]);
	return n;
}

/* Its pages stay in memory: one that spilled would need room in the log. */
static void
run_trial(struct store *s, struct item *i)
{
	int rc = store_run(s->db, "PRAGMA cache_spill = OFF");

	i->how = store_outcome(s, rc, "spill");
	if (i->how == OK)
		i->how = store_outcome(s, store_control(s, WRITE), "begin");
	if (i->how == OK)
		i->how = store_run_job(s, i);
	if (!sqlite3_get_autocommit(s->db))
		(void)store_control(s, ROLLBACK);
	(void)store_run(s->db, "PRAGMA cache_spill = ON");
}

void
store_run_trials(struct store *s, struct item **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_trial(s, v[i]);
}

void
store_checkpoint(struct store *s, bool whole)
{
	int mode =
	    whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	int rc;

	s->hit_full = false;
	/* On a full disk the log's own blocks are room we have. */
	if (atomic_load(&s->full))
		mode = SQLITE_CHECKPOINT_PASSIVE;
	rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, NULL, NULL);
	if (whole || rc != SQLITE_OK)
		s->wal_pages = 0;
	if (rc == SQLITE_OK || rc == SQLITE_BUSY)
		return;
	if (store_outcome(s, rc, "checkpoint") == FULL)
		store_full_enter(s);
}
