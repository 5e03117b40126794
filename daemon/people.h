/* Members, duty, leave, addresses: who can be called for a case. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "http.h"
#include "roles.h"
#include "seal.h"
#include "store.h"

struct case_row;

/* A member or an outside body; exactly one id is set. */
struct person {
	char member_id[ID_SIZE], agency_id[ID_SIZE];
};
#define PEOPLE_MAX 16
struct people {
	struct person list[PEOPLE_MAX];
	size_t n;
	json_t *skipped; /* [{who, why}] barred, on leave, no address */
};
void people_done(struct people *p);

/*
 * Who a rung's word means for a case at an instant: "holder", "duty", a role,
 * "outside:<agency kind>" by agreement, "named:<login>", "receiver:<referral>",
 * "last": the highest of the ward who can be called.  Barred people, people on
 * leave (but never the only chairman) and people without a verified address are skipped and noted.
 */
enum outcome people_find(struct tx *tx, const char *case_id, const char *who,
    int64_t at, struct people *out);

/* An address of a person, opened; empty when free. */
struct address {
	char id[ID_SIZE];
	char *channel, *text;
};
#define ADDRESSES_MAX 8
/* Verified addresses in their order; n returned.  address_done each. */
size_t people_addresses(
    struct tx *tx, const struct person *p, struct address out[ADDRESSES_MAX]);
void address_done(struct address *a);
/*
 * The text of an address by its id, for a message of a delivery; the caller
 * frees.  NULL if it is removed, or not verified and this message is not the
 * one that verifies it.
 */
char *address_open(struct tx *tx, const char *id, const char *delivery_id);
/*
 * What address.digest holds: a blind index of the channel and the text (a
 * number as 84..., anything else in lower case).  In address.c.
 */
enum outcome address_digest(struct tx *tx, const char *channel,
    const char *text, unsigned char out[BLIND_SIZE]);

/* When the quiet hours that a member is in now end (UTC ms); 0: in none. */
int64_t people_quiet_until(struct tx *tx, const struct person *p);

/*
 * Give a case to a duty member who is not on leave and not barred; else the
 * lead, the chairman, the outside rung.  Of several, to one who speaks the
 * child's language, then to the one who carries least: open cases, and urgent
 * clocks twice.  Records why; audits; NOT_FOUND if there is nobody at all.
 */
enum outcome people_assign(
    struct tx *tx, struct case_row *c, int64_t at, unsigned languages);
/* Languages of the children of a case, as bits. */
enum outcome
people_languages(struct tx *tx, const char *case_id, unsigned *bits);
/*
 * A member is not there any more: every open case they hold is given to others
 * as people_assign does, and they are told.
 */
enum outcome people_release(struct tx *tx, const char *member_id);
/* The same of one case, whoever holds it. */
enum outcome people_reassign(struct tx *tx, const char *case_id);

#endif
