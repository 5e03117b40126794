/*
 * Civil time and working days.  Pure: everything comes from the arguments.
 * Counting follows Civil Code 2015 art. 147-148: a term in days starts on the
 * next day and ends at 24:00 of its last day (the first instant of the day
 * after); a term in hours starts at once and runs through nights and holidays.
 * Terms in calendar days, weeks and months are not carried over a last day of
 * rest (148.5): for a child the earlier of two readings is the safe one.
 */
#ifndef CALENDAR_H
#define CALENDAR_H

#include "core.h"

struct calendar;

enum limit_unit {
	UNIT_NOW,	   /* no number in the law: due at once */
	UNIT_SECOND,	   /* s */
	UNIT_MINUTE,	   /* m */
	UNIT_HOUR,	   /* h, elapsed */
	UNIT_WORKING_HOUR, /* wh */
	UNIT_WORKING_DAY,  /* wd */
	UNIT_DAY,	   /* d, calendar days */
	UNIT_WEEK,	   /* w */
	UNIT_MONTH,	   /* mo */
	UNIT_DATE,	   /* "05-20": the next 20 May, n 520 */
	UNIT_GIVEN,	   /* whoever opens the clock says when it ends */
};

struct limit {
	enum limit_unit unit;
	int n; /* 0 for UNIT_NOW and UNIT_GIVEN, else 1 to 100000 */
};

/* A civil day: days since 1970-01-01 at the calendar's offset. */
typedef int32_t day_t;

/*
 * Read every *.conf of a folder (holidays, swapped Saturdays, working hours,
 * of which those of the last file hold).  Faults are file:line; NULL if there
 * are any, or no file.  offset_min: civil time's distance from UTC in minutes
 * (Viet Nam: 420).
 */
struct calendar *
calendar_load(const char *dir, int offset_min, struct faults *faults);
void calendar_free(struct calendar *c);

/* "12h", "5wd", "05-20", "now", "given"; false for anything else. */
bool limit_parse(const char *s, struct limit *l);
/* The text form, as limit_parse reads it. */
#define LIMIT_SIZE 16
void limit_format(char out[LIMIT_SIZE], const struct limit *l);

/* The instant at which a term that starts at start (UTC ms) ends (UTC ms). */
int64_t
calendar_add(const struct calendar *c, int64_t start, const struct limit *l);

bool calendar_is_working_day(const struct calendar *c, day_t day);
day_t calendar_day_of(const struct calendar *c, int64_t ms);
/* First instant (UTC ms) of a civil day. */
int64_t calendar_day_start(const struct calendar *c, day_t day);
/*
 * Days from now to the end of the years that are described without a gap;
 * negative if this year is not.  Below 60 is an operator alarm; plain weekdays
 * are counted all the same.
 */
int calendar_days_left(const struct calendar *c, int64_t now);
/* First instant that a file describes; *until: the first one after the last. */
int64_t calendar_span(const struct calendar *c, int64_t *until);
int calendar_year_of(const struct calendar *c, int64_t ms);
/*
 * Everything that counts, as flat JSON for comparing: {"2026-09-02": "off",
 * "2026-08-22": "worked", "2026": "described", "hours": "07:30-11:30 ..."}.
 * The caller decrefs.
 */
struct json_t *calendar_rules(const struct calendar *c);
int calendar_offset_min(const struct calendar *c);

/* The day of a date as FIELD_DATE has checked it: "2026-11-24". */
day_t day_of_date(const char *date);
day_t day_from_civil(int year, int month, int mday);
void day_to_civil(day_t day, int *year, int *month, int *mday);

#endif
