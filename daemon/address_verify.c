#include "address_verify.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "duty.h"
#include "keyring.h"

#define KIND "verify_address"

/* A clock that never fires: only to be open until it is answered. */
static enum outcome
add_clock(struct tx *tx, const char *item, char id[ID_SIZE])
{
	int64_t now = clock_now();
	enum outcome how = alarm_over(tx, KIND, item);

	if (how != OK)
		return how;
	id_new(id);
	how = tx_exec(tx, Q_NEWS_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_NULL, V_TEXT(KIND),
		V_TEXT("alarm"), V_TEXT(item), V_TEXT("-"), V_INT(now),
		V_INT(now), V_INT(0)));
	return how == OK
		   ? tx_exec(tx, Q_CLOCK_PUT_OFF, ARGS(V_TEXT(id), V_NULL))
		   : how;
}

/* Only what a delivery needs: id and channel. */
static enum outcome
get_address(struct tx *tx, const char *id, struct address *a, char *channel)
{
	struct rows *rows = tx_query(tx, Q_ADDRESS_GET, ARGS(V_TEXT(id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	*a = (struct address){.channel = channel};
	snprintf(a->id, sizeof(a->id), "%s", id);
	if (is_there)
		row_copy(channel, CHANNEL_SIZE, rows, 0);
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
address_send_code(struct tx *tx, const struct person *p, const char *id)
{
	char clock[ID_SIZE], channel[CHANNEL_SIZE];
	struct alert a = {
	    .clock_id = clock, .kind = KIND, .round = 1, .due_at = clock_now()};
	struct address to;
	enum outcome how = get_address(tx, id, &to, channel);

	if (how == OK)
		how = add_clock(tx, id, clock);
	return how == OK ? alert_raise_at(tx, &a, p, &to) : how;
}

/* Wrong codes of the last hour, counted as those of replies are. */
static bool
is_throttled(struct tx *tx, const char *id, int64_t now)
{
	return tx_number(tx, Q_ADDRESS_ID_TRIES, 0,
		   ARGS(V_TEXT(id), V_INT(now - HOUR))) >=
	       tx_context(tx)->conf->answer_tries;
}

static enum outcome
find_delivery(
    struct tx *tx, const char *id, const char *code, struct answered *out)
{
	char codes[ANSWER_CODES][ANSWER_CODE + 1];
	unsigned char hash[HASH_SIZE];
	struct rows *rows;
	bool is_there;
	enum outcome how;

	*out = (struct answered){.who = {.kind = BY_LINK}};
	if (answer_codes(code, codes) != 1)
		return NOT_FOUND;
	answer_code_hash(&tx_context(tx)->blind, codes[0], hash);
	rows = tx_query(tx, Q_DELIVERY_OF_ADDRESS,
	    ARGS(V_TEXT(id), V_BLOB(hash, sizeof(hash)), V_INT(clock_now())));
	is_there = rows_next(rows);
	if (is_there) {
		row_copy(out->who.id, ID_SIZE, rows, 0);
		row_copy(out->alert_id, ID_SIZE, rows, 1);
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
address_take_code(struct tx *tx, const char *id, const char *code)
{
	int64_t now = clock_now();
	struct answered found;
	struct ack k = {.by = &found.who, .how = "code", .acted_at = now};
	enum outcome how;

	if (is_throttled(tx, id, now))
		return REFUSED;
	how = find_delivery(tx, id, code, &found);
	if (how == OK)
		how = alert_ack(tx, found.alert_id, &k);
	if (how == NOT_FOUND)
		(void)tx_exec(tx, Q_ADDRESS_ID_TRIED,
		    ARGS(V_TEXT(id), V_INT(now - HOUR), V_INT(now)));
	return how;
}

enum outcome
address_answered(struct tx *tx, const struct delivery *d)
{
	const struct value args[] = {V_TEXT(d->address_id), V_INT(clock_now())};
	bool is_new = tx_number(tx, Q_ADDRESS_UNVERIFIED, 0, args, 1) > 0;
	enum outcome how =
	    perhaps(tx_exec(tx, Q_ADDRESS_PROVED, args, NELEM(args)));

	if (how != OK || !is_new)
		return how;
	return audit_add(tx,
	    &(struct happening){
		.actor = &audit_system,
		.act = "address.verified",
		.object_kind = "address",
		.object_id = d->address_id,
		.detail = json_pack("{s:s, s:s, s:s}", "channel", d->channel,
		    "who", person_id(&d->person), "how", "code"),
	    });
}

enum outcome
address_gone(struct tx *tx, const struct delivery *d)
{
	enum outcome how = tx_exec(tx, Q_ADDRESS_GONE,
	    ARGS(V_TEXT(d->address_id), V_INT(clock_now())));

	if (how != OK)
		return how == NOT_FOUND ? OK : how; /* removed meanwhile */
	how = audit_add(tx, &(struct happening){
				.actor = &audit_system,
				.act = "address.gone",
				.object_kind = "address",
				.object_id = d->address_id,
				.detail = json_pack("{s:s, s:s}", "channel",
				    d->channel, "who", person_id(&d->person)),
			    });
	return how == OK && d->person.member_id[0] != '\0'
		   ? duty_tell(tx, "alarm_address_gone", d->person.member_id)
		   : how;
}
