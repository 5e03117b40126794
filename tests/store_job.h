/* A job that sets or gets a meta row, and can wait for the test. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "store_rig.h"

struct job {
	struct rig *rig;
	const char *name, *value;
	enum outcome end;     /* what run ends with if all went well */
	sem_t *reached, *let; /* or NULL */
	int runs;
	bool is_done;
	int order; /* of done calls */
	enum outcome how;
	char found[64]; /* by job_get */
};

static inline void
job_pause(struct job *j)
{
	if (j->reached != NULL)
		sem_post(j->reached);
	if (j->let != NULL)
		sem_wait(j->let);
}

static inline enum outcome
job_set(struct tx *tx, void *arg)
{
	struct job *j = arg;
	enum outcome how;

	j->runs++;
	job_pause(j);
	how = tx_exec(tx, Q_META_SET,
	    ARGS(V_TEXT("00000"), V_TEXT(j->name), V_TEXT(j->value)));
	return how != OK ? how : j->end;
}

static inline enum outcome
job_get(struct tx *tx, void *arg)
{
	struct job *j = arg;
	struct rows *r;

	j->runs++;
	job_pause(j);
	r = tx_query(tx, Q_META_GET, ARGS(V_TEXT("00000"), V_TEXT(j->name)));
	j->found[0] = '\0';
	if (rows_next(r))
		snprintf(j->found, sizeof(j->found), "%.60s", row_text(r, 0));
	return rows_end(r);
}

#endif
