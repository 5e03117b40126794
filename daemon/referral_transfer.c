#include "referral_transfer.h"

#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_give.h"
#include "case_open.h"
#include "clock.h"
#include "clock_rows.h"
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

/*
 * What others have still to answer or to hear goes on: they were asked by us,
 * and no one else waits for it.
 */
static enum outcome
end_clocks(struct tx *tx, const struct case_row *c, const struct act *a)
{
	static const char *const kinds[] = {
	    TELL, "referral_answer", "referral_recall"};
	const char *kept[NELEM(kinds) + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < NELEM(kinds); i++) {
		kept[n] = referral_step(tx, kinds[i]);
		n += kept[n] != NULL;
	}
	return clocks_end_all(tx, c, a, kept);
}

/* The child is theirs: our clocks end, what is left is the file. */
static enum outcome
let_go(struct tx *tx, struct case_row *c, const char *word,
    const struct referral_reply *r)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = strcmp(word, "accepted") == 0 ? "transfer_accepted"
						  : "transfer_returned",
	    .by = r->by,
	    .acted_at = r->acted_at,
	};
	enum outcome how = act_add(tx, &act);

	if (how == OK && strcmp(word, "accepted") == 0)
		how = case_did(tx, c, "transfer", r->by);
	if (how == OK)
		how = end_clocks(tx, c, &act);
	if (how == OK)
		how = set_fact(tx, c, FACT_outcome, "leave", r);
	return how == OK ? set_fact(tx, c, FACT_transfer, word, r) : how;
}

enum outcome
transfer_accepted(
    struct tx *tx, struct case_row *c, const struct referral_reply *r)
{
	enum outcome how;

	if (!c->is_open)
		return OK;
	how = let_go(tx, c, "accepted", r);
	return how == OK ? case_tell_holder(tx, c, "transfer_accepted") : how;
}

enum outcome
transfer_withdraw(
    struct tx *tx, const struct case_row *c, const struct referral_reply *r)
{
	return referral_clock_open(tx, c, TELL, r->id, 0);
}

/* ---- In ---- */

static enum outcome
tell(struct tx *tx, const struct case_row *c, const struct referral_reply *r)
{
	enum outcome how = referral_clock_end(tx, c, DECIDE, r);

	return how == OK ? referral_clock_open(tx, c, TELL, r->id, 0) : how;
}

/* What was said, and the word of the chain. */
static enum outcome
keep(struct tx *tx, const struct case_row *c, const struct referral_reply *r,
    const char *act)
{
	enum outcome how = referral_keep_words(tx, r);

	return how != OK ? how
			 : audit_add(tx, &(struct happening){
					     .actor = r->by,
					     .act = act,
					     .object_kind = "referral",
					     .object_id = r->id,
					     .case_id = c->id,
					 });
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
		how = keep(tx, c, r,
		    is_yes ? "transfer.accepted" : "transfer.refused");
	return how == OK ? tell(tx, c, r) : how;
}

/* Did nobody else report the child, and did we take no measure? */
static bool
is_only_theirs(struct tx *tx, const struct case_row *c)
{
	return c->is_open &&
	       c->facts.v[FACT_isolation] !=
		   fact_word(FACT_isolation, "decided") &&
	       c->facts.v[FACT_placement] != fact_word(FACT_placement, "yes") &&
	       c->facts.v[FACT_transfer] == 0 &&
	       tx_number(tx, Q_TRANSFER_OTHERS, 1, ARGS(V_TEXT(c->id))) == 0;
}

/* The other ward knows: that we took ours back, or how we answered. */
static enum outcome
told(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	enum outcome how = referral_clock_end(tx, c, TELL, r);

	return how == OK && !w->is_out && strcmp(w->answer, "refused") == 0 &&
		       is_only_theirs(tx, c)
		   ? let_go(tx, c, "returned", r)
		   : how;
}

/* The sender took it back, by whichever way we heard of it. */
static enum outcome
taken_back(struct tx *tx, struct case_row *c, const struct referral_reply *r)
{
	enum outcome how =
	    tx_exec(tx, Q_TRANSFER_WITHDRAWN, ARGS(V_TEXT(r->id)));

	if (how == NOT_FOUND)
		return CONFLICT;
	if (how == OK)
		how = keep(tx, c, r, "transfer.withdrawn");
	if (how == OK)
		how = referral_clock_drop(tx, c, DECIDE, r);
	if (how == OK)
		how = referral_clock_drop(tx, c, TELL, r);
	if (how == OK && is_only_theirs(tx, c))
		how = let_go(tx, c, "returned", r);
	return how == OK ? case_tell_lead(tx, c, "transfer_withdrawn") : how;
}

/* A withdrawal may overtake what it takes back: that rings nowhere. */
static enum outcome
received(struct tx *tx, const char *referral, const struct referral_about *w)
{
	struct case_row c;
	enum outcome how = case_get(tx, w->case_id, &c);

	if (how == OK)
		how = referral_clock_open(tx, &c, DECIDE, referral, 0);
	if (how != OK ||
	    !transfer_was_recalled(tx, w->agency_id, w->source_ref))
		return how;
	return taken_back(tx, &c,
	    &(struct referral_reply){.id = referral,
		.to = "withdrawn",
		.by = &audit_system,
		.acted_at = clock_now()});
}

enum outcome
transfer_received(struct tx *tx, const char *referral)
{
	struct referral_about w;
	enum outcome how = referral_about(tx, referral, &w);

	referral_about_done(&w);
	return how == OK && strcmp(w.purpose, "transfer") == 0
		   ? received(tx, referral, &w)
		   : how;
}

/* Is there something that the other ward must hear? */
static bool
is_to_tell(const struct referral_about *w)
{
	return w->is_out ? strcmp(w->state, "withdrawn") == 0
			 : w->answer[0] != '\0' &&
			       strcmp(w->answer, "withdrawn") != 0;
}

enum outcome
transfer_answer(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r)
{
	bool is_told = strcmp(r->to, "told") == 0;
	struct case_row c;
	enum outcome how = case_get(tx, w->case_id, &c);

	if (how != OK)
		return how;
	if (strcmp(w->purpose, "transfer") != 0 && is_told)
		return referral_recalled(tx, w, r);
	if (strcmp(w->purpose, "transfer") != 0 || (w->is_out && !is_told))
		return CONFLICT;
	if (strcmp(r->to, "withdrawn") == 0)
		return strcmp(w->answer, r->to) == 0 ? OK
						     : taken_back(tx, &c, r);
	if (!is_told)
		return decide(tx, &c, r);
	if (!is_to_tell(w))
		return CONFLICT;
	how = referral_keep_words(tx, r);
	return how == OK ? told(tx, &c, w, r) : how;
}

enum outcome
transfer_find(struct tx *tx, const char *agency_id, const char *source_ref,
    char id[ID_SIZE])
{
	char list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_TRANSFER_BY_REF,
			 ARGS(V_TEXT(agency_id), V_TEXT(source_ref))),
		list, NELEM(list), &n);

	if (how == OK && n > 0)
		memcpy(id, list[0], ID_SIZE);
	return how == OK && n == 0 ? NOT_FOUND : how;
}

/* ---- From hotlined to hotlined ---- */

/* Why we refused or took it back: the newest word that has a reason. */
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

/* That we took it back, by the number it has with us. */
static json_t *
withdraw_call(struct tx *tx, const char *referral)
{
	json_t *body = reason_of(tx, referral);

	json_object_set_new(body, "source_ref", json_string(referral));
	return json_pack(
	    "{s:s, s:o}", "path", "/v1/referrals/withdraw", "body", body);
}

/* Our answer, as a partner of the ward that sent it gives it. */
static json_t *
answer_call(struct tx *tx, const char *referral, const struct referral_about *w)
{
	bool is_yes = strcmp(w->answer, "accepted") == 0;
	json_t *call;
	char *path;

	if (!is_to_tell(w) || !id_ok(w->source_ref))
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
		else if (is_to_tell(&w))
			call = withdraw_call(tx, id);
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
	const char *step = referral_step(tx, TELL);
	struct referral_about w;
	struct case_row c;
	struct clock_row k;
	char id[ID_SIZE];
	enum outcome how = find(tx, d, id, &w);

	referral_about_done(&w);
	if (how == OK)
		how = clock_get(tx, d->clock_id, &k);
	if (how == NOT_FOUND ||
	    (how == OK && (step == NULL || strcmp(k.step, step) != 0)))
		return OK; /* theirs to answer */
	if (how == OK)
		how = case_get(tx, w.case_id, &c);
	if (how != OK)
		return how;
	return told(tx, &c, &w,
	    &(struct referral_reply){
		.id = id, .by = &audit_system, .acted_at = clock_now()});
}
