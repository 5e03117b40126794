/* A human acts on an alert: by link, by answer code, by voice, by hand. */
#include <stdlib.h>
#include <string.h>

#include "address_verify.h"
#include "alert.h"
#include "alert_rows.h"
#include "answer.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "keyring.h"

struct covered {
	char id[ID_SIZE], clock_id[ID_SIZE], case_id[ID_SIZE];
	int64_t raised_at;
};

/* The delivery that a link or code belongs to, or an empty one. */
static enum outcome
find_delivery(struct tx *tx, const struct ack *k, struct delivery *d)
{
	*d = (struct delivery){0};
	return k->by->kind == BY_LINK ? delivery_get(tx, k->by->id, d) : OK;
}

/* All that a digest stands for; free *ret_list, whatever the outcome. */
static enum outcome
read_covered(struct tx *tx, const char *alert_id, const char *digest,
    struct covered **ret_list, size_t *n)
{
	struct rows *r = tx_query(tx, Q_ALERT_COVERED,
	    ARGS(V_TEXT(alert_id), digest[0] ? V_TEXT(digest) : V_NULL));
	struct covered *list = NULL;

	*n = 0;
	while (rows_next(r)) {
		list = xrealloc(list, *n + 1, sizeof(*list));
		row_copy(list[*n].id, ID_SIZE, r, 0);
		row_copy(list[*n].clock_id, ID_SIZE, r, 1);
		row_copy(list[*n].case_id, ID_SIZE, r, 2);
		list[(*n)++].raised_at = row_int(r, 3);
	}
	*ret_list = list;
	return rows_end(r);
}

/* The person behind a link; else who says so. */
static const char *
acker(const struct ack *k, const struct delivery *d)
{
	return d->id[0] != '\0' ? person_id(&d->person) : k->by->id;
}

/* The alert, all others of its clock, and all their deliveries. */
static enum outcome
silence(struct tx *tx, const struct covered *c, const struct ack *k,
    const char *who)
{
	struct value clock = V_TEXT(c->clock_id);
	enum outcome how = perhaps(tx_exec(tx, Q_ALERT_ACK,
	    ARGS(V_TEXT(c->id), clock, V_INT(k->acted_at), V_TEXT(who),
		V_TEXT(k->how))));

	if (how == OK)
		how = perhaps(
		    tx_exec(tx, Q_DELIVERIES_OVER, ARGS(V_TEXT(c->id), clock)));
	if (how == OK)
		how = alert_digests_left(tx, c->id, c->clock_id);
	if (how == OK)
		how = clock_rest(tx, c->clock_id);
	return how;
}

static enum outcome
record(struct tx *tx, const struct covered *c, const struct ack *k,
    const char *who)
{
	struct clock_row row = {0};
	struct act act = {
	    .case_id = c->case_id,
	    .kind = "ack",
	    .by = k->by,
	    .acted_at = k->acted_at,
	    .evidence = k->evidence == NULL ? k->how : k->evidence,
	};
	enum outcome how = audit_add(
	    tx, &(struct happening){
		    .actor = k->by,
		    .act = "alert.acked",
		    .object_kind = "alert",
		    .object_id = c->id,
		    .case_id = c->case_id[0] ? c->case_id : NULL,
		    .detail = json_pack("{s:s, s:s, s:I}", "how", k->how, "who",
			who, "acted_at", (json_int_t)k->acted_at),
		});

	if (how != OK || c->case_id[0] == '\0')
		return how;
	how = clock_get(tx, c->clock_id, &row);
	act.step = row.step;
	return how == OK ? act_add(tx, &act) : how;
}

static enum outcome
still_open(struct tx *tx, const char *alert_id, bool *is_open)
{
	struct rows *r = tx_query(tx, Q_ALERT_STATE, ARGS(V_TEXT(alert_id)));
	bool is_there = rows_next(r);
	enum outcome how;

	*is_open = is_there && strcmp(row_text(r, 0), "open") == 0;
	how = rows_end(r);
	return how == OK && !is_there ? NOT_FOUND : how;
}

/* This person hears no more of it. */
static enum outcome
take_part(struct tx *tx, const struct covered *c, const struct ack *k,
    const char *who)
{
	enum outcome how = perhaps(tx_exec(tx, Q_DELIVERY_ACK,
	    ARGS(V_TEXT(c->clock_id), V_TEXT(who), V_INT(k->acted_at))));

	return how == OK ? alert_digests_left(tx, c->id, c->clock_id) : how;
}

/* A rung may need all of its people; anybody else's answer is enough. */
static bool
is_enough(struct tx *tx, const struct covered *c, const char *who)
{
	return tx_number(tx, Q_ALERT_ASKED, 0,
		   ARGS(V_TEXT(c->clock_id), V_TEXT(who))) == 0 ||
	       tx_number(tx, Q_ALERT_LACKS, 0, ARGS(V_TEXT(c->clock_id))) == 0;
}

/* A digest may hold a case that its reader was barred from meanwhile. */
static enum outcome
ack_one(struct tx *tx, const struct covered *c, const struct ack *k,
    const struct delivery *d)
{
	const char *who = acker(k, d);
	bool is_open = false;
	enum outcome how = still_open(tx, c->id, &is_open);

	/* A sister of the same clock may have taken it along. */
	if (how != OK || !is_open ||
	    delivery_is_barred(tx, c->case_id, &d->person))
		return how;
	how = take_part(tx, c, k, who);
	if (how == OK && is_enough(tx, c, who))
		how = silence(tx, c, k, who);
	return how == OK ? record(tx, c, k, who) : how;
}

enum outcome
alert_ack(struct tx *tx, const char *alert_id, const struct ack *k)
{
	struct covered *list = NULL;
	struct delivery d;
	bool is_open;
	size_t n = 0;
	enum outcome how = still_open(tx, alert_id, &is_open);

	if (how == OK)
		how = find_delivery(tx, k, &d);
	if (how == OK)
		how = read_covered(tx, alert_id, d.digest, &list, &n);
	if (how == OK && n == 0)
		how = CONFLICT;
	for (size_t i = 0; i < n && how == OK; i++)
		how = ack_one(tx, &list[i], k, &d);
	if (how == OK && d.id[0] != '\0')
		how = address_answered(tx, &d);
	free(list);
	return how;
}

/* Who tries: an address or a member, by the query that knows it. */
struct trier {
	enum query q;
	struct value from;
};

/* Of the digest the first open alert that is no bar's; NOT_FOUND: none. */
static enum outcome
take_open(struct tx *tx, const struct person *p, struct answered *found)
{
	struct covered *list = NULL;
	enum outcome how;
	size_t n, i = 0;

	how = read_covered(tx, found->alert_id, found->who.id, &list, &n);
	while (i < n && delivery_is_barred(tx, list[i].case_id, p))
		i++;
	if (i < n)
		memcpy(found->alert_id, list[i].id, ID_SIZE);
	free(list);
	return how == OK && i == n ? NOT_FOUND : how;
}

/* The first row that is no bar's; NOT_FOUND if there is none. */
static enum outcome
take_first(struct tx *tx, struct rows *r, struct answered *out)
{
	struct answered found = {.who = {.kind = BY_LINK}};
	char of[ID_SIZE] = "";
	struct person p = {0};
	bool is_there = rows_next(r);
	enum outcome how;

	if (is_there) {
		row_copy(found.who.id, ID_SIZE, r, 0);
		row_copy(found.alert_id, ID_SIZE, r, 1);
		row_copy(p.member_id, ID_SIZE, r, 2);
		row_copy(p.agency_id, ID_SIZE, r, 3);
		row_copy(of, ID_SIZE, r, 4);
	}
	how = rows_end(r);
	if (how == OK && !is_there)
		return NOT_FOUND;
	if (how == OK)
		how = take_open(tx, &p, &found);
	if (how == NOT_FOUND && !delivery_is_barred(tx, of, &p))
		how = OK; /* whoever comes late may know that it was acked */
	if (how == OK)
		*out = found;
	return how;
}

enum outcome
alert_of_token(struct tx *tx, const char *token, struct answered *out)
{
	unsigned char hash[HASH_SIZE];

	if (!answer_token_hash(token, hash))
		return NOT_FOUND;
	return take_first(tx,
	    tx_query(tx, Q_DELIVERY_OF_TOKEN,
		ARGS(V_BLOB(hash, sizeof(hash)), V_INT(clock_now()))),
	    out);
}

/* A code, by the index key of a version: old messages are answered too. */
static enum outcome
find_one(struct tx *tx, const struct trier *t, const char *code,
    int64_t version, struct answered *out)
{
	unsigned char hash[HASH_SIZE];
	struct key key;
	enum outcome how = index_key(tx, version, &key);

	if (how != OK)
		return how;
	answer_code_hash(&key, code, hash);
	key_wipe(&key);
	return take_first(tx,
	    tx_query(tx, t->q,
		ARGS(t->from, V_BLOB(hash, sizeof(hash)), V_INT(clock_now()))),
	    out);
}

/* Try each word of the text that may be a code. */
static enum outcome
find_code(struct tx *tx, const struct trier *t, const char *text,
    struct answered *out)
{
	char codes[ANSWER_CODES][ANSWER_CODE + 1];
	size_t n = answer_codes(text, codes);
	int64_t newest = index_version(tx);
	enum outcome how = NOT_FOUND;

	for (size_t i = 0; i < n && how == NOT_FOUND; i++) {
		how = find_one(tx, t, codes[i], newest, out);
		if (how == NOT_FOUND && newest > 1)
			how = find_one(tx, t, codes[i], newest - 1, out);
	}
	return how;
}

enum outcome
alert_of_code(struct tx *tx, const char *channel, const char *from,
    const char *text, struct answered *out)
{
	const struct context *c = tx_context(tx);
	unsigned char digest[BLIND_SIZE];
	struct trier t = {Q_DELIVERY_OF_CODE, V_BLOB(digest, sizeof(digest))};
	int64_t now = clock_now();
	enum outcome how;

	how = address_digest(tx, channel, from, digest);
	if (how != OK)
		return how;
	if (tx_number(tx, Q_ADDRESS_TRIES, 0,
		ARGS(t.from, V_INT(now - HOUR))) >= c->conf->answer_tries)
		return REFUSED;
	how = find_code(tx, &t, text, out);
	if (how == NOT_FOUND)
		(void)tx_exec(tx, Q_ADDRESS_TRIED,
		    ARGS(t.from, V_INT(now - HOUR), V_INT(now)));
	return how;
}

enum outcome
alert_of_spoken(struct tx *tx, const char *member_id, const char *text,
    struct answered *out)
{
	struct trier t = {Q_DELIVERY_OF_SPOKEN, V_TEXT(member_id)};

	return find_code(tx, &t, text, out);
}
