/*
 * Quiet hours of a member: two minutes of the civil day, "22:00-06:00", held
 * as minutes since midnight; the second may lie on the next day.  Pure.
 */
#ifndef QUIET_H
#define QUIET_H

#include "core.h"

#define QUIET_SIZE 12

struct quiet {
	bool is_set;
	int from, until; /* 0 to 1439, not equal */
};
/* "" is no quiet hours; false for anything that is not like "22:00-06:00". */
bool quiet_parse(const char *s, struct quiet *q);
void quiet_format(char out[QUIET_SIZE], const struct quiet *q);
/* When the quiet hours that now lies in end (UTC ms); 0: it lies in none. */
int64_t quiet_end(const struct quiet *q, int64_t now, int offset_min);

#endif
