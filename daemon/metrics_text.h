/* Numbers as Prometheus text (version 0.0.4).  Pure. */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include "http.h"
#include "metrics.h"

/* All there is to say. */
struct readings {
	const struct numbers *n;
	struct http_counts http;
	struct store_stats store;
	const struct outbox_count *deliveries;
	int n_deliveries;
};
/* Every row of metrics.def; the caller frees. */
char *readings_text(const struct readings *r);
/* Which bucket of the acknowledgement histogram, 0 to ACK_CLASSES - 1. */
size_t ack_class(int64_t ms);

#endif
