/* Included by tests of what left from memory: a result as the courier says it. */
#ifndef ATTEMPT_RESULT_H
#define ATTEMPT_RESULT_H

#include "outbox_jobs.h"

static struct delivery_result
attempt_result(const char *id, int64_t epoch, enum result what)
{
	struct delivery_result made = {.epoch = epoch, .result = what};

	snprintf(made.id, sizeof(made.id), "%s", id);
	return made;
}

#endif
