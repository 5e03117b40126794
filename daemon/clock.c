#include "clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "calendar.h"

#define NO_TEST INT64_MIN
/* 10000-01-01T00:00:00Z */
#define INSTANT_END (INT64_C(253402300800) * SECOND)

static _Atomic int64_t test_now = NO_TEST;

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec / 1000000;
}

int64_t
clock_now(void)
{
	int64_t test = atomic_load(&test_now);

	return test != NO_TEST ? test : read_clock(CLOCK_REALTIME);
}

int64_t
clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void
clock_test_set(int64_t ms)
{
	atomic_store(&test_now, ms);
}

bool
clock_is_test(void)
{
	return atomic_load(&test_now) != NO_TEST;
}

/* Read exactly n digits, at most high, and what must follow ('\0': nothing). */
static bool
part(const char **s, int n, int high, char after, int *v)
{
	*v = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*v = *v * 10 + (**s - '0');
	}
	if (*v > high)
		return false;
	return after == '\0' || *(*s)++ == after;
}

/* YYYY-MM-DDT, a real day. */
static bool
date_part(const char **s, day_t *day)
{
	int y, m, d, y2, m2, d2;

	if (!part(s, 4, 9999, '-', &y) || !part(s, 2, 12, '-', &m) ||
	    !part(s, 2, 31, '\0', &d) || y < 1970)
		return false;
	if (**s != 'T' && **s != 't')
		return false;
	(*s)++;
	*day = day_from_civil(y, m, d);
	day_to_civil(*day, &y2, &m2, &d2);
	return y == y2 && m == m2 && d == d2;
}

/* .1 to .123456789, or nothing. */
static bool
fraction_part(const char **s, int *ms)
{
	int n = 0, unit = 100;

	*ms = 0;
	if (**s != '.')
		return true;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, n++) {
		*ms += unit * (**s - '0');
		unit /= 10;
	}
	return n >= 1 && n <= 9;
}

static bool
offset_part(const char **s, int64_t *ms)
{
	char sign = *(*s)++;
	int h, m;

	*ms = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (sign != '+' && sign != '-')
		return false;
	if (!part(s, 2, 23, ':', &h) || !part(s, 2, 59, '\0', &m))
		return false;
	*ms = (h * HOUR + m * MINUTE) * (sign == '-' ? -1 : 1);
	return true;
}

bool
instant_parse(const char *s, int64_t *ms)
{
	int hour, minute, second, fraction;
	int64_t offset, at;
	day_t day;

	if (!date_part(&s, &day) || !part(&s, 2, 23, ':', &hour) ||
	    !part(&s, 2, 59, ':', &minute) || !part(&s, 2, 59, '\0', &second) ||
	    !fraction_part(&s, &fraction) || !offset_part(&s, &offset) ||
	    *s != '\0')
		return false;
	at = day * DAY + hour * HOUR + minute * MINUTE + second * SECOND +
	     fraction - offset;
	if (at < 0 || at >= INSTANT_END)
		return false;
	*ms = at;
	return true;
}

/* Within the years that can be written, whatever a row may hold. */
static int64_t
writable(int64_t ms)
{
	if (ms < 0)
		return 0;
	return ms < INSTANT_END ? ms : INSTANT_END - 1;
}

static void
offset_format(char out[8], int offset_min)
{
	unsigned distance =
	    (unsigned)(offset_min < 0 ? -offset_min : offset_min);

	if (offset_min == 0)
		snprintf(out, 8, "Z");
	else
		snprintf(out, 8, "%c%02u:%02u", offset_min < 0 ? '-' : '+',
		    distance / 60 % 24, distance % 60);
}

void
instant_format(char out[INSTANT_SIZE], int64_t ms, int offset_min)
{
	int64_t local = writable(writable(ms) + offset_min * MINUTE);
	int year, month, mday, rest = (int)(local % DAY);
	char fraction[8] = "", offset[8], text[64];

	day_to_civil((day_t)(local / DAY), &year, &month, &mday);
	if (local % SECOND != 0)
		snprintf(
		    fraction, sizeof(fraction), ".%03d", (int)(local % SECOND));
	offset_format(offset, offset_min);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d%s%s", year,
	    month, mday, rest / (int)HOUR, rest / (int)MINUTE % 60,
	    rest / (int)SECOND % 60, fraction, offset);
	snprintf(out, INSTANT_SIZE, "%.31s", text);
}
