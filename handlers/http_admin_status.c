/* How the daemon is, for hotlinectl. */
#include "admin.h"
#include "audit.h"
#include "calendar.h"
#include "clock.h"
#include "console.h"
#include "context.h"
#include "handlers.h"
#include "hotlined.h"
#include "procedure_check.h"

#include <stdlib.h>

/* An instant as our answers write it; a new reference. */
static json_t *
instant_json(int64_t at, int offset_min)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, offset_min);
	return json_string(text);
}

/* One look at the daemon: the loop's half, then the rows'. */
struct look {
	struct http *h;
	struct response *a;
	json_t *status;
};

static enum outcome
run_look(struct tx *tx, void *arg)
{
	struct look *l = arg;
	json_t *counts = tx_object(tx, Q_STATUS,
	    ARGS(V_TEXT(tx_context(tx)->conf->ward), V_INT(clock_now())));

	json_object_set_new(l->status, "database",
	    json_string(tx_is_spool(tx) ? "spool" : "ok"));
	json_object_update(l->status, counts);
	json_decref(counts);
	return OK;
}

static void
on_looked(void *arg, enum outcome how)
{
	struct look *l = arg;

	if (how == OK)
		(void)answer_json(l->a, 200, l->status);
	else
		(void)answer_outcome(l->a, how);
	if (how != OK)
		json_decref(l->status);
	http_answer(l->h, l->a);
	free(l);
}

/* "full": not even the reserve has room, and alerts leave from memory. */
static const char *
disk_word(const struct hotlined *d)
{
	if (outbox_is_in_memory(d->outbox))
		return "full";
	return store_is_full(d->store) ? "reserve" : "ok";
}

static json_t *
facts_of(const struct hotlined *d)
{
	const struct context *c = d->context;
	int64_t now = clock_now();

	return json_pack("{s:s, s:o, s:b, s:s, s:s, s:s, s:i, s:s, s:s, s:b}",
	    "version", HOTLINED_VERSION, "now",
	    instant_json(now, (int)c->conf->utc_offset_min), "is_test_clock",
	    clock_is_test(), "ward", c->conf->ward, "ward_name",
	    c->conf->ward_name, "procedure", procedure_name(c->procedure),
	    "calendar_days_left", calendar_days_left(c->calendar, now),
	    "courier", outbox_is_up(d->outbox) ? "up" : "down", "disk",
	    disk_word(d), "pages", n_console_files > 0);
}

/* GET /v1/admin/status */
void
status_show(struct http *h, const struct request *r, struct response *a)
{
	struct hotlined *d = http_arg(h);
	struct look *l = xcalloc(1, sizeof(*l));

	(void)r;
	l->h = h;
	l->a = a;
	l->status = facts_of(d);
	store_post(d->store, JOB_READ, run_look, on_looked, l);
}

/* GET /v1/admin/audit/head */
enum outcome
audit_head_get(struct tx *tx, const struct request *r, struct response *a)
{
	char hash[2 * HASH_SIZE + 1] = "";
	int64_t seq = audit_head(tx, hash);

	(void)r;
	return answer_json(a, 200,
	    json_pack("{s:I, s:s}", "seq", (json_int_t)seq, "hash", hash));
}

/* GET /v1/admin/procedure */
enum outcome
procedure_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)r;
	return answer_json(
	    a, 200, procedure_json(tx_context(tx)->procedure, false));
}
