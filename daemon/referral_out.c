#include "referral_out.h"

#include <stdio.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_give.h"
#include "case_open.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"
#include "keyring.h"
#include "referral_transfer.h"

#define ANSWER	 "referral_answer"
#define SERVICE	 "referral_service"
#define FEEDBACK "referral_feedback"
#define RECALL	 "referral_recall"

/* What waits for the answer to it. */
static const char *
answer_kind(const char *purpose)
{
	return strcmp(purpose, "feedback") == 0 ? FEEDBACK : ANSWER;
}

const char *
referral_step(struct tx *tx, const char *kind)
{
	const struct procedure *p = tx_context(tx)->procedure;

	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const struct step *s = procedure_nth_step(p, i);

		if (strcmp(step_kind(s), kind) == 0)
			return step_id(s);
	}
	return NULL;
}

/* ---- Its clocks ---- */

enum outcome
referral_clock_open(struct tx *tx, const struct case_row *c, const char *kind,
    const char *id, int64_t due_at)
{
	struct item_clock i = {
	    .c = c,
	    .step = referral_step(tx, kind),
	    .item = id,
	    .start_at = clock_now(),
	    .due_at = due_at,
	};

	if (i.step == NULL || !c->is_open)
		return OK;
	return clocks_open_item(tx, &i);
}

enum outcome
referral_clock_end(struct tx *tx, const struct case_row *c, const char *kind,
    const struct referral_reply *r)
{
	struct act a = {.case_id = c->id,
	    .step = referral_step(tx, kind),
	    .kind = kind,
	    .by = r->by,
	    .acted_at = r->acted_at};
	struct item_clock i = {.c = c, .step = a.step, .item = r->id};
	char clock[ID_SIZE];
	enum outcome how;

	if (a.step == NULL)
		return OK;
	how = clocks_item_id(tx, &i, clock);
	if (how == OK)
		how = act_add(tx, &a);
	if (how == OK)
		how = clocks_done_item(tx, c, r->id, &a);
	return how == NOT_FOUND ? OK : how;
}

enum outcome
referral_clock_drop(struct tx *tx, const struct case_row *c, const char *kind,
    const struct referral_reply *r)
{
	struct item_clock i = {
	    .c = c, .step = referral_step(tx, kind), .item = r->id};
	enum outcome how =
	    i.step == NULL ? OK : clocks_drop_item(tx, &i, r->by, "withdrawn");

	return how == NOT_FOUND ? OK : how;
}

/* ---- Sending ---- */

/* Under the referral's own key: it can be erased, and outlives none of it. */
static enum outcome
insert(struct tx *tx, const struct case_row *c, const struct subject *by,
    struct out_referral *out)
{
	struct place at = {"referral", "body_sealed", out->id};
	char *text = json_dumps(out->body, JSON_COMPACT);
	struct value sealed = V_NULL;
	struct key key;
	enum outcome how = keyring_new(tx, "referral", out->id, &key);

	key_wipe(&key);
	if (how == OK)
		how = keyring_seal(tx, out->id, &at, text, &sealed);
	hash_of(sealed.p, sealed.n, out->digest);
	if (how == OK)
		how = tx_exec(tx, Q_REFERRAL_OUT,
		    ARGS(V_TEXT(out->id), V_TEXT(tx_ward(tx)),
			V_TEXT(out->agency_id), V_TEXT(by->id),
			V_TEXT(c->incident), V_INT(out->sent_at), sealed,
			V_BLOB(out->digest, HASH_SIZE), V_INT0(out->due_at),
			V_INT(out->despite_bar), V_TEXT(out->purpose)));
	if (how == OK)
		how = tx_exec(tx, Q_REFERRAL_LINK,
		    ARGS(V_TEXT(out->id), V_TEXT(c->id), V_TEXT(tx_ward(tx))));
	keyring_done(&sealed);
	seal_free(text);
	return how;
}

/* Without a step that reminds of it, who sent it must. */
static enum outcome
watch(struct tx *tx, const struct case_row *c, const struct out_referral *out)
{
	const char *kind = answer_kind(out->purpose);

	return referral_step(tx, kind) == NULL
		   ? case_tell_holder(tx, c, "referral_sent")
		   : referral_clock_open(tx, c, kind, out->id, 0);
}

enum outcome
referral_send(struct tx *tx, struct case_row *c, const struct subject *by,
    struct out_referral *out)
{
	enum outcome how;

	if (out->id[0] == '\0')
		id_new(out->id);
	out->sent_at = clock_now();
	how = insert(tx, c, by, out);
	if (how == OK)
		how = audit_add(tx,
		    &(struct happening){
			.actor = by,
			.act = "referral.sent",
			.object_kind = "referral",
			.object_id = out->id,
			.case_id = c->id,
			.digest = out->digest,
			.detail = json_pack("{s:s, s:s, s:I, s:b, s:O*}",
			    "agency", out->agency_id, "purpose", out->purpose,
			    "due_at", (json_int_t)out->due_at, "despite_bar",
			    out->despite_bar, "share", out->share),
		    });
	return how == OK && !out->is_silent ? watch(tx, c, out) : how;
}

/* ---- What it is about ---- */

enum outcome
referral_about(struct tx *tx, const char *id, struct referral_about *out)
{
	struct opening_of what = {id, "referral", "body_sealed", id};
	struct rows *rows = tx_query(tx, Q_REFERRAL_BODY, ARGS(V_TEXT(id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	*out = (struct referral_about){0};
	if (is_there) {
		out->body = json_open(tx, &what, rows, 0);
		row_copy(out->case_id, sizeof(out->case_id), rows, 1);
		row_copy(out->purpose, sizeof(out->purpose), rows, 2);
		out->due_at = row_int(rows, 3);
		row_copy(out->state, sizeof(out->state), rows, 4);
		row_copy(out->agency_kind, sizeof(out->agency_kind), rows, 5);
		row_copy(out->agency_id, sizeof(out->agency_id), rows, 6);
		out->is_out = strcmp(row_text(rows, 7), "out") == 0;
		row_copy(out->source_ref, sizeof(out->source_ref), rows, 8);
		out->sent_at = row_int(rows, 9);
		row_copy(out->answer, sizeof(out->answer), rows, 10);
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

void
referral_about_done(struct referral_about *r)
{
	json_decref(r->body);
	r->body = NULL;
}

/* ---- Answers ---- */

enum outcome
referral_keep_words(struct tx *tx, const struct referral_reply *r)
{
	char id[ID_SIZE], *text;
	struct place at = {"referral_update", "body_sealed", id};
	struct value sealed;
	enum outcome how;

	if (r->words == NULL)
		return OK;
	id_new(id);
	text = json_dumps(r->words, JSON_COMPACT);
	how = keyring_seal(tx, r->id, &at, text, &sealed);
	seal_free(text);
	if (how != OK)
		return how;
	how = tx_exec(tx, Q_UPDATE_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(r->id),
		V_INT(clock_now()), sealed, V_NULL, V_NULL));
	keyring_done(&sealed);
	return how;
}

/* The police who take a case on are connected (D56 31.3a). */
static enum outcome
accepted(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	enum outcome how =
	    referral_clock_end(tx, c, answer_kind(w->purpose), r);

	if (how == OK && strcmp(w->purpose, "transfer") == 0)
		return transfer_accepted(tx, c, r);
	if (how == OK && strcmp(w->purpose, "service") == 0)
		how = referral_clock_open(tx, c, SERVICE, r->id, w->due_at);
	if (how == OK && strcmp(w->purpose, "service") == 0 &&
	    strcmp(w->agency_kind, "police") == 0)
		how = case_did(tx, c, "connect", r->by);
	return how;
}

static enum outcome
still_ours(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	return strcmp(w->purpose, "transfer") == 0
		   ? case_set_fact(tx, c, FACT_transfer, 0, r->by)
		   : OK;
}

/* The service must be found elsewhere. */
static enum outcome
refused(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	enum outcome how =
	    referral_clock_end(tx, c, answer_kind(w->purpose), r);

	if (how == OK)
		how = case_tell_lead(tx, c, "referral_refused");
	return how == OK ? still_ours(tx, c, w, r) : how;
}

static enum outcome
completed(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	enum outcome how = referral_clock_end(tx, c, SERVICE, r);

	(void)w;
	return how == OK ? case_tell_holder(tx, c, "referral_completed") : how;
}

static enum outcome
withdrawn(struct tx *tx, struct case_row *c, const struct referral_about *w,
    const struct referral_reply *r)
{
	enum outcome how =
	    referral_clock_drop(tx, c, answer_kind(w->purpose), r);

	if (how == OK)
		how = referral_clock_drop(tx, c, SERVICE, r);
	if (how == OK && strcmp(w->purpose, "transfer") == 0)
		how = transfer_withdraw(tx, c, r);
	else if (how == OK)
		how = referral_clock_open(tx, c, RECALL, r->id, 0);
	return how == OK ? still_ours(tx, c, w, r) : how;
}

enum outcome
referral_recalled(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r)
{
	struct case_row c;
	enum outcome how;

	if (!w->is_out || strcmp(w->state, "withdrawn") != 0)
		return CONFLICT;
	how = case_get(tx, w->case_id, &c);
	if (how == OK)
		how = referral_keep_words(tx, r);
	return how == OK ? referral_clock_end(tx, &c, RECALL, r) : how;
}

/* From which state to which, the word of the chain, and what follows. */
static const struct move {
	const char *from, *to, *act;
	enum outcome (*then)(struct tx *tx, struct case_row *c,
	    const struct referral_about *w, const struct referral_reply *r);
} moves[] = {
    {"sent", "accepted", "referral.accepted", accepted},
    {"sent", "refused", "referral.refused", refused},
    {"accepted", "completed", "referral.completed", completed},
    {"sent", "withdrawn", "referral.withdrawn", withdrawn},
    {"accepted", "withdrawn", "referral.withdrawn", withdrawn},
};

/* A case that another ward took is theirs: nothing takes that back. */
static const struct move *
find_move(const struct referral_about *w, const char *to)
{
	if (strcmp(w->purpose, "transfer") == 0 &&
	    strcmp(w->state, "accepted") == 0)
		return NULL;
	for (size_t i = 0; i < NELEM(moves) && w->is_out; i++)
		if (strcmp(moves[i].from, w->state) == 0 &&
		    strcmp(moves[i].to, to) == 0)
			return &moves[i];
	return NULL;
}

static enum outcome
apply(struct tx *tx, const struct move *m, const struct referral_about *w,
    const struct referral_reply *r)
{
	struct case_row c;
	enum outcome how = tx_exec(tx, Q_REFERRAL_MOVE,
	    ARGS(V_TEXT(r->id), V_TEXT(m->from), V_TEXT(m->to)));

	if (how == OK)
		how = referral_keep_words(tx, r);
	if (how == OK)
		how = audit_add(tx, &(struct happening){
					.actor = r->by,
					.act = m->act,
					.object_kind = "referral",
					.object_id = r->id,
					.case_id = w->case_id,
				    });
	if (how == OK)
		how = case_get(tx, w->case_id, &c);
	return how == OK ? m->then(tx, &c, w, r) : how;
}

enum outcome
referral_reply(struct tx *tx, const struct referral_reply *r)
{
	struct referral_about w;
	const struct move *m;
	enum outcome how = referral_about(tx, r->id, &w);

	if (how != OK)
		return how;
	m = find_move(&w, r->to);
	how = m == NULL ? CONFLICT : apply(tx, m, &w, r);
	referral_about_done(&w);
	return how;
}
