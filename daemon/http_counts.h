/* What the server counts since the start, for the metrics. */
#ifndef HTTP_COUNTS_H
#define HTTP_COUNTS_H

#include "core.h"

struct http;

enum intake_result {
	INTAKE_TAKEN,	/* 2xx: it is on the disk */
	INTAKE_REFUSED, /* 4xx */
	INTAKE_FULL,	/* 503: no room */
	INTAKE_FAILED,	/* other 5xx */
	INTAKE_MAX
};
struct http_counts {
	int64_t answers[6];	    /* by the status's first digit */
	int64_t intake[INTAKE_MAX]; /* of INTAKE rows */
	int64_t connections;	    /* open now, of the API */
	int64_t followers;	    /* event streams, open now */
};
/* All of them, as they stand. */
void http_counts(const struct http *h, struct http_counts *out);

#endif
