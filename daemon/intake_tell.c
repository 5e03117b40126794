/* What a copy, a follow-up or an update means for cases that are there. */
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_give.h"
#include "clock_rows.h"
#include "clocks.h"
#include "contact.h"
#include "intake_kin.h"
#include "intake_tell.h"
#include "keyring.h"
#include "mau01.h"

static enum outcome
audit_case(struct tx *tx, const struct case_row *c, const struct subject *by,
    const char *act, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = act,
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
				 .detail = detail,
			     });
}

enum outcome
intake_sooner(
    struct tx *tx, struct case_row *c, int64_t t0_at, const struct subject *by)
{
	int64_t was = c->t0_at;
	enum outcome how;

	if (t0_at >= was)
		return OK;
	c->t0_at = t0_at;
	c->version++;
	how = tx_exec(tx, Q_CASE_SOONER,
	    ARGS(V_TEXT(c->id), V_INT(c->t0_at), V_INT(c->version)));
	if (how == OK)
		how = audit_case(tx, c, by, "case.sooner",
		    json_pack("{s:I, s:I, s:I}", "t0_at", (json_int_t)c->t0_at,
			"was_t0_at", (json_int_t)was, "by_ms",
			(json_int_t)(was - c->t0_at)));
	return how == OK ? clocks_sooner(tx, c) : how;
}

enum outcome
intake_hide_referral(struct tx *tx, const char *referral_id)
{
	unsigned char hash[HASH_SIZE];
	char secret[RECEIPT_SECRET_SIZE];

	receipt_secret(tx, referral_id, secret);
	hash_of(secret, strlen(secret), hash);
	return tx_exec(tx, Q_REFERRAL_HIDE,
	    ARGS(V_TEXT(referral_id), V_BLOB(hash, HASH_SIZE)));
}

static enum outcome
hide_referrals(struct tx *tx, const struct case_row *c)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_REFERRALS_PLAIN, ARGS(V_TEXT(c->id))), list,
		CASES_MAX, &n);

	for (size_t k = 0; k < n && how == OK; k++)
		how = intake_hide_referral(tx, list[k]);
	return how;
}

enum outcome
intake_conceal(struct tx *tx, struct case_row *c, const struct subject *by)
{
	enum outcome how = OK;

	if (!c->is_confidential) {
		c->is_confidential = true;
		c->version++;
		how = tx_exec(
		    tx, Q_CASE_HIDE, ARGS(V_TEXT(c->id), V_INT(c->version)));
		if (how == OK)
			how = audit_case(tx, c, by, "case.confidential", NULL);
	}
	return how == OK ? hide_referrals(tx, c) : how;
}

/* Who had no name may have one now: it can be looked up, and known. */
static enum outcome
name_child(struct tx *tx, const struct case_row *c, const struct kin *one)
{
	char holder[ID_SIZE] = "";
	enum outcome how;

	if (one == NULL || !one->is_nameless)
		return OK;
	how = intake_index_child(tx, one->id, one->news);
	return how == OK ? intake_duplicates(tx, c, one->news, holder) : how;
}

/* A number that must not be used counts from whoever says it, and when. */
static enum outcome
heed_contact(struct tx *tx, const struct case_row *c, const json_t *news)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_CHILD_IDS, ARGS(V_TEXT(c->id))), list,
		CASES_MAX, &n);

	for (size_t k = 0; k < n && how == OK; k++)
		how = contact_index(tx, list[k], news);
	return how;
}

/* People around the child of this case, and the alleged of the incident. */
static enum outcome
tell_people(struct tx *tx, const struct incident *i, struct case_row *c,
    const struct kin *one)
{
	int hits = 0;
	enum outcome how = intake_people(
	    tx, c, one == NULL ? NULL : one->news, i->in->body, &hits);

	if (how == OK && hits > 0)
		how = case_tell_lead(tx, c, "bar");
	return how == OK && hits > 0 ? case_get(tx, c->id, c) : how;
}

static enum outcome
tell_case(struct tx *tx, const struct incident *i, const char *case_id,
    const struct kin *one)
{
	struct case_row c;
	enum outcome how = case_get(tx, case_id, &c);

	if (how == OK)
		how = audit_case(tx, &c, i->in->by, "case.news", NULL);
	if (how == OK && i->is_confidential)
		how = intake_conceal(tx, &c, i->in->by);
	if (how == OK)
		how = intake_sooner(tx, &c, i->t0_at, i->in->by);
	if (how == OK && c.is_open)
		how = intake_facts(tx, &c, i->in->body, i->in->by);
	if (how == OK)
		how = name_child(tx, &c, one);
	if (how == OK && one != NULL)
		how = heed_contact(tx, &c, one->news);
	if (how == OK)
		how = tell_people(tx, i, &c, one);
	/* The 201 confirms it to the sender. */
	if (how == OK && intake_by_sender(i->in->by))
		how = case_did(tx, &c, "confirm", &audit_system);
	if (how == OK)
		how = intake_repeats(tx, &c);
	return how == OK ? case_tell_holder(tx, &c, "update") : how;
}

enum outcome
intake_tell_case(struct tx *tx, const struct incident *i, const char *case_id,
    const json_t *child)
{
	const struct kin one = {.news = child};

	return tell_case(tx, i, case_id, child == NULL ? NULL : &one);
}

/* Cases of other children of the incident that it speaks of, too. */
static enum outcome
link_kin(struct tx *tx, const struct incident *i, const struct kinship *k)
{
	enum outcome how = OK;

	for (size_t n = 0; n < k->n && how == OK; n++)
		if (k->list[n].news != NULL)
			how = perhaps(tx_exec(tx, Q_REFERRAL_LINK,
			    ARGS(V_TEXT(i->referral_id),
				V_TEXT(k->list[n].own_case),
				V_TEXT(tx_ward(tx)))));
	return how;
}

static enum outcome
tell_cases(struct tx *tx, struct incident *i, const struct kinship *k)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_REFERRAL_FILES, ARGS(V_TEXT(i->referral_id))), list,
	    CASES_MAX, &n);

	for (size_t m = 0; m < n && how == OK; m++)
		how = tell_case(tx, i, list[m], kinship_of_case(k, list[m]));
	return how;
}

enum outcome
intake_tell(struct tx *tx, struct incident *i)
{
	struct kinship k;
	json_t *child;
	size_t n;
	enum outcome how = kinship_find(tx, i, &k);

	if (how == OK)
		how = link_kin(tx, i, &k);
	if (how == OK)
		how = tell_cases(tx, i, &k);
	json_array_foreach(k.strangers, n, child)
	{
		if (how == OK)
			how = intake_case(tx, i, child);
	}
	kinship_done(&k);
	return how;
}
