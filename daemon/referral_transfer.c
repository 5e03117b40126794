#include "referral_transfer.h"

#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "case_open.h"
#include "clock.h"
#include "clocks.h"
#include "context.h"
#include "mau01.h"

#define DECIDE "transfer_answer"
#define TELL   "transfer_told"

/* ---- Out ---- */

json_t *
transfer_notification(struct tx *tx, const struct case_row *c, const char *id,
    const json_t *shared)
{
	char t0[INSTANT_SIZE];
	json_t *out = json_deep_copy(shared);

	instant_format(t0, c->t0_at, (int)tx_context(tx)->conf->utc_offset_min);
	json_object_update_new(out,
	    json_pack("{s:{s:s, s:s}, s:s, s:s, s:b}", "source", "channel",
		"other", "received_at", t0, "source_ref", id, "forwarded_by",
		tx_context(tx)->conf->ward_name, "transfer", 1));
	if (json_object_get(out, "kind") == NULL)
		json_object_set_new(out, "kind", json_string("unknown"));
	return out;
}

static enum outcome
set_fact(struct tx *tx, struct case_row *c, enum fact f, const char *word,
    const struct referral_reply *r)
{
	return case_change(
	    tx, c, &(struct change){f, fact_word(f, word), r->acted_at}, r->by);
}

enum outcome
transfer_accepted(
    struct tx *tx, struct case_row *c, const struct referral_reply *r)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = "transfer_accepted",
	    .by = r->by,
	    .acted_at = r->acted_at,
	};
	enum outcome how;

	if (!c->is_open)
		return OK;
	how = act_add(tx, &act);
	if (how == OK)
		how = case_did(tx, c, "transfer", r->by);
	if (how == OK)
		how = clocks_end_all(tx, c, &act);
	if (how == OK)
		how = set_fact(tx, c, FACT_outcome, "leave", r);
	if (how == OK)
		how = set_fact(tx, c, FACT_transfer, "accepted", r);
	return how == OK ? case_tell_holder(tx, c, "transfer_accepted") : how;
}

/* ---- In ---- */

enum outcome
transfer_received(struct tx *tx, const char *referral)
{
	struct referral_about w;
	struct case_row c;
	enum outcome how = referral_about(tx, referral, &w);

	referral_about_done(&w);
	if (how != OK || strcmp(w.purpose, "transfer") != 0)
		return how;
	how = case_get(tx, w.case_id, &c);
	return how == OK ? referral_clock_open(tx, &c, DECIDE, referral, 0)
			 : how;
}

static enum outcome
tell(struct tx *tx, const struct case_row *c, const struct referral_reply *r)
{
	enum outcome how = referral_clock_end(tx, c, DECIDE, r);

	return how == OK ? referral_clock_open(tx, c, TELL, r->id, 0) : how;
}

static enum outcome
decide(struct tx *tx, const struct case_row *c, const struct referral_reply *r)
{
	bool is_yes = strcmp(r->to, "accepted") == 0;
	enum outcome how =
	    tx_exec(tx, Q_TRANSFER_ANSWER, ARGS(V_TEXT(r->id), V_TEXT(r->to)));

	if (how == NOT_FOUND)
		return CONFLICT;
	if (how == OK)
		how = referral_keep_words(tx, r);
	if (how == OK)
		how = audit_add(tx, &(struct happening){
					.actor = r->by,
					.act = is_yes ? "transfer.accepted"
						      : "transfer.refused",
					.object_kind = "referral",
					.object_id = r->id,
					.case_id = c->id,
				    });
	return how == OK ? tell(tx, c, r) : how;
}

enum outcome
transfer_answer(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r)
{
	struct case_row c;
	enum outcome how = case_get(tx, w->case_id, &c);

	if (how != OK)
		return how;
	if (w->is_out || strcmp(w->purpose, "transfer") != 0)
		return CONFLICT;
	if (strcmp(r->to, "told") != 0)
		return decide(tx, &c, r);
	if (w->answer[0] == '\0')
		return CONFLICT;
	how = referral_keep_words(tx, r);
	return how == OK ? referral_clock_end(tx, &c, TELL, r) : how;
}

/* ---- From hotlined to hotlined ---- */

/* Why we refused: the newest word that has a reason. */
static json_t *
reason_of(struct tx *tx, const char *referral)
{
	json_t *words = case_open_updates(tx, referral), *one;
	json_t *reason = NULL, *out;
	size_t i;

	json_array_foreach(words, i, one)
	{
		json_t *said =
		    json_object_get(json_object_get(one, "body"), "reason");

		reason = said != NULL ? said : reason;
	}
	out = json_pack("{s:O*}", "reason", reason);
	json_decref(words);
	return out;
}

/* Our answer, as a partner of the ward that sent it gives it. */
static json_t *
answer_call(struct tx *tx, const char *referral, const struct referral_about *w)
{
	bool is_yes = strcmp(w->answer, "accepted") == 0;
	json_t *call;
	char *path;

	if (w->answer[0] == '\0' || !id_ok(w->source_ref))
		return NULL;
	path = xasprintf(
	    "/v1/referrals/%s/%s", w->source_ref, is_yes ? "accept" : "refuse");
	call = json_pack("{s:s, s:o}", "path", path, "body",
	    is_yes ? json_object() : reason_of(tx, referral));
	free(path);
	return call;
}

/* The referral that a delivery to its agency is about. */
static enum outcome
find(struct tx *tx, const struct delivery *d, char id[ID_SIZE],
    struct referral_about *w)
{
	char list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_TRANSFER_OF_CLOCK,
		ARGS(V_TEXT(d->clock_id), V_TEXT(d->person.agency_id))),
	    list, NELEM(list), &n);

	*w = (struct referral_about){0};
	if (how != OK || n == 0)
		return how == OK ? NOT_FOUND : how;
	memcpy(id, list[0], ID_SIZE);
	return referral_about(tx, id, w);
}

json_t *
transfer_call(struct tx *tx, const struct delivery *d)
{
	struct referral_about w;
	char id[ID_SIZE];
	json_t *call = NULL, *body;

	if (find(tx, d, id, &w) == OK) {
		body = json_object_get(w.body, "notification");
		if (!w.is_out)
			call = answer_call(tx, id, &w);
		else if (body != NULL)
			call = json_pack("{s:s, s:O}", "path", "/v1/referrals",
			    "body", body);
	}
	referral_about_done(&w);
	return call;
}

enum outcome
transfer_delivered(struct tx *tx, const struct delivery *d)
{
	struct referral_about w;
	struct case_row c;
	char id[ID_SIZE];
	enum outcome how = find(tx, d, id, &w);

	referral_about_done(&w);
	if (how == NOT_FOUND || (how == OK && w.is_out))
		return OK; /* theirs to answer */
	if (how == OK)
		how = case_get(tx, w.case_id, &c);
	if (how != OK)
		return how;
	return referral_clock_end(tx, &c, TELL,
	    &(struct referral_reply){
		.id = id, .by = &audit_system, .acted_at = clock_now()});
}
