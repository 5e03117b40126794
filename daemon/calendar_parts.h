/* What a calendar is made of; for calendar*.c alone. */
#ifndef CALENDAR_PARTS_H
#define CALENDAR_PARTS_H

#include "calendar.h"

#define SPANS_MAX 4

/* Minutes of the day, [from, until). */
struct span {
	int from, until;
};
struct calendar {
	int offset_min;
	day_t *off, *worked;
	int *years; /* described, rising */
	size_t n_off, n_worked, n_years;
	struct span spans[SPANS_MAX];
	size_t n_spans;
};

bool day_is_listed(const day_t *days, size_t n, day_t day);
bool calendar_has_year(const struct calendar *c, int year);

#endif
