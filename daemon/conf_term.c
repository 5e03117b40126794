#include "conf_term.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"

/* Largest first, so that the first exact one is the shortest form. */
static const struct {
	const char *suffix;
	int64_t ms;
} units[] = {{"d", DAY}, {"h", HOUR}, {"m", MINUTE}, {"s", SECOND}, {"ms", 1}};

bool
term_parse(const char *s, int64_t *ms)
{
	size_t n = strspn(s, "0123456789");
	char number[10];
	int64_t value;

	if (n == 0 || n >= sizeof(number))
		return false;
	memcpy(number, s, n);
	number[n] = '\0';
	if (!number_parse(number, 0, INT32_MAX, &value))
		return false;
	for (size_t i = 0; i < NELEM(units); i++)
		if (strcmp(s + n, units[i].suffix) == 0) {
			*ms = value * units[i].ms;
			return true;
		}
	return false;
}

void
term_format(char out[TERM_SIZE], int64_t ms)
{
	size_t i = 0;

	while (ms % units[i].ms != 0)
		i++;
	if (ms == 0)
		i = 3;
	snprintf(out, TERM_SIZE, "%lld%s", (long long)(ms / units[i].ms),
	    units[i].suffix);
}
