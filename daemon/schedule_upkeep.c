/* Housekeeping, and a look at the clock on the wall. */
#include "alert.h"
#include "changes.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "document.h"
#include "heartbeat.h"
#include "log.h"
#include "meta.h"
#include "schedule_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define UPKEEP_EVERY HOUR
#define WATCH_EVERY  MINUTE
#define BACK_LIMIT   MINUTE
#define QUOTA_KEEP   DAY
#define BACKUP_OLD   (2 * DAY)

struct alarm_job {
	struct schedule *s;
	const char *subject;
};

/* A job of the schedule that needs nothing afterwards. */
static void
on_done(void *arg, enum outcome how)
{
	if (how != OK)
		log_error("upkeep failed outcome=%d", (int)how);
	(void)schedule_end_job(arg);
}

/* ---- The wall clock ---- */

static enum outcome
run_alarm(struct tx *tx, void *arg)
{
	const struct alarm_job *j = arg;

	return alarm_raise(tx, "alarm_clock_jump", j->subject);
}

static void
on_alarmed(void *arg, enum outcome how)
{
	struct alarm_job *j = arg;
	struct schedule *s = j->s;

	free(j);
	on_done(s, how);
}

static void
alarm_jump(struct schedule *s, const char *subject)
{
	struct alarm_job *j = xcalloc(1, sizeof(*j));

	log_error("wall clock jumped direction=%s", subject);
	j->s = s;
	j->subject = subject;
	schedule_post(s, run_alarm, on_alarmed, j);
}

/* The highest time ever seen outlives us: a restart does not hide a jump. */
static enum outcome
run_watch(struct tx *tx, void *arg)
{
	int64_t now = clock_now();
	int64_t high = meta_number(tx, "wall_high", now);
	enum outcome how = OK;

	(void)arg;
	if (now < high - BACK_LIMIT)
		how = alarm_raise(tx, "alarm_clock_jump", "back");
	else if (now < high)
		return OK;
	return how == OK ? meta_put(tx, "wall_high", now) : how;
}

void
schedule_watch(struct schedule *s)
{
	int64_t wall = clock_now(), boot = clock_boot();
	const char *jump = NULL;

	if (s->last_boot != 0 && !clock_is_test())
		jump = clock_jump(s->last_wall, s->last_boot, wall, boot);
	if (jump != NULL)
		alarm_jump(s, jump);
	s->last_wall = wall;
	s->last_boot = boot;
	if (s->watched_at != INT64_MIN && boot - s->watched_at < WATCH_EVERY)
		return;
	s->watched_at = boot;
	schedule_post(s, run_watch, on_done, s);
}

/* ---- Once an hour ---- */

/* A fresh file stands in for the damaged one, or did: people must act. */
static enum outcome
check_spool(struct tx *tx)
{
	char *path = xasprintf("%s.spool", tx_context(tx)->conf->database);
	bool is_left = !tx_is_spool(tx) && access(path, F_OK) == 0;

	free(path);
	if (tx_is_spool(tx))
		return alarm_raise(tx, "alarm_database_damaged", "");
	return is_left ? alarm_raise(tx, "alarm_spool_left", "") : OK;
}

/* Backups are meant to be made, and none was: the leads hear of it. */
static enum outcome
check_backup(struct tx *tx, int64_t now)
{
	int64_t last;

	if (tx_context(tx)->conf->backup_recipient[0] == '\0')
		return OK;
	last = meta_number(tx, "backup_at", 0);
	if (last == 0) {
		last = meta_number(tx, "backup_wanted_at", 0);
		if (last == 0)
			return meta_put(tx, "backup_wanted_at", now);
	}
	return now - last > BACKUP_OLD ? alarm_raise(tx, "alarm_backup_old", "")
				       : OK;
}

enum outcome
upkeep_run(struct tx *tx)
{
	const struct conf *c = tx_context(tx)->conf;
	int64_t now = clock_now();
	const struct {
		enum query query;
		int64_t before;
	} rows[] = {
	    {Q_UPKEEP_IDEMPOTENCY, now - c->idempotency_keep},
	    {Q_UPKEEP_REFUSED, now - c->refused_keep},
	    {Q_UPKEEP_RECALLS, now - c->refused_keep},
	    {Q_UPKEEP_QUOTA, now - QUOTA_KEEP},
	    {Q_UPKEEP_LINKS, now},
	};
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(rows) && how == OK; i++)
		how = perhaps(
		    tx_exec(tx, rows[i].query, ARGS(V_INT(rows[i].before))));
	if (how == OK)
		how = documents_expire(tx);
	if (how == OK)
		how = heartbeat_check(tx);
	if (how == OK)
		how = changes_expire(tx);
	if (how == OK)
		how = check_spool(tx);
	return how == OK ? check_backup(tx, now) : how;
}

static enum outcome
run_upkeep(struct tx *tx, void *arg)
{
	(void)arg;
	return upkeep_run(tx);
}

void
schedule_upkeep(struct schedule *s)
{
	int64_t now = clock_now();

	if (s->upkept_at != INT64_MIN && now - s->upkept_at < UPKEEP_EVERY &&
	    now >= s->upkept_at)
		return;
	s->upkept_at = now;
	schedule_post(s, run_upkeep, on_done, s);
}
