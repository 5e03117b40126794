/* What is written about a case besides its steps, and who read it. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "case_correct.h"
#include "case_informant.h"
#include "case_notes.h"
#include "handlers.h"
#include "member_case.h"

/* Of the looks at a case, so many are shown. */
#define READERS_MAX 500

static enum outcome
audit_look(struct tx *tx, const struct request *r, const struct case_row *c,
    const char *act)
{
	return admin_audit(tx, r,
	    &(struct happening){.act = act,
		.object_kind = "case",
		.object_id = c->id,
		.case_id = c->id});
}

/* ---- Notes ---- */

static const struct field note_fields[] = {
    {.name = "text",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 20000},
};
static const struct schema note_schema = {note_fields, NELEM(note_fields)};

static enum outcome
add_note(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c, const char *corrects)
{
	struct note n = {.corrects = corrects, .body = r->body};
	enum outcome how = case_note_add(tx, c, &n, &r->subject);

	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, json_pack("{s:s}", "id", n.id));
}

/* POST /v1/cases/{code}/notes {text} */
enum outcome
case_note_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &note_schema, a))
		return INVALID;
	return add_note(tx, r, a, &c, NULL);
}

static const struct field note_correct_fields[] = {
    {.name = "text",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 20000},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema note_correct_schema = {
    note_correct_fields, NELEM(note_correct_fields)};

/* POST /v1/cases/{code}/notes/{id}/correct {text, reason} */
enum outcome
case_note_correct(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &note_correct_schema, a))
		return INVALID;
	return add_note(tx, r, a, &c, r->args[1]);
}

static enum outcome
answer_notes(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	bool sealed = r->subject.kind == BY_MEMBER;
	enum outcome how = audit_look(tx, r, c, "case.notes");

	return how == OK ? answer_list(a, case_notes_json(tx, c, sealed))
			 : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/notes */
enum outcome
case_note_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct object o;
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	case_object(tx, &c, &r->subject, &o);
	return allow(&r->subject, ACTION_case_read, &o, SEE_narrative)
		   ? answer_notes(tx, r, a, &c)
		   : answer_problem(a, "forbidden");
}

/* GET /v1/admin/cases/{code}/notes: who wrote and when, not what. */
enum outcome
admin_note_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_notes(tx, r, a, &c) : answer_outcome(a, how);
}

/* ---- Corrections ---- */

static const struct field patch_fields[] = {
    {.name = "child", .kind = FIELD_TEXT, .low = 36, .high = 36},
    {.name = "person", .kind = FIELD_TEXT, .low = 36, .high = 36},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema patch_schema = {patch_fields, NELEM(patch_fields)};

/* All but "set", whose fields are those of what is mended. */
static bool
read_patch(const struct request *r, struct correction *k, struct faults *faults)
{
	json_t *rest = json_copy(r->body);
	const char *child = body_text(r, "child");
	const char *person = body_text(r, "person");

	json_object_del(rest, "set");
	(void)schema_check(&patch_schema, rest, faults);
	json_decref(rest);
	k->set = json_object_get(r->body, "set");
	if (json_object_size(k->set) == 0)
		faults_add(faults, "/set", "cần ít nhất một mục để sửa");
	if ((child == NULL) == (person == NULL))
		faults_add(faults, "", "cần đúng một trong child, person");
	k->object = child != NULL ? "child" : "person";
	k->id = child != NULL ? child : person;
	return faults->n == 0;
}

/* May they see what they would mend? */
static bool
may_mend(struct tx *tx, const struct request *r, const struct case_row *c,
    const struct correction *k)
{
	enum case_field f = k->role[0] == '\0'		      ? SEE_child
			    : strcmp(k->role, "alleged") == 0 ? SEE_alleged
							      : SEE_persons;
	struct object o;

	case_object(tx, c, &r->subject, &o);
	return allow(&r->subject, ACTION_case_read, &o, f);
}

static enum outcome
correct(struct tx *tx, const struct request *r, struct response *a,
    struct case_row *c, struct correction *k)
{
	struct faults faults = {0};
	enum outcome how = case_correct_read(tx, c, k);

	if (how == OK && !may_mend(tx, r, c, k))
		how = NOT_FOUND;
	if (how == OK && !case_correct_check(k, &faults))
		how = answer_faults(a, "invalid_fields", &faults);
	else if (how == OK)
		how = case_correct(tx, c, k, &r->subject);
	if (how == OK) {
		answer_etag(a, c->version);
		(void)answer_json(a, 200,
		    json_pack("{s:I}", "version", (json_int_t)c->version));
	} else if (how != INVALID)
		how = answer_outcome(a, how);
	faults_done(&faults);
	case_correct_done(k);
	return how;
}

/* PATCH /v1/cases/{code} {child or person, set, reason} */
enum outcome
case_patch(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults faults = {0};
	struct correction k = {0};
	struct case_row c;
	json_t *why;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how == OK)
		how = need_match(r, c.version, a);
	if (how != OK)
		return how;
	if (!read_patch(r, &k, &faults)) {
		how = answer_faults(a, "invalid_fields", &faults);
		faults_done(&faults);
		return how;
	}
	why = json_pack("{s:O}", "reason", json_object_get(r->body, "reason"));
	k.body = why;
	how = correct(tx, r, a, &c, &k);
	json_decref(why);
	return how;
}

static enum outcome
answer_corrections(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	enum outcome how = audit_look(tx, r, c, "case.corrections");

	return how == OK
		   ? answer_list(a, case_corrections_json(tx, c, &r->subject))
		   : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/corrections */
enum outcome
case_corrections(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	return how == OK ? answer_corrections(tx, r, a, &c) : how;
}

/* GET /v1/admin/cases/{code}/corrections: of which fields, not what. */
enum outcome
admin_case_corrections(
    struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_corrections(tx, r, a, &c)
			 : answer_outcome(a, how);
}

/* ---- Who read it ---- */

static enum outcome
answer_readers(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	enum outcome how = audit_look(tx, r, c, "case.readers");

	return how == OK ? answer_list(
			       a, tx_list(tx, Q_VIEW_READERS,
				      ARGS(V_TEXT(c->id), V_INT(READERS_MAX))))
			 : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/readers: for the holder, newest first. */
enum outcome
case_readers(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_readers, &c);

	return how == OK ? answer_readers(tx, r, a, &c) : how;
}

/* GET /v1/admin/cases/{code}/readers */
enum outcome
admin_case_readers(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_readers(tx, r, a, &c)
			 : answer_outcome(a, how);
}

/* ---- Who told it ---- */

static const struct field informant_fields[] = {
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 1000},
};
static const struct schema informant_schema = {
    informant_fields, NELEM(informant_fields)};

/* POST /v1/cases/{code}/informant {reason} */
enum outcome
case_informant(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *list = NULL;
	struct object o;
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	case_informant_object(tx, &c, &r->subject, &o);
	if (!allow(&r->subject, ACTION_case_read, &o, SEE_informant))
		return answer_problem(a, "forbidden");
	if (!body_ok(r, &informant_schema, a))
		return INVALID;
	how = case_informants(tx, &c, r->body, &r->subject, &list);
	return how == OK ? answer_list(a, list) : answer_outcome(a, how);
}
