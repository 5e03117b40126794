#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "duty.h"
#include "keyring.h"

void
people_done(struct people *p)
{
	json_decref(p->skipped);
	*p = (struct people){0};
}

/* One row of a PEOPLE_ query. */
struct candidate {
	char id[ID_SIZE];
	bool is_barred, is_away, has_address;
};
struct candidates {
	struct candidate list[4 * PEOPLE_MAX];
	size_t n, n_gone; /* so many first ones only to be noted */
};

static void
skip(struct people *p, const struct candidate *c, const char *why)
{
	if (p->skipped == NULL)
		p->skipped = json_array();
	json_array_append_new(
	    p->skipped, json_pack("{s:s, s:s}", "who", c->id, "why", why));
}

static void
take(struct people *p, const struct candidate *c, bool is_outside)
{
	struct person *one;

	if (p->n == PEOPLE_MAX)
		return;
	one = &p->list[p->n++];
	*one = (struct person){0};
	memcpy(is_outside ? one->agency_id : one->member_id, c->id, ID_SIZE);
}

/* Somebody must answer for the ward: a lone chairman is called even on leave.
 */
static void
choose(struct people *p, const struct candidates *all, const char *who)
{
	bool is_outside = strncmp(who, "outside:", 8) == 0 ||
			  strncmp(who, "receiver:", 9) == 0;
	bool is_last = all->n == 1 && strcmp(who, "chairman") == 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *c = &all->list[i];

		if (c->is_barred)
			skip(p, c, "barred");
		else if (c->is_away && !is_last)
			skip(p, c, "leave");
		else if (i < all->n_gone)
			skip(p, c, "stopped");
		else if (!c->has_address)
			skip(p, c, "no_address");
		else
			take(p, c, is_outside);
	}
}

static struct rows *
query(struct tx *tx, const char *case_id, const char *who, int64_t at)
{
	const char *ward = tx_context(tx)->conf->ward;
	char like[64];

	if (strcmp(who, "holder") == 0)
		return tx_query(
		    tx, Q_PEOPLE_HOLDER, ARGS(V_TEXT(case_id), V_INT(at)));
	if (strncmp(who, "outside:", 8) == 0)
		return tx_query(tx, Q_PEOPLE_OUTSIDE,
		    ARGS(V_TEXT(case_id), V_TEXT(ward), V_TEXT(who + 8)));
	if (strncmp(who, "receiver:", 9) == 0)
		return tx_query(tx, Q_PEOPLE_RECEIVER,
		    ARGS(V_TEXT(case_id), V_TEXT(who + 9)));
	if (strncmp(who, "named:", 6) == 0)
		return tx_query(tx, Q_PEOPLE_NAMED,
		    ARGS(V_TEXT(case_id), V_INT(at), V_TEXT(ward),
			V_TEXT(who + 6)));
	snprintf(like, sizeof(like), "%% %.40s %%", who);
	return tx_query(tx, Q_PEOPLE_ROLE,
	    ARGS(V_TEXT(case_id), V_INT(at), V_TEXT(ward), V_TEXT(like)));
}

/* Rows of one query behind those that are there. */
static enum outcome
add_rows(struct rows *rows, struct candidates *to)
{
	while (to->n < NELEM(to->list) && rows_next(rows)) {
		struct candidate *c = &to->list[to->n++];

		text_copy(c->id, sizeof(c->id), row_text(rows, 0));
		c->is_barred = row_int(rows, 1) > 0;
		c->is_away = row_int(rows, 2) > 0;
		c->has_address = row_int(rows, 3) > 0;
	}
	return rows_end(rows);
}

static enum outcome
add_members(struct tx *tx, const char *case_id, int64_t at,
    const struct rota *r, struct candidates *to)
{
	struct on_duty on;
	enum outcome how = OK;

	rota_on_duty(r, at, &on);
	for (size_t i = 0; i < on.n_passed && how == OK; i++)
		how = add_rows(tx_query(tx, Q_PEOPLE_MEMBER,
				   ARGS(V_TEXT(case_id), V_INT(at),
				       V_TEXT(r->people[on.passed[i]].id))),
		    to);
	to->n_gone = to->n;
	for (size_t i = 0; i < on.n && how == OK; i++)
		how = add_rows(tx_query(tx, Q_PEOPLE_MEMBER,
				   ARGS(V_TEXT(case_id), V_INT(at),
				       V_TEXT(r->people[on.who[i]].id))),
		    to);
	return how;
}

/* Those whose turn it would be come first, to be noted. */
static enum outcome
find_duty(struct tx *tx, const char *case_id, int64_t at, struct candidates *to)
{
	struct rota r = {0};
	enum outcome how = duty_load_turns(tx, at, at + 1, &r);

	if (how == OK)
		how = add_members(tx, case_id, at, &r, to);
	rota_done(&r);
	return how;
}

static enum outcome
find_one(struct tx *tx, const char *case_id, const char *who, int64_t at,
    struct people *out)
{
	struct candidates all = {0};
	enum outcome how;

	how = strcmp(who, "duty") == 0
		  ? find_duty(tx, case_id, at, &all)
		  : add_rows(query(tx, case_id, who, at), &all);
	if (how != OK)
		return how;
	choose(out, &all, who);
	return out->n > 0 ? OK : NOT_FOUND;
}

enum outcome
people_find(struct tx *tx, const char *case_id, const char *who, int64_t at,
    struct people *out)
{
	static const char *const last[] = {
	    "chairman", "vice_chairman", "lead", "holder", "duty"};
	enum outcome how = NOT_FOUND;

	*out = (struct people){0};
	if (strcmp(who, "last") != 0)
		return find_one(tx, case_id, who, at, out);
	for (size_t i = 0; i < NELEM(last) && how == NOT_FOUND; i++)
		how = find_one(tx, case_id, last[i], at, out);
	return how;
}

size_t
people_addresses(
    struct tx *tx, const struct person *p, struct address out[ADDRESSES_MAX])
{
	const char *owner =
	    p->member_id[0] != '\0' ? p->member_id : p->agency_id;
	struct rows *rows;
	struct key ward;
	size_t n = 0;

	if (keyring_ward(tx, &ward) != OK)
		return 0;
	rows = tx_query(
	    tx, Q_PEOPLE_ADDRESSES, ARGS(V_TEXT(owner), V_INT(ADDRESSES_MAX)));
	while (n < ADDRESSES_MAX && rows_next(rows)) {
		struct address *a = &out[n];
		struct place at = {"address", "address_sealed", a->id};
		size_t len;
		const void *sealed = row_blob(rows, 2, &len);

		*a = (struct address){0};
		snprintf(a->id, sizeof(a->id), "%s", row_text(rows, 0));
		if (unseal(&ward, &at, sealed, len, &a->text) != OK)
			continue;
		a->channel = xstrdup(row_text(rows, 1));
		n++;
	}
	(void)rows_end(rows);
	key_wipe(&ward);
	return n;
}

void
address_done(struct address *a)
{
	free(a->channel);
	seal_free(a->text);
	*a = (struct address){0};
}

char *
address_open(struct tx *tx, const char *id, const char *delivery_id)
{
	struct place at = {"address", "address_sealed", id};
	char *plain = NULL, *text = NULL;
	const void *sealed;
	struct rows *rows;
	struct key ward;
	size_t n;

	if (keyring_ward(tx, &ward) != OK)
		return NULL;
	rows =
	    tx_query(tx, Q_ADDRESS_OPEN, ARGS(V_TEXT(id), V_TEXT(delivery_id)));
	if (rows_next(rows)) {
		sealed = row_blob(rows, 0, &n);
		if (unseal(&ward, &at, sealed, n, &plain) == OK)
			text = xstrdup(plain);
	}
	seal_free(plain);
	(void)rows_end(rows);
	key_wipe(&ward);
	return text;
}
