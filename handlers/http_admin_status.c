/* How the daemon is, for hotlinectl. */
#include "admin.h"
#include "audit.h"
#include "calendar.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "procedure.h"

/* An instant as our answers write it; a new reference. */
static json_t *
instant_json(int64_t at, int offset_min)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, offset_min);
	return json_string(text);
}

/* GET /v1/admin/status */
enum outcome
status_get(struct tx *tx, const struct request *r, struct response *a)
{
	const struct context *c = tx_context(tx);
	int64_t now = clock_now();
	json_t *status = json_pack("{s:s, s:o, s:b, s:s, s:s, s:s, s:i}",
	    "version", HOTLINED_VERSION, "now",
	    instant_json(now, (int)c->conf->utc_offset_min), "is_test_clock",
	    clock_is_test(), "ward", c->conf->ward, "ward_name",
	    c->conf->ward_name, "procedure", procedure_name(c->procedure),
	    "calendar_days_left", calendar_days_left(c->calendar, now));
	json_t *counts = tx_object(tx, Q_STATUS, ARGS(V_TEXT(c->conf->ward)));

	(void)r;
	json_object_update(status, counts);
	json_decref(counts);
	return answer_json(a, 200, status);
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
	const struct procedure *p = tx_context(tx)->procedure;
	json_t *steps = json_array();

	(void)r;
	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const struct step *s = procedure_nth_step(p, i);

		json_array_append_new(
		    steps, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s*}",
			       "id", step_id(s), "name_vi", step_name(s, "vi"),
			       "name_en", step_name(s, "en"), "role",
			       step_role(s), "kind", step_kind(s), "basis",
			       step_basis(s), "source", step_source(s)));
	}
	return answer_json(a, 200,
	    json_pack(
		"{s:s, s:o}", "procedure", procedure_name(p), "steps", steps));
}
