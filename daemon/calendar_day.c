/* Civil days by the proleptic Gregorian calendar. */
#include "calendar.h"

/* Days before a year that is counted from March of year 0. */
static int
days_before(int year)
{
	return 365 * year + year / 4 - year / 100 + year / 400;
}

/* Days from 1 March to the first of a month; 0 is March, 11 February. */
static int
days_in_year_before(int month)
{
	return (153 * month + 2) / 5;
}

/* 1970-01-01, counted from 0000-03-01. */
#define EPOCH 719468

day_t
day_from_civil(int year, int month, int mday)
{
	int from_march = (month + 9) % 12;

	/* January and February end the year before. */
	return days_before(month <= 2 ? year - 1 : year) +
	       days_in_year_before(from_march) + mday - 1 - EPOCH;
}

void
day_to_civil(day_t day, int *year, int *month, int *mday)
{
	int n = day + EPOCH;
	int y = (int)((int64_t)n * 400 / 146097), m;

	/* The guess is never late, and at most one year early. */
	if (days_before(y + 1) <= n)
		y++;
	n -= days_before(y);
	m = (5 * n + 2) / 153;
	*mday = n - days_in_year_before(m) + 1;
	*month = (m + 2) % 12 + 1;
	*year = m >= 10 ? y + 1 : y;
}

/* Two digits. */
static int
pair(const char *s)
{
	return 10 * (s[0] - '0') + s[1] - '0';
}

day_t
day_of_date(const char *date)
{
	return day_from_civil(
	    100 * pair(date) + pair(date + 2), pair(date + 5), pair(date + 8));
}
