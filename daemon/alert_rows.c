#include "alert_rows.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "audit.h"
#include "channels.h"
#include "clock.h"
#include "clock_rows.h"
#include "contact.h"
#include "context.h"
#include "log.h"
#include "seal.h"

void
row_copy(char *to, size_t size, const struct rows *r, int column)
{
	text_copy(to, size, row_text(r, column));
}

static void
read_delivery(const struct rows *r, struct delivery *d)
{
	static const char open[] = "open";

	row_copy(d->id, sizeof(d->id), r, 0);
	row_copy(d->alert_id, sizeof(d->alert_id), r, 1);
	row_copy(d->person.member_id, sizeof(d->person.member_id), r, 2);
	row_copy(d->person.agency_id, sizeof(d->person.agency_id), r, 3);
	row_copy(d->channel, sizeof(d->channel), r, 4);
	row_copy(d->address_id, sizeof(d->address_id), r, 5);
	d->is_urgent = row_int(r, 6) != 0;
	d->is_widened = row_int(r, 7) != 0;
	d->attempts = row_int(r, 8);
	d->epoch = row_int(r, 9);
	row_copy(d->digest, sizeof(d->digest), r, 10);
	d->is_waiting = strcmp(row_text(r, 11), "waiting") == 0;
	d->is_leased = strcmp(row_text(r, 11), "leased") == 0;
	d->is_open = strcmp(row_text(r, 12), open) == 0;
	row_copy(d->clock_id, sizeof(d->clock_id), r, 13);
	row_copy(d->case_id, sizeof(d->case_id), r, 14);
	row_copy(d->order, sizeof(d->order), r, 15);
	d->next_at = row_int(r, 17);
	d->made_at = row_int(r, 18);
	d->queue = (enum queue)row_int(r, 19);
	d->is_stopped =
	    !row_is_null(r, 16) && strcmp(row_text(r, 16), "active") != 0;
}

enum outcome
delivery_get(struct tx *tx, const char *id, struct delivery *d)
{
	struct rows *r = tx_query(tx, Q_DELIVERY_GET, ARGS(V_TEXT(id)));
	bool is_there = rows_next(r);
	enum outcome how;

	*d = (struct delivery){0};
	if (is_there)
		read_delivery(r, d);
	how = rows_end(r);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
ids_read(struct rows *r, char (*list)[ID_SIZE], size_t max, size_t *n)
{
	*n = 0;
	while (*n < max && rows_next(r))
		row_copy(list[(*n)++], ID_SIZE, r, 0);
	return rows_end(r);
}

const char *
person_id(const struct person *p)
{
	return p->member_id[0] != '\0' ? p->member_id : p->agency_id;
}

void
person_subject(const struct person *p, struct subject *s)
{
	*s = (struct subject){
	    .kind = p->member_id[0] != '\0' ? BY_MEMBER : BY_AGENCY};
	snprintf(s->id, sizeof(s->id), "%s", person_id(p));
}

bool
delivery_is_barred(struct tx *tx, const char *case_id, const struct person *p)
{
	struct subject s;

	if (case_id == NULL || case_id[0] == '\0')
		return false;
	person_subject(p, &s);
	return case_is_barred(tx, case_id, &s);
}

/* Place of a channel in the rung's blank-separated order; after all if not. */
static int
place_in(const char *order, const char *channel)
{
	size_t len = strlen(channel);
	int place = 0;

	for (const char *s = order; *s != '\0'; place++) {
		size_t word = strcspn(s, " ");

		if (word == len && strncmp(s, channel, len) == 0)
			return place;
		s += word;
		s += strspn(s, " ");
	}
	return place;
}

static bool
is_usable(struct tx *tx, const char *alert_id, const struct address *a)
{
	const struct context *c = tx_context(tx);

	return channels_find(c->channels, a->channel) != NULL &&
	       contact_allows(tx, alert_id, a->text) &&
	       tx_number(tx, Q_DELIVERY_IS_THERE, 0,
		   ARGS(V_TEXT(alert_id), V_TEXT(a->id))) == 0;
}

/* The person's next address for this alert; false if there is none. */
static bool
next_address(struct tx *tx, const struct delivery *d, char id[ID_SIZE],
    char channel[CHANNEL_SIZE])
{
	struct address list[ADDRESSES_MAX];
	size_t n = people_addresses(tx, &d->person, list);
	int best = INT_MAX;

	for (size_t i = 0; i < n; i++) {
		int place = place_in(d->order, list[i].channel);

		if (place < best && is_usable(tx, d->alert_id, &list[i])) {
			best = place;
			memcpy(id, list[i].id, ID_SIZE);
			snprintf(channel, CHANNEL_SIZE, "%s", list[i].channel);
		}
		address_done(&list[i]);
	}
	return best != INT_MAX;
}

/*
 * Every round of a ladder makes a delivery, and none ever gives up: without
 * this a dead address would be tried ever more often.
 */
static enum outcome
supersede(struct tx *tx, const struct delivery *d, const char *id,
    const char *address)
{
	enum outcome how;

	if (d->queue == QUEUE_FIRST || d->queue == QUEUE_URGENT)
		return OK; /* the clock's first alert: there is none before */
	how = tx_exec(tx, Q_DELIVERY_SUPERSEDE,
	    ARGS(V_TEXT(address), V_TEXT(id), V_TEXT(d->clock_id)));
	if (how == OK)
		how = alert_digests_left(tx, NULL, d->clock_id);
	return perhaps(how);
}

/* Named after alert and address, later ones of an alert behind earlier. */
static void
name_delivery(
    struct tx *tx, const char *alert_id, const char *address, char id[ID_SIZE])
{
	int64_t n = tx_number(tx, Q_DELIVERY_COUNT, 0, ARGS(V_TEXT(alert_id)));
	unsigned char digest[HASH_SIZE];
	struct hash h;

	hash_init(&h);
	hash_add(&h, alert_id, strlen(alert_id));
	hash_add(&h, address, strlen(address));
	hash_end(&h, digest);
	id_derive(id, alert_id, (uint64_t)n, digest);
}

static enum outcome
add_delivery(struct tx *tx, const struct delivery *d, const char *address,
    const char *channel, char id[ID_SIZE])
{
	const struct conf *conf = tx_context(tx)->conf;
	int64_t now = clock_now();
	enum outcome how = perhaps(tx_exec(
	    tx, Q_CHANNEL_NEW, ARGS(V_TEXT(channel), V_TEXT(conf->ward))));

	if (how != OK)
		return how;
	name_delivery(tx, d->alert_id, address, id);
	return tx_exec(tx, Q_DELIVERY_ADD,
	    ARGS(V_TEXT(id), V_TEXT(conf->ward), V_TEXT(d->alert_id),
		d->person.member_id[0] ? V_TEXT(d->person.member_id) : V_NULL,
		d->person.agency_id[0] ? V_TEXT(d->person.agency_id) : V_NULL,
		V_TEXT(channel), V_TEXT(address), V_INT(d->is_urgent),
		V_INT(now),
		d->is_urgent ? V_INT(now + conf->accept_within) : V_NULL,
		V_INT(now + conf->link_life), V_INT(d->queue)));
}

enum outcome
delivery_call(struct tx *tx, const struct delivery *d)
{
	char id[ID_SIZE], address[ID_SIZE], channel[CHANNEL_SIZE];
	enum outcome how;

	if (!next_address(tx, d, address, channel))
		return NOT_FOUND;
	how = add_delivery(tx, d, address, channel, id);
	return how == OK ? supersede(tx, d, id, address) : how;
}

enum outcome
delivery_call_at(
    struct tx *tx, const struct delivery *d, const struct address *to)
{
	char id[ID_SIZE];
	enum outcome how = add_delivery(tx, d, to->id, to->channel, id);

	/* As if the next channel had joined in: none will. */
	return how == OK
		   ? tx_exec(tx, Q_DELIVERY_WIDENED, ARGS(V_TEXT(id), V_INT(1)))
		   : how;
}

bool
delivery_has_next(struct tx *tx, const struct delivery *d)
{
	char address[ID_SIZE], channel[CHANNEL_SIZE];

	return next_address(tx, d, address, channel) ||
	       tx_number(tx, Q_DELIVERY_LATER, 0,
		   ARGS(V_TEXT(d->alert_id), V_TEXT(d->id),
		       V_TEXT(person_id(&d->person)))) > 0;
}

/* Nothing reaches this person: call the next one, tell those who can mend. */
static enum outcome
unreachable(struct tx *tx, const struct delivery *d)
{
	struct clock_row k;
	enum outcome how;

	log_warn("person cannot be reached delivery=%s alert=%s", d->id,
	    d->alert_id);
	how = clock_hurry(tx, d->clock_id);
	if (how == OK)
		how = clock_get(tx, d->clock_id, &k);
	if (how != OK || is_alarm(&k))
		return how; /* an alarm about alarms would never end */
	return alarm_raise(tx, "alarm_address_dead", d->channel);
}

enum outcome
delivery_widen(struct tx *tx, const struct delivery *d, bool is_final)
{
	enum outcome how = delivery_call(tx, d);
	bool is_widened = how == OK || is_final;

	if (how == NOT_FOUND)
		how = is_final ? unreachable(tx, d) : OK;
	if (how != OK)
		return how;
	return tx_exec(
	    tx, Q_DELIVERY_WIDENED, ARGS(V_TEXT(d->id), V_INT(is_widened)));
}

enum outcome
delivery_cancel(struct tx *tx, const struct delivery *d, const char *why)
{
	enum outcome how =
	    tx_exec(tx, Q_DELIVERY_CANCEL, ARGS(V_TEXT(d->id), V_TEXT(why)));

	if (how == OK)
		how = alert_digests_left(tx, d->alert_id, NULL);
	if (how == OK)
		how = audit_add(
		    tx, &(struct happening){
			    .actor = &audit_system,
			    .act = "delivery.cancelled",
			    .object_kind = "delivery",
			    .object_id = d->id,
			    .case_id = d->case_id[0] ? d->case_id : NULL,
			    .detail = json_pack(
				"{s:s, s:s}", "alert", d->alert_id, "why", why),
			});
	if (how != OK ||
	    tx_number(tx, Q_DELIVERY_ALIVE, 0, ARGS(V_TEXT(d->alert_id))) > 0)
		return how;
	return clock_hurry(tx, d->clock_id);
}
