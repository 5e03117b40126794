/*
 * What is done once a civil day, at its first instant, before anything fires;
 * also when the daemon starts and when its files were read again.
 */
#include "alert.h"
#include "clock.h"
#include "context.h"
#include "log.h"
#include "meta.h"
#include "receipts.h"
#include "reports.h"
#include "rules.h"
#include "schedule_loop.h"
#include "session.h"
#include "throttle.h"

#include <stdio.h>
#include <stdlib.h>

#define CALENDAR_DAYS 60
#define FAILED_AGAIN  HOUR

/* The file was brought: whoever was called about it may rest. */
static enum outcome
calendar_mended(struct tx *tx)
{
	enum outcome how = alarm_over(tx, "alarm_calendar_ends", "calendar");

	return how == OK ? meta_put(tx, "calendar_alarm_day", 0) : how;
}

/* Alarmed once a day, for as long as nobody brings the file that is missing. */
enum outcome
calendar_watch(struct tx *tx)
{
	const struct calendar *c = tx_context(tx)->calendar;
	int64_t now = clock_now();
	int64_t alarmed = meta_number(tx, "calendar_alarm_day", 0);
	int left = calendar_days_left(c, now);
	day_t today = calendar_day_of(c, now);
	char year[16];
	enum outcome how;

	if (left >= CALENDAR_DAYS)
		return alarmed == 0 ? OK : calendar_mended(tx);
	if (alarmed == today)
		return OK;
	snprintf(year, sizeof(year), "%d", calendar_year_of(c, now));
	how = left < 0 ? alarm_raise(tx, "alarm_calendar_missing", year)
		       : alarm_raise(tx, "alarm_calendar_ends", "calendar");
	return how == OK ? meta_put(tx, "calendar_alarm_day", today) : how;
}

/* Each in a transaction of its own: none keeps the others from their work. */
static const struct {
	const char *name;
	enum outcome (*run)(struct tx *tx);
	bool if_read; /* only when files were read */
} dailies[] = {
    {"rules", rules_adopt, true},
    {"calendar", calendar_watch, false},
    {"reports", reports_open, false},
    {"receipts", receipts_daily, false},
    {"sessions", sessions_prune, false},
    {"throttle", throttle_prune, false},
};

struct daily {
	struct schedule *s;
	size_t i;
	int64_t next_at; /* first instant of tomorrow */
};

static enum outcome
run_daily(struct tx *tx, void *arg)
{
	struct daily *d = arg;
	const struct calendar *c = tx_context(tx)->calendar;

	d->next_at = calendar_day_start(c, calendar_day_of(c, clock_now()) + 1);
	return dailies[d->i].run(tx);
}

static void
on_daily(void *arg, enum outcome how)
{
	struct daily *d = arg;
	struct schedule *s = d->s;
	int64_t next_at = d->next_at;

	if (how != OK) {
		log_error("daily work failed what=%s outcome=%d",
		    dailies[d->i].name, (int)how);
		s->is_read |= dailies[d->i].if_read;
		next_at = clock_now() + FAILED_AGAIN;
	}
	free(d);
	s->own++;
	if (schedule_end_job(s) && next_at < s->next_day)
		s->next_day = next_at;
}

void
schedule_daily(struct schedule *s)
{
	if (clock_now() < s->next_day)
		return;
	s->next_day = INT64_MAX;
	for (size_t i = 0; i < NELEM(dailies); i++) {
		struct daily *d;

		if (dailies[i].if_read && !s->is_read)
			continue;
		d = xcalloc(1, sizeof(*d));
		d->s = s;
		d->i = i;
		schedule_post(s, run_daily, on_daily, d);
	}
	s->is_read = false;
}

void
schedule_review(struct schedule *s)
{
	s->next_day = INT64_MIN;
	s->is_read = true;
	schedule_tick(s);
}
