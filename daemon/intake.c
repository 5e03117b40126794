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
#include "intake_case.h"
#include "keyring.h"
#include "mau01.h"

#define CASES_MAX 20

/* A case for each child; one also when nobody could say who the child is. */
static enum outcome
open_cases(struct tx *tx, const struct incident *i)
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

static enum outcome
take_new(struct tx *tx, struct incident *i)
{
	enum outcome how;

	case_code(i->code);
	how = intake_referral(tx, i);
	return how == OK ? open_cases(tx, i) : how;
}

/* News for one case: facts, people, and a call to whoever holds it. */
static enum outcome
tell_case(struct tx *tx, const char *case_id, const json_t *body,
    const struct subject *by)
{
	struct case_row c;
	int hits = 0;
	enum outcome how = case_get(tx, case_id, &c);

	if (how == OK)
		how = audit_add(tx, &(struct happening){
					.actor = by,
					.act = "case.news",
					.object_kind = "case",
					.object_id = c.id,
					.case_id = c.id,
				    });
	if (how == OK && c.is_open)
		how = intake_facts(tx, &c, body, by);
	if (how == OK)
		how = intake_people(tx, &c, NULL, body, &hits);
	if (how == OK && hits > 0)
		how = case_tell_lead(tx, &c, "bar");
	if (how == OK && hits > 0)
		how = case_get(tx, case_id, &c);
	return how == OK ? case_tell_holder(tx, &c, "update") : how;
}

static enum outcome
tell_cases(struct tx *tx, const char *referral_id, const json_t *body,
    const struct subject *by)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_REFERRAL_CASES, ARGS(V_TEXT(referral_id))),
		list, CASES_MAX, &n);

	for (size_t k = 0; k < n && how == OK; k++)
		how = tell_case(tx, list[k], body, by);
	return how;
}

/* It names an open case that this agency sent: no new one is opened. */
static enum outcome
take_follow_up(struct tx *tx, struct incident *i, bool *is_taken)
{
	const char *named = mau01_text(i->in->body, "case_code");
	char code[16] = "", list[CASES_MAX][ID_SIZE];
	struct case_row c;
	size_t n = 0;
	enum outcome how;

	*is_taken = false;
	if (named == NULL)
		return OK;
	for (size_t k = 0; k < sizeof(code) - 1 && named[k] != '\0'; k++)
		code[k] = (char)toupper((unsigned char)named[k]);
	how = ids_read(
	    tx_query(tx, Q_REFERRAL_FOLLOWED,
		ARGS(V_TEXT(i->in->agency_id), V_TEXT(code), V_INT(CASES_MAX))),
	    list, CASES_MAX, &n);
	if (how != OK || n == 0)
		return how;
	*is_taken = true;
	how = case_get(tx, list[0], &c);
	if (how != OK)
		return how;
	snprintf(i->code, sizeof(i->code), "%s", c.incident);
	how = intake_referral(tx, i);
	for (size_t k = 0; k < n && how == OK; k++)
		how = tx_exec(tx, Q_REFERRAL_LINK,
		    ARGS(V_TEXT(i->referral_id), V_TEXT(list[k]),
			V_TEXT(tx_ward(tx))));
	if (how == OK)
		how = tell_cases(tx, i->referral_id, i->in->body, i->in->by);
	return how;
}

enum outcome
intake_news(struct tx *tx, const char *referral_id, const json_t *body,
    const struct subject *by, char id[ID_SIZE])
{
	struct value sealed = V_NULL;
	struct place at = {"referral_update", "body_sealed", id};
	struct happening h = {
	    .actor = by,
	    .act = "referral.updated",
	    .object_kind = "referral_update",
	    .object_id = id,
	};
	enum outcome how;

	id_new(id);
	how = intake_seal(tx, referral_id, &at, body, &sealed);
	if (how != OK)
		return how;
	h.detail = json_pack("{s:s}", "referral", referral_id);
	how = tx_exec(tx, Q_UPDATE_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(referral_id),
		V_INT(clock_now()), sealed));
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	keyring_done(&sealed);
	return how == OK ? tell_cases(tx, referral_id, body, by) : how;
}

/* *is_same: the very same body; *is_copy: written down by a member before. */
static enum outcome
find_source(struct tx *tx, const struct intake *in, char id[ID_SIZE],
    bool *is_same, bool *is_copy)
{
	unsigned char digest[HASH_SIZE];
	struct rows *rows;
	bool is_there;
	enum outcome how;

	hash_of(in->raw, in->raw_len, digest);
	rows = tx_query(tx, Q_REFERRAL_BY_SOURCE,
	    ARGS(V_TEXT(in->agency_id),
		V_TEXT(mau01_text(in->body, "source_ref"))));
	is_there = rows_next(rows);
	if (is_there) {
		size_t n;
		const void *had = row_blob(rows, 1, &n);

		snprintf(id, ID_SIZE, "%s", row_text(rows, 0));
		*is_same = n == HASH_SIZE && memcmp(had, digest, n) == 0;
		*is_copy = !row_is_null(rows, 2) || in->by->kind == BY_MEMBER;
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
intake_take(struct tx *tx, const struct intake *in, char id[ID_SIZE])
{
	struct incident i = {.in = in, .received_at = clock_now()};
	bool is_same = false, is_copy = false, is_taken;
	char update[ID_SIZE];
	enum outcome how = NOT_FOUND;

	if (mau01_text(in->body, "source_ref") != NULL)
		how = find_source(tx, in, id, &is_same, &is_copy);
	if (how == OK && !is_same)
		return is_copy ? intake_news(tx, id, in->body, in->by, update)
			       : REFUSED;
	if (how != NOT_FOUND)
		return how;
	i.t0_at = mau01_first_receipt(in->body, i.received_at);
	id_new(i.referral_id);
	memcpy(id, i.referral_id, ID_SIZE);
	how = take_follow_up(tx, &i, &is_taken);
	return how == OK && !is_taken ? take_new(tx, &i) : how;
}
