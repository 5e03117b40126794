/* The forms of a case: saved as drafts, filed, read again. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "case_forms.h"
#include "handlers.h"
#include "member_case.h"

/*
 * A form tells all of a case that is told of a child, so that who writes or
 * reads one must be allowed to see all of it.
 */
static enum outcome
form_case(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct case_row *c)
{
	static const enum case_field told[] = {
	    SEE_child, SEE_persons, SEE_alleged, SEE_narrative};
	struct object o;
	enum outcome how = member_case(tx, r, a, what, c);

	if (how != OK)
		return how;
	case_object(tx, c, &r->subject, &o);
	for (size_t i = 0; i < NELEM(told); i++)
		if (!allow(&r->subject, ACTION_case_read, &o, told[i]))
			return answer_problem(a, "forbidden");
	return OK;
}

static enum outcome
answer_forms(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c)
{
	enum outcome how = admin_audit(tx, r,
	    &(struct happening){.act = "form.list",
		.object_kind = "case",
		.object_id = c->id,
		.case_id = c->id});

	return how == OK ? answer_list(a, case_forms_json(tx, c))
			 : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/forms */
enum outcome
case_form_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = form_case(tx, r, a, ACTION_case_read, &c);

	return how == OK ? answer_forms(tx, r, a, &c) : how;
}

/* GET /v1/admin/cases/{code}/forms: who saved which and when, not what. */
enum outcome
admin_case_form_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	return how == OK ? answer_forms(tx, r, a, &c) : answer_outcome(a, how);
}

/* GET /v1/cases/{code}/forms/{form}: its newest, or an id of one version */
enum outcome
case_form_get(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct case_form f;
	json_t *o;
	enum outcome how = form_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	how = case_form_find(tx, &c, r->args[1], &f);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "form.read",
			.object_kind = "form",
			.object_id = f.id,
			.case_id = c.id});
	if (how != OK)
		return answer_outcome(a, how);
	o = case_form_json(tx, &f);
	if (o == NULL)
		return answer_problem(a, "not_found");
	answer_etag(a, f.version);
	return answer_json(a, 200, o);
}

static enum outcome
save(struct tx *tx, const struct request *r, struct response *a,
    const struct case_row *c, struct case_form *f)
{
	struct faults faults = {0};
	enum outcome how;

	if (!body_ok(r, &case_form_input, a))
		return INVALID;
	case_form_check(r->body, &faults);
	if (faults.n > 0) {
		how = answer_faults(a, "invalid_fields", &faults);
		faults_done(&faults);
		return how;
	}
	how = case_form_save(tx, c, r->body, &r->subject, f);
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, f->version);
	return answer_json(a, 200,
	    json_pack(
		"{s:s, s:I}", "id", f->id, "version", (json_int_t)f->version));
}

/* PUT /v1/cases/{code}/forms/{form} {state, fields}; If-Match "0": a new one */
enum outcome
case_form_put(struct tx *tx, const struct request *r, struct response *a)
{
	const char *code = r->args[1];
	struct case_row c;
	struct case_form f;
	enum outcome how = form_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!case_form_is_known(tx, code))
		return answer_problem(a, "not_found");
	how = case_form_find(tx, &c, code, &f);
	if (how == NOT_FOUND)
		snprintf(f.code, sizeof(f.code), "%s", code);
	else if (how != OK)
		return answer_outcome(a, how);
	how = need_match(r, f.version, a);
	return how == OK ? save(tx, r, a, &c, &f) : how;
}
