/* For those who watch the daemon: is it ready, and its numbers. */
#include <stdlib.h>

#include "clock.h"
#include "handlers.h"
#include "hotlined.h"

/* A delivery that waits longer than this means that alerts do not leave. */
#define STUCK (15 * MINUTE)

struct watch {
	struct http *h;
	struct response *a;
	bool is_verbose;
};

static void
gather(struct http *h, struct response *a, bool is_verbose,
    void (*done)(void *arg, const struct numbers *n))
{
	struct hotlined *d = http_arg(h);
	struct watch *w = xcalloc(1, sizeof(*w));

	w->h = h;
	w->a = a;
	w->is_verbose = is_verbose;
	metrics_gather(d->metrics, done, w);
}

static void
finish(struct watch *w)
{
	http_answer(w->h, w->a);
	free(w);
}

/* ---- GET /readyz ---- */

static json_t *
verbose(const struct numbers *n)
{
	return json_pack("{s:I, s:I, s:I, s:b, s:b, s:I, s:I, s:I}",
	    "oldest_unsent_s", n->oldest_ms / SECOND, "calendar_days_left",
	    n->calendar_days, "clocks_overdue", n->overdue, "courier_up",
	    (int)n->courier_is_up, "disk_full", (int)n->is_full,
	    "disk_free_bytes", n->disk_free_bytes, "wal_bytes", n->wal_bytes,
	    "audit_seq", n->audit_seq);
}

static void
on_ready(void *arg, const struct numbers *n)
{
	struct watch *w = arg;
	const char *what = "ready";
	json_t *json;

	if (n == NULL)
		what = "the database cannot be read";
	else if (n->is_full)
		what = "disk full";
	else if (n->oldest_ms >= STUCK)
		what = "alerts do not leave";
	json = json_pack("{s:s}", "status", what);
	if (w->is_verbose && n != NULL) {
		json_t *more = verbose(n);

		json_object_update(json, more);
		json_decref(more);
	}
	(void)answer_json(w->a, what[0] == 'r' ? 200 : 503, json); /* "ready" */
	finish(w);
}

/* The database can be read, there is room, and alerts leave. */
void
ready_get(struct http *h, const struct request *r, struct response *a)
{
	gather(h, a, request_query(r, "verbose") != NULL, on_ready);
}

/* ---- GET /metrics ---- */

static void
on_metrics(void *arg, const struct numbers *n)
{
	struct watch *w = arg;
	const struct hotlined *d = http_arg(w->h);

	if (n == NULL)
		(void)answer_outcome(w->a, FAILED);
	else
		(void)answer_bytes(w->a, 200,
		    "text/plain; version=0.0.4; charset=utf-8",
		    metrics_text(d->metrics, n, w->h));
	finish(w);
}

void
metrics_get(struct http *h, const struct request *r, struct response *a)
{
	(void)r;
	gather(h, a, false, on_metrics);
}
