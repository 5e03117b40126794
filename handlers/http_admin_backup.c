/* What hotlinectl found out about backups and the database, for the record. */
#include "admin.h"
#include "alert.h"
#include "clock.h"
#include "handlers.h"
#include "meta.h"

static const struct field done_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, 1, 100},
    {.name = "bytes", .kind = FIELD_INT, .required = true, 1, INT64_MAX},
    {.name = "seq", .kind = FIELD_INT, .required = true, 0, INT64_MAX},
};
static const struct schema done_schema = {done_fields, NELEM(done_fields)};
static const struct field whole_fields[] = {
    {.name = "is_whole", .kind = FIELD_BOOL, .required = true},
    {.name = "events", .kind = FIELD_INT, .required = true, 0, INT64_MAX},
};
static const struct schema whole_schema = {whole_fields, NELEM(whole_fields)};

static json_int_t
number(const struct request *r, const char *name)
{
	return json_integer_value(json_object_get(r->body, name));
}

/* POST /v1/admin/backup/done: the sealed file is whole on the disk. */
enum outcome
backup_done_post(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how;

	if (!body_ok(r, &done_schema, a))
		return INVALID;
	how = meta_put(tx, "backup_at", clock_now());
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "backup.made",
			.object_kind = "backup",
			.object_id = body_text(r, "name"),
			.detail = json_pack("{s:I, s:I}", "bytes",
			    number(r, "bytes"), "seq", number(r, "seq"))});
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* POST /v1/admin/integrity: what a check of a copy found. */
enum outcome
integrity_post(struct tx *tx, const struct request *r, struct response *a)
{
	bool is_whole = json_is_true(json_object_get(r->body, "is_whole"));
	enum outcome how;

	if (!body_ok(r, &whole_schema, a))
		return INVALID;
	how = is_whole ? meta_put(tx, "integrity_at", clock_now())
		       : alarm_raise(tx, "alarm_integrity", "");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "integrity.checked",
			.object_kind = "daemon",
			.object_id = "hotlined",
			.detail = json_pack("{s:b, s:I}", "is_whole",
			    (int)is_whole, "events", number(r, "events"))});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 200,
	    json_pack("{s:b, s:I}", "is_whole", (int)is_whole, "events",
		number(r, "events")));
}
