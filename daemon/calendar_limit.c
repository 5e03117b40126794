#include <stdio.h>
#include <string.h>

#include "calendar.h"

static const struct {
	const char *suffix;
	enum limit_unit unit;
} units[] = {
    {"s", UNIT_SECOND},
    {"m", UNIT_MINUTE},
    {"h", UNIT_HOUR},
    {"wh", UNIT_WORKING_HOUR},
    {"wd", UNIT_WORKING_DAY},
    {"d", UNIT_DAY},
    {"w", UNIT_WEEK},
    {"mo", UNIT_MONTH},
};

static const struct {
	const char *word;
	enum limit_unit unit;
} words[] = {
    {"now", UNIT_NOW},
    {"given", UNIT_GIVEN},
};

/* "05-20": a day that every year has. */
static bool
parse_date(const char *s, int *n)
{
	int year, month, mday;

	if (strlen(s) != 5 || strspn(s, "0123456789") != 2 || s[2] != '-' ||
	    strspn(s + 3, "0123456789") != 2)
		return false;
	*n = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[3] - '0') * 10 +
	     (s[4] - '0');
	if (*n / 100 < 1 || *n / 100 > 12 || *n % 100 < 1)
		return false;
	day_to_civil(
	    day_from_civil(2001, *n / 100, *n % 100), &year, &month, &mday);
	return month == *n / 100;
}

bool
limit_parse(const char *s, struct limit *l)
{
	size_t n = strspn(s, "0123456789");
	char number[8];
	int64_t value;

	for (size_t i = 0; i < NELEM(words); i++)
		if (strcmp(s, words[i].word) == 0) {
			*l = (struct limit){words[i].unit, 0};
			return true;
		}
	if (parse_date(s, &l->n)) {
		l->unit = UNIT_DATE;
		return true;
	}
	if (n == 0 || n >= sizeof(number))
		return false;
	memcpy(number, s, n);
	number[n] = '\0';
	if (!number_parse(number, 1, 100000, &value))
		return false;
	for (size_t i = 0; i < NELEM(units); i++)
		if (strcmp(s + n, units[i].suffix) == 0) {
			*l = (struct limit){units[i].unit, (int)value};
			return true;
		}
	return false;
}

void
limit_format(char out[LIMIT_SIZE], const struct limit *l)
{
	snprintf(out, LIMIT_SIZE, "%02d-%02d", l->n / 100 % 100, l->n % 100);
	for (size_t i = 0; i < NELEM(words); i++)
		if (words[i].unit == l->unit)
			snprintf(out, LIMIT_SIZE, "%s", words[i].word);
	for (size_t i = 0; i < NELEM(units); i++)
		if (units[i].unit == l->unit)
			snprintf(
			    out, LIMIT_SIZE, "%d%s", l->n, units[i].suffix);
}
