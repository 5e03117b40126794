/* What tests of procedures begin with: the shipped calendar, a file read. */
#ifndef PROCEDURE_RIG_H
#define PROCEDURE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "procedure_file.h"

/* Tuesday 2026-11-24, 07:00 in Viet Nam. */
#define T0 INT64_C(1795478400000)

static struct calendar *calendar;

static inline int
setup(void **state)
{
	struct faults faults = {0};

	(void)state;
	calendar = calendar_load(SOURCE_DIR "/conf/calendar", 420, &faults);
	return calendar == NULL ? -1 : 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	calendar_free(calendar);
	return 0;
}

static inline struct procedure *
read_from(const char *path)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(path, &faults);

	for (size_t i = 0; i < faults_held(&faults); i++)
		print_error(
		    "%s: %s\n", faults.list[i].where, faults.list[i].what);
	assert_non_null(p);
	return p;
}

#endif
