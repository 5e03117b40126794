/* Deliveries as rows: what alert*.c and outbox*.c share. */
#ifndef ALERT_ROWS_H
#define ALERT_ROWS_H

#include "people.h"
#include "store.h"

#define CHANNEL_SIZE 64

/* First alerts go ahead of repeats, so that a new case is heard of. */
enum queue {
	QUEUE_URGENT,
	QUEUE_URGENT_AGAIN,
	QUEUE_FIRST,
	QUEUE_AGAIN,
	QUEUE_DRILL,
	QUEUE_MAX
};

/* A delivery with what it must know of its alert. */
struct delivery {
	char id[ID_SIZE], alert_id[ID_SIZE], address_id[ID_SIZE];
	char digest[ID_SIZE]; /* "": none; its own id: it leads one */
	char clock_id[ID_SIZE];
	char case_id[ID_SIZE]; /* "": none */
	char channel[CHANNEL_SIZE];
	char order[256]; /* channels of the rung, "": the person's own */
	struct person person;
	enum queue queue;
	bool is_urgent, is_widened, is_open /* the alert */, is_stopped;
	bool is_waiting, is_leased;
	int64_t attempts, epoch, next_at, made_at;
};

enum outcome delivery_get(struct tx *tx, const char *id, struct delivery *d);
/*
 * Call a person about an alert on their next channel: the rung's channels
 * first, then their own order, none twice.  Only person, alert_id,
 * clock_id, order, queue and is_urgent of d are read.  NOT_FOUND: there is none left.
 */
enum outcome delivery_call(struct tx *tx, const struct delivery *d);
/*
 * Call them on this address, which need not be verified, and on no other; of d
 * alert_id, person and is_urgent are read, of the address id and channel.
 */
enum outcome delivery_call_at(
    struct tx *tx, const struct delivery *d, const struct address *to);
/* True if the person can be or was called on a further channel. */
bool delivery_has_next(struct tx *tx, const struct delivery *d);
/*
 * The next channel joins in.  If there is none and is_final: the ladder's next
 * person is called and an operator alarm raised.
 */
enum outcome
delivery_widen(struct tx *tx, const struct delivery *d, bool is_final);
/* To somebody barred or stopped meanwhile: it never leaves. */
enum outcome
delivery_cancel(struct tx *tx, const struct delivery *d, const char *why);
/* The person as allow() and bars see them. */
void person_subject(const struct person *p, struct subject *s);
bool
delivery_is_barred(struct tx *tx, const char *case_id, const struct person *p);
const char *person_id(const struct person *p);
/* A column's text, "" for NULL. */
void row_copy(char *to, size_t size, const struct rows *r, int column);
/* Up to n ids (first column) of a query into list; how many. */
enum outcome
ids_read(struct rows *r, char (*list)[ID_SIZE], size_t max, size_t *n);

#endif
