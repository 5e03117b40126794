#include "quiet.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"

#define DAY_MINUTES 1440

/* "22:00" as minutes; false if it is no time of day. */
static bool
read_minute(const char *s, int *minute)
{
	char hours[3] = {s[0], s[1], '\0'}, minutes[3] = {s[3], s[4], '\0'};
	int64_t h, m;

	if (s[2] != ':' || strspn(hours, "0123456789") != 2 ||
	    strspn(minutes, "0123456789") != 2)
		return false;
	h = (hours[0] - '0') * 10 + hours[1] - '0';
	m = (minutes[0] - '0') * 10 + minutes[1] - '0';
	*minute = (int)(h * 60 + m);
	return h < 24 && m < 60;
}

bool
quiet_parse(const char *s, struct quiet *q)
{
	struct quiet read = {.is_set = true};

	*q = (struct quiet){0};
	if (s[0] == '\0')
		return true;
	if (strlen(s) != 11 || s[5] != '-' || !read_minute(s, &read.from) ||
	    !read_minute(s + 6, &read.until) || read.from == read.until)
		return false;
	*q = read;
	return true;
}

void
quiet_format(char out[QUIET_SIZE], const struct quiet *q)
{
	out[0] = '\0';
	if (q->is_set)
		snprintf(out, QUIET_SIZE, "%02u:%02u-%02u:%02u",
		    (unsigned)q->from / 60 % 24, (unsigned)q->from % 60,
		    (unsigned)q->until / 60 % 24, (unsigned)q->until % 60);
}

int64_t
quiet_end(const struct quiet *q, int64_t now, int offset_min)
{
	int64_t local = now + offset_min * MINUTE;
	int64_t of_day = local % DAY, length, since;

	if (!q->is_set)
		return 0;
	length = (q->until - q->from + DAY_MINUTES) % DAY_MINUTES * MINUTE;
	since = (of_day - q->from * MINUTE + DAY) % DAY;
	return since < length ? now + length - since : 0;
}
