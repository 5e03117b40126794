/*
 * For tests/test_calendar.py: when limits end by a calendar.  Arguments: folder
 * of calendar files, offset in minutes.  Each line of the input, "<start in UTC
 * ms> <limit>", is answered with the end in UTC ms.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "calendar.h"

int
main(int argc, char **argv)
{
	struct faults faults = {0};
	struct calendar *c;
	char text[LIMIT_SIZE];
	int64_t start;

	if (argc != 3)
		return 2;
	c = calendar_load(argv[1], atoi(argv[2]), &faults);
	for (size_t i = 0; i < faults_held(&faults); i++)
		fprintf(stderr, "%s: %s\n", faults.list[i].where,
		    faults.list[i].what);
	while (c != NULL && scanf("%" SCNd64 " %15s", &start, text) == 2) {
		struct limit l;

		if (!limit_parse(text, &l))
			return 2;
		printf("%" PRId64 "\n", calendar_add(c, start, &l));
	}
	faults_done(&faults);
	calendar_free(c);
	return c == NULL;
}
