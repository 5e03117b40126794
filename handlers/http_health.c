/* Is it alive, is it ready, and what does it speak. */
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"

/* A delivery that waits longer than this means that alerts do not leave. */
#define STUCK (15 * MINUTE)

extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;

/* GET /healthz: the loop turns and the store thread answers. */
enum outcome
health_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_json(a, 200, json_pack("{s:s}", "status", "ok"));
}

/* GET /readyz: the database can be read and alerts leave. */
enum outcome
ready_get(struct tx *tx, const struct request *r, struct response *a)
{
	const struct context *c = tx_context(tx);
	int64_t now = clock_now();
	int64_t oldest =
	    tx_number(tx, Q_OUTBOX_OLDEST, now, ARGS(V_TEXT(c->conf->ward)));
	bool is_ready = now - oldest < STUCK;
	json_t *json = json_pack(
	    "{s:s}", "status", is_ready ? "ready" : "alerts do not leave");

	if (request_query(r, "verbose") != NULL) {
		json_object_set_new(json, "oldest_unsent_s",
		    json_integer((now - oldest) / SECOND));
		json_object_set_new(json, "calendar_days_left",
		    json_integer(calendar_days_left(c->calendar, now)));
	}
	return answer_json(a, is_ready ? 200 : 503, json);
}

/* GET /v1/openapi.json */
enum outcome
openapi_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_bytes(a, 200, "application/json",
	    xstrndup((const char *)openapi_json, openapi_json_len));
}
