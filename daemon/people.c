#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "keyring.h"

static const char *const role_names[] = {
#define ROLE(name) #name,
#include "roles.def"
#undef ROLE
};

/* The bit of a role of n letters; -1 if there is none. */
static int
role_find(const char *s, size_t n)
{
	for (int i = 0; i < ROLE_MAX; i++)
		if (strlen(role_names[i]) == n &&
		    memcmp(role_names[i], s, n) == 0)
			return i;
	return -1;
}

bool
roles_parse(const char *s, unsigned *bits)
{
	unsigned all = 0;

	for (s += strspn(s, " "); *s != '\0'; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");
		int role = role_find(s, n);

		if (role == -1)
			return false;
		all |= 1u << role;
		s += n;
	}
	*bits = all;
	return true;
}

bool
has_role(unsigned bits, enum role r)
{
	return (bits >> r & 1) != 0;
}

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
choose(
    struct people *p, const struct candidate *list, size_t n, const char *who)
{
	bool is_outside = strncmp(who, "outside:", 8) == 0;
	bool is_last = n == 1 && strcmp(who, "chairman") == 0;

	for (size_t i = 0; i < n; i++) {
		if (list[i].is_barred)
			skip(p, &list[i], "barred");
		else if (list[i].is_away && !is_last)
			skip(p, &list[i], "leave");
		else if (!list[i].has_address)
			skip(p, &list[i], "no_address");
		else
			take(p, &list[i], is_outside);
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
	if (strcmp(who, "duty") == 0)
		return tx_query(tx, Q_PEOPLE_DUTY,
		    ARGS(V_TEXT(case_id), V_INT(at), V_TEXT(ward)));
	if (strncmp(who, "outside:", 8) == 0)
		return tx_query(tx, Q_PEOPLE_OUTSIDE,
		    ARGS(V_TEXT(case_id), V_TEXT(ward), V_TEXT(who + 8)));
	snprintf(like, sizeof(like), "%% %.40s %%", who);
	return tx_query(tx, Q_PEOPLE_ROLE,
	    ARGS(V_TEXT(case_id), V_INT(at), V_TEXT(ward), V_TEXT(like)));
}

enum outcome
people_find(struct tx *tx, const char *case_id, const char *who, int64_t at,
    struct people *out)
{
	struct candidate list[4 * PEOPLE_MAX];
	struct rows *rows = query(tx, case_id, who, at);
	enum outcome how;
	size_t n = 0;

	*out = (struct people){0};
	while (n < NELEM(list) && rows_next(rows)) {
		struct candidate *c = &list[n++];

		snprintf(c->id, sizeof(c->id), "%s", row_text(rows, 0));
		c->is_barred = row_int(rows, 1) > 0;
		c->is_away = row_int(rows, 2) > 0;
		c->has_address = row_int(rows, 3) > 0;
	}
	how = rows_end(rows);
	if (how != OK)
		return how;
	choose(out, list, n, who);
	return out->n > 0 ? OK : NOT_FOUND;
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
