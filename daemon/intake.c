#include "intake.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_give.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "intake_tell.h"
#include "keyring.h"
#include "mau01.h"
#include "referral_transfer.h"

/* A case for each child; one also when nobody could say who the child is. */
static enum outcome
open_cases(struct tx *tx, struct incident *i)
{
	const json_t *children = json_object_get(i->in->body, "children");
	json_t *unknown = json_object();
	size_t n = json_array_size(children);
	enum outcome how = OK;

	if (n == 0)
		how = intake_case(tx, i, unknown);
	for (size_t k = 0; k < n && how == OK; k++)
		how = intake_case(tx, i, json_array_get(children, k));
	json_decref(unknown);
	return how;
}

static void
hide(struct incident *i, const char *case_id)
{
	if (i->n_hidden < CASES_MAX)
		memcpy(i->hidden[i->n_hidden++], case_id, ID_SIZE);
}

static enum outcome
take_new(struct tx *tx, struct incident *i)
{
	enum outcome how;

	case_code(i->code);
	how = intake_referral(tx, i);
	if (how == OK)
		how = open_cases(tx, i);
	return how == OK && mau01_is_transfer(i->in->body)
		   ? transfer_received(tx, i->referral_id)
		   : how;
}

/*
 * Open cases that this agency sent, by the code that the body names.  To who is
 * barred from one it is not there; the team shall know what it is about.
 */
static enum outcome
find_followed(
    struct tx *tx, struct incident *i, char list[CASES_MAX][ID_SIZE], size_t *n)
{
	const char *named = mau01_text(i->in->body, "case_code");
	struct rows *rows;
	char code[16] = "";

	*n = 0;
	if (named == NULL)
		return OK;
	for (size_t k = 0; k < sizeof(code) - 1 && named[k] != '\0'; k++)
		code[k] = (char)toupper((unsigned char)named[k]);
	rows = tx_query(tx, Q_REFERRAL_FOLLOWED,
	    ARGS(V_TEXT(i->in->agency_id), V_TEXT(code), V_INT(CASES_MAX),
		V_TEXT(i->in->by->id)));
	while (*n < CASES_MAX && rows_next(rows))
		if (row_int(rows, 1) != 0)
			hide(i, row_text(rows, 0));
		else
			memcpy(list[(*n)++], row_text(rows, 0), ID_SIZE);
	return rows_end(rows);
}

/* The very same follow-up came before: id is that of the first. */
static enum outcome
find_same(struct tx *tx, const struct intake *in, const char *case_id, char *id)
{
	unsigned char digest[HASH_SIZE];
	char list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how;

	hash_of(in->raw, in->raw_len, digest);
	how = ids_read(tx_query(tx, Q_REFERRAL_SAME,
			   ARGS(V_TEXT(in->agency_id),
			       V_BLOB(digest, HASH_SIZE), V_TEXT(case_id))),
	    list, NELEM(list), &n);
	if (how == OK && n > 0)
		memcpy(id, list[0], ID_SIZE);
	return how == OK && n == 0 ? NOT_FOUND : how;
}

static enum outcome
add_follow_up(
    struct tx *tx, struct incident *i, char (*list)[ID_SIZE], size_t n)
{
	struct case_row c;
	enum outcome how = case_get(tx, list[0], &c);

	if (how != OK)
		return how;
	snprintf(i->code, sizeof(i->code), "%s", c.incident);
	i->is_confidential |= c.is_confidential;
	how = intake_referral(tx, i);
	for (size_t k = 0; k < n && how == OK; k++)
		how = tx_exec(tx, Q_REFERRAL_LINK,
		    ARGS(V_TEXT(i->referral_id), V_TEXT(list[k]),
			V_TEXT(tx_ward(tx))));
	return how == OK ? intake_tell(tx, i) : how;
}

/* It names an open case that this agency sent: it is news of that one. */
static enum outcome
take_first(struct tx *tx, struct incident *i, char id[ID_SIZE])
{
	char list[CASES_MAX][ID_SIZE];
	size_t n;
	enum outcome how = find_followed(tx, i, list, &n);

	if (how == OK && n > 0) {
		how = find_same(tx, i->in, list[0], id);
		if (how != NOT_FOUND)
			return how;
		how = OK;
	}
	memcpy(id, i->referral_id, ID_SIZE);
	if (how != OK)
		return how;
	return n > 0 ? add_follow_up(tx, i, list, n) : take_new(tx, i);
}

/* What was sent under the same source_ref before. */
struct source {
	bool is_same;	/* the very same body */
	bool is_copy;	/* one of the two was written down by a member */
	bool is_hidden; /* the writer is barred from it */
};

/*
 * An agency that sends its own again is given the receipt that it had; it
 * learns nothing by it.  Only a member may be barred from what is found.
 */
static enum outcome
find_source(
    struct tx *tx, const struct intake *in, char id[ID_SIZE], struct source *s)
{
	bool by_member = in->by->kind == BY_MEMBER;
	unsigned char digest[HASH_SIZE];
	struct rows *rows;
	bool is_there;
	enum outcome how;

	hash_of(in->raw, in->raw_len, digest);
	rows = tx_query(tx, Q_REFERRAL_BY_SOURCE,
	    ARGS(V_TEXT(in->agency_id),
		V_TEXT(mau01_text(in->body, "source_ref")),
		V_TEXT(by_member ? in->by->id : "")));
	is_there = rows_next(rows);
	if (is_there) {
		size_t n;
		const void *had = row_blob(rows, 1, &n);

		snprintf(id, ID_SIZE, "%s", row_text(rows, 0));
		s->is_same = n == HASH_SIZE && memcmp(had, digest, n) == 0;
		s->is_copy = !row_is_null(rows, 2) || by_member;
		s->is_hidden = row_int(rows, 3) != 0;
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

/* To a barred writer it is not there: a new one, which the team links. */
static enum outcome
hide_source(struct tx *tx, struct incident *i, const char *referral_id)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_REFERRAL_CASES, ARGS(V_TEXT(referral_id))),
		list, CASES_MAX, &n);

	i->hides_source = true;
	for (size_t k = 0; k < n; k++)
		hide(i, list[k]);
	return how;
}

enum outcome
intake_take(struct tx *tx, const struct intake *in, char id[ID_SIZE])
{
	struct incident i = {.in = in, .received_at = clock_now()};
	struct source s = {0};
	char update[ID_SIZE];
	enum outcome how = NOT_FOUND;

	if (mau01_text(in->body, "source_ref") != NULL)
		how = find_source(tx, in, id, &s);
	if (how == OK && !s.is_same && !s.is_hidden)
		return s.is_copy ? intake_news(tx, id, in, update) : REFUSED;
	if (how == OK && s.is_hidden)
		how = hide_source(tx, &i, id);
	else if (how != NOT_FOUND)
		return how;
	i.t0_at = mau01_first_receipt(in->body, i.received_at);
	i.is_confidential =
	    json_is_true(json_object_get(in->body, "confidential"));
	id_new(i.referral_id);
	return how == OK || how == NOT_FOUND ? take_first(tx, &i, id) : how;
}
