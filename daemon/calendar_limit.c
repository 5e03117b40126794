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

bool
limit_parse(const char *s, struct limit *l)
{
	size_t n = strspn(s, "0123456789");
	char number[8];
	int64_t value;

	if (strcmp(s, "now") == 0) {
		*l = (struct limit){UNIT_NOW, 0};
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
limit_format(char out[16], const struct limit *l)
{
	snprintf(out, 16, "now");
	for (size_t i = 0; i < NELEM(units); i++)
		if (units[i].unit == l->unit)
			snprintf(out, 16, "%d%s", l->n, units[i].suffix);
}
