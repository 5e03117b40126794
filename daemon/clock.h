/*
 * The one clock.  clock_now() governs rows (clocks, backoff, sessions,
 * retention) and can be a test clock; clock_mono() governs limits of I/O and
 * never follows it.  Thread-safe.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Room for 2026-11-24T07:00:00.000+07:00 and its NUL. */
#define INSTANT_SIZE 32

/* UTC milliseconds since 1970. */
int64_t clock_now(void);
/* CLOCK_MONOTONIC in milliseconds. */
int64_t clock_mono(void);

/* CLOCK_BOOTTIME in milliseconds: runs on while the machine sleeps. */
int64_t clock_boot(void);

/* From now on clock_now() stands still at ms until it is set again. */
void clock_test_set(int64_t ms);
bool clock_is_test(void);

/*
 * RFC 3339 with an offset, "2026-11-24T07:00:00+07:00"; fractions of up to
 * nine digits are cut to milliseconds.  False for anything else, and for years
 * outside 1970 to 9999.
 */
bool instant_parse(const char *s, int64_t *ms);
/* RFC 3339 at the given offset from UTC, with milliseconds if there are any. */
void instant_format(char out[INSTANT_SIZE], int64_t ms, int offset_min);

#endif
