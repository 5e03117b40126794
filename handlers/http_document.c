/* Documents of a case: begun, sent part by part, read as one file. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "document.h"
#include "handlers.h"
#include "member_case.h"

static const struct field fields[] = {
    {.name = "title",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "size",
	.kind = FIELD_INT,
	.required = true,
	.low = 1,
	.high = DOCUMENT_MAX},
    {.name = "sha256", .kind = FIELD_TEXT, .low = 64, .high = 64},
};
static const struct schema schema = {fields, NELEM(fields)};

/* The case and its document of the path; answers if there is none. */
static enum outcome
find(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct document *d)
{
	struct case_row c;
	struct object o;
	enum outcome how = member_case(tx, r, a, what, &c);

	*d = (struct document){0};
	if (how != OK)
		return how;
	case_object(tx, &c, &r->subject, &o);
	if (!allow(&r->subject, what, &o, SEE_documents))
		return answer_problem(a, "forbidden");
	how = document_find(tx, &c, &r->subject, r->args[1], d);
	return how == OK ? OK : answer_outcome(a, how);
}

static enum outcome
audit_look(struct tx *tx, const struct request *r, const struct document *d,
    const char *act)
{
	return admin_audit(tx, r,
	    &(struct happening){.act = act,
		.object_kind = "document",
		.object_id = d->id,
		.case_id = d->case_id});
}

/* GET /v1/cases/{code}/documents */
enum outcome
document_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	struct object o;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	case_object(tx, &c, &r->subject, &o);
	if (!allow(&r->subject, ACTION_case_read, &o, SEE_documents))
		return answer_problem(a, "forbidden");
	how = admin_audit(tx, r,
	    &(struct happening){.act = "document.list",
		.object_kind = "case",
		.object_id = c.id,
		.case_id = c.id});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(a, documents_json(tx, &c, &r->subject));
}

/* GET /v1/admin/cases/{code}/documents: what is sealed stays so. */
enum outcome
admin_document_list(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = case_find(tx, r->args[0], &c);

	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "document.list",
			.object_kind = "case",
			.object_id = c.id,
			.case_id = c.id});
	if (how != OK)
		return answer_outcome(a, how);
	return answer_list(
	    a, tx_list(tx, Q_ADMIN_DOCUMENTS, ARGS(V_TEXT(c.id))));
}

static bool
sha256_ok(const struct request *r, struct response *a)
{
	const char *text = body_text(r, "sha256");
	unsigned char is[HASH_SIZE];

	if (text == NULL || (hex_decode(is, HASH_SIZE, text) &&
				strcspn(text, "ABCDEF") == strlen(text)))
		return true;
	(void)answer_fault(a, "/sha256", "cần 64 chữ số hệ 16, chữ thường");
	return false;
}

/* POST /v1/cases/{code}/documents {title, size, sha256} */
enum outcome
document_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct document d;
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_act, &c);

	if (how != OK)
		return how;
	if (!body_ok(r, &schema, a) || !sha256_ok(r, a))
		return INVALID;
	if (tx_is_full(tx))
		return answer_outcome(a, FULL);
	how = document_begin(tx, &c, &r->subject, r->body, &d);
	if (how == REFUSED)
		return answer_problem(a, "document_room");
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, document_json(tx, &d));
}

/* GET /v1/cases/{code}/documents/{id} */
enum outcome
document_get(struct tx *tx, const struct request *r, struct response *a)
{
	struct document d;
	enum outcome how = find(tx, r, a, ACTION_case_read, &d);

	if (how != OK)
		return how;
	how = audit_look(tx, r, &d, "document.look");
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 200, document_json(tx, &d));
}

/* DELETE /v1/cases/{code}/documents/{id}: an unfinished one. */
enum outcome
document_delete(struct tx *tx, const struct request *r, struct response *a)
{
	struct document d;
	enum outcome how = find(tx, r, a, ACTION_case_act, &d);

	if (how != OK)
		return how;
	how = document_drop(tx, &d, &r->subject);
	if (how == CONFLICT)
		return answer_problem(a, "state_conflict");
	return answer_outcome(a, how);
}

/* Content-Digest (RFC 9530): sha-256=:base64: of what came. */
static bool
is_intact(const struct request *r)
{
	static const char name[] = "sha-256=:";
	const char *at =
	    r->content_digest == NULL ? NULL : strstr(r->content_digest, name);
	unsigned char right[HASH_SIZE], *said;
	size_t n = 0;
	char *text;
	bool same;

	if (at == NULL)
		return false;
	at += strlen(name);
	text = xstrndup(at, strcspn(at, ":"));
	said = base64_decode(text, &n);
	sha256_of(r->raw, r->raw_len, right);
	same = said != NULL && n == HASH_SIZE && equal_ct(said, right, n);
	free(said);
	free(text);
	return same;
}

/* PUT /v1/cases/{code}/documents/{id}/parts/{number} */
enum outcome
document_part_put(struct tx *tx, const struct request *r, struct response *a)
{
	static const char *const codes[] = {
	    [INVALID] = "part_size",
	    [REFUSED] = "document_type",
	    [CONFLICT] = "part_taken",
	};
	struct part part = {.p = r->raw, .n = r->raw_len};
	struct document d;
	enum outcome how = find(tx, r, a, ACTION_case_act, &d);

	if (how != OK)
		return how;
	if (!number_parse(r->args[2], 1, d.parts, &part.number))
		return answer_problem(a, "not_found");
	if (!is_intact(r))
		return answer_problem(a, "part_digest");
	how = document_take(tx, &d, &r->subject, &part);
	if (how == INVALID || how == REFUSED || how == CONFLICT)
		return answer_problem(
		    a, d.differs ? "document_digest" : codes[how]);
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 200, document_json(tx, &d));
}

/*
 * Saved, never shown: what a stranger made is not run beside our own pages.
 * The name tells nothing, it stands in folders that others look into.
 */
static void
add_headers(
    const struct request *r, struct response *a, const struct document *d)
{
	answer_header(a, "Content-Disposition",
	    "attachment; filename=\"%.9s-%.8s%s\"", r->args[0], d->id + 28,
	    document_suffix(d->type));
	answer_header(a, "Content-Security-Policy",
	    "default-src 'none'; sandbox; frame-ancestors 'none'");
	answer_header(a, "Cross-Origin-Resource-Policy", "same-origin");
	answer_header(a, "Accept-Ranges", "none");
}

/* GET /v1/cases/{code}/documents/{id}/content; a call for each of its parts. */
enum outcome
document_content(struct tx *tx, const struct request *r, struct response *a)
{
	struct document d;
	char *bytes = NULL;
	size_t n = 0;
	enum outcome how = find(tx, r, a, ACTION_case_read, &d);

	if (how != OK)
		return how;
	if (!d.is_whole)
		return answer_problem(a, "state_conflict");
	if (r->part == 0)
		how = audit_look(tx, r, &d, "document.read");
	if (how == OK)
		how = document_part(tx, &d, r->part + 1, &bytes, &n);
	if (how != OK)
		return answer_outcome(a, how);
	add_headers(r, a, &d);
	return answer_part(a, d.type, bytes, n, d.size);
}
