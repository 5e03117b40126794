/* The life of a document: begun, whole, or dropped. */
#include "document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "document_parts.h"
#include "keyring.h"

#define MIB	     ((int64_t)1024 * 1024)
#define EXPIRE_A_RUN 20

static enum outcome
record(struct tx *tx, const struct document *d, const struct subject *by,
    const char *act, const unsigned char *digest)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = act,
				 .object_kind = "document",
				 .object_id = d->id,
				 .case_id = d->case_id,
				 .digest = digest,
			     });
}

static void
read_document(const struct rows *rows, struct document *d)
{
	snprintf(d->id, sizeof(d->id), "%s", row_text(rows, 0));
	d->is_whole = strcmp(row_text(rows, 1), "whole") == 0;
	d->type = document_type_name(row_text(rows, 2));
	d->size = row_int(rows, 3);
	d->parts = row_int(rows, 4);
	memcpy(d->case_id, row_text(rows, 5), ID_SIZE);
}

enum outcome
document_find(struct tx *tx, const struct case_row *c, const struct subject *by,
    const char *id, struct document *d)
{
	struct rows *rows = tx_query(tx, Q_DOCUMENT_GET,
	    ARGS(
		V_TEXT(c->id), V_TEXT(by->id), V_INT(clock_now()), V_TEXT(id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	*d = (struct document){0};
	if (is_there)
		read_document(rows, d);
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

static bool
has_room(struct tx *tx, const struct document *d)
{
	int64_t most = tx_context(tx)->conf->case_documents_mib * MIB;

	return tx_number(tx, Q_DOCUMENT_ROOM, most, ARGS(V_TEXT(d->case_id))) +
		   d->size <=
	       most;
}

static enum outcome
add(struct tx *tx, const struct document *d, const struct subject *by,
    const struct value *title)
{
	int64_t now = clock_now();

	return tx_exec(tx, Q_DOCUMENT_ADD,
	    ARGS(V_TEXT(d->id), V_TEXT(tx_ward(tx)), V_TEXT(d->case_id),
		V_INT(d->size), V_INT(d->parts), *title, V_TEXT(by->id),
		V_INT(now), V_INT(now + tx_context(tx)->conf->upload_keep)));
}

enum outcome
document_begin(struct tx *tx, const struct case_row *c,
    const struct subject *by, const json_t *what, struct document *d)
{
	struct place at = {"document", "title_sealed", d->id};
	json_t *said =
	    json_pack("{s:O, s:O*}", "title", json_object_get(what, "title"),
		"sha256", json_object_get(what, "sha256"));
	char *text = json_dumps(said, JSON_COMPACT);
	struct value sealed = V_NULL;
	enum outcome how;

	*d = (struct document){
	    .size = json_integer_value(json_object_get(what, "size"))};
	d->parts = (d->size + (int64_t)UPLOAD_MAX - 1) / (int64_t)UPLOAD_MAX;
	memcpy(d->case_id, c->id, ID_SIZE);
	id_new(d->id);
	how = has_room(tx, d) ? OK : REFUSED;
	if (how == OK)
		how = keyring_seal(tx, c->id, &at, text, &sealed);
	if (how == OK)
		how = add(tx, d, by, &sealed);
	if (how == OK)
		how = record(tx, d, by, "document.begun", NULL);
	keyring_done(&sealed);
	seal_free(text);
	json_decref(said);
	return how;
}

/* Is it what was said at the beginning, if anything was? */
static enum outcome
compare(struct tx *tx, struct document *d)
{
	json_t *said = document_said(tx, d);
	const char *text = json_string_value(json_object_get(said, "sha256"));
	unsigned char right[HASH_SIZE], is[HASH_SIZE];
	enum outcome how = OK;

	if (text != NULL) {
		how = document_sha256(tx, d, is);
		d->differs =
		    how == OK && (!hex_decode(right, HASH_SIZE, text) ||
				     memcmp(right, is, HASH_SIZE) != 0);
	}
	json_decref(said);
	return d->differs ? CONFLICT : how;
}

/* The chain holds what was sealed: a part that is changed does not verify. */
static enum outcome
finish(struct tx *tx, struct document *d, const struct subject *by)
{
	unsigned char digest[HASH_SIZE], *manifest;
	size_t n;
	enum outcome how = compare(tx, d);

	if (how == OK)
		how = document_manifest(tx, d, &manifest, &n);
	if (how != OK)
		return how;
	hash_of(manifest, n, digest);
	how = tx_exec(tx, Q_DOCUMENT_WHOLE,
	    ARGS(V_TEXT(d->id), V_INT(clock_now()), V_BLOB(manifest, n)));
	free(manifest);
	if (how == OK)
		how = record(tx, d, by, "document.uploaded", digest);
	d->is_whole = how == OK;
	return how;
}

static enum outcome
move(struct tx *tx, struct document *d, const char *type)
{
	int64_t until = clock_now() + tx_context(tx)->conf->upload_keep;

	if (type != NULL)
		d->type = type;
	return tx_exec(tx, Q_DOCUMENT_MOVED,
	    ARGS(V_TEXT(d->id), V_TEXT(type), V_INT(until)));
}

enum outcome
document_take(struct tx *tx, struct document *d, const struct subject *by,
    const struct part *part)
{
	const char *type = NULL;
	bool was_there;
	enum outcome how;

	if ((int64_t)part->n != document_part_size(d, part->number))
		return INVALID;
	how = document_compare(tx, d, part, &was_there);
	if (how != OK || was_there)
		return how;
	if (part->number == 1) {
		type = document_type(part->p, part->n, d->size);
		if (type == NULL)
			return REFUSED;
	}
	how = document_keep(tx, d, part);
	if (how == OK)
		how = move(tx, d, type);
	if (how == OK &&
	    tx_number(tx, Q_PART_COUNT, 0, ARGS(V_TEXT(d->id))) == d->parts)
		how = finish(tx, d, by);
	return how;
}

static enum outcome
forget(struct tx *tx, const struct document *d, const struct subject *by,
    const char *act)
{
	enum outcome how =
	    perhaps(tx_exec(tx, Q_PARTS_DROP, ARGS(V_TEXT(d->id))));

	if (how == OK)
		how = tx_exec(tx, Q_DOCUMENT_DROP, ARGS(V_TEXT(d->id)));
	return how == OK ? record(tx, d, by, act, NULL) : how;
}

enum outcome
document_drop(struct tx *tx, const struct document *d, const struct subject *by)
{
	return d->is_whole ? CONFLICT : forget(tx, d, by, "document.dropped");
}

enum outcome
documents_expire(struct tx *tx)
{
	struct document list[EXPIRE_A_RUN] = {0};
	struct rows *rows = tx_query(tx, Q_DOCUMENTS_EXPIRED,
	    ARGS(V_INT(clock_now()), V_INT(EXPIRE_A_RUN)));
	size_t n = 0;
	enum outcome how;

	for (; n < EXPIRE_A_RUN && rows_next(rows); n++) {
		memcpy(list[n].id, row_text(rows, 0), ID_SIZE);
		memcpy(list[n].case_id, row_text(rows, 1), ID_SIZE);
	}
	how = rows_end(rows);
	for (size_t i = 0; i < n && how == OK; i++)
		how = forget(tx, &list[i], &audit_system, "document.expired");
	return how;
}
