/*
 * What the courier is told; P5: no words are ever made of a sealed field.  Only
 * a transfer to another ward's hotlined carries what was chosen to go there.
 */
#include "channels.h"
#include "clock.h"
#include "context.h"
#include "messages.h"
#include "outbox_jobs.h"
#include "procedure.h"
#include "receipts.h"
#include "referral_transfer.h"

#include <stdlib.h>
#include <string.h>

/* As much of a digest as one packet holds; it stands for all the same. */
#define CODES_SIZE 16384
#define LISTED_MAX 800
/* Where an id has its version, and what it is of a digest's message. */
#define VERSION_AT     14
#define DIGEST_VERSION '8'

struct letter {
	char *kind, *code, *step, *link;
	int64_t due_at;
	bool is_late, is_drill;
	int count; /* of alerts */
	json_t *alerts;
};

static void
letter_done(struct letter *l)
{
	free(l->kind);
	free(l->code);
	free(l->step);
	free(l->link);
	json_decref(l->alerts);
}

/* "N03 Name of the step", or the bare id if the procedure lost it. */
static char *
step_text(const struct context *c, const char *id)
{
	const struct step *s = procedure_step(c->procedure, id);

	return s == NULL
		   ? xstrdup(id)
		   : xasprintf("%s %s", id, step_name(s, c->conf->language));
}

/* The list of a day's receipts, if that is what it is about. */
static void
read_list(struct tx *tx, const struct delivery *d, struct letter *l)
{
	char *line = d->case_id[0] != '\0' ? NULL : receipts_line(tx, l->code);

	if (line == NULL)
		return;
	free(l->kind);
	free(l->code);
	l->kind = xstrdup("daily_list");
	l->code = line;
}

static enum outcome
read_single(struct tx *tx, const struct delivery *d, struct letter *l)
{
	struct rows *r = tx_query(tx, Q_DELIVERY_TEXT, ARGS(V_TEXT(d->id)));
	bool is_there = rows_next(r);
	enum outcome how;

	if (is_there) {
		const char *step = row_text(r, 4);

		l->count = 1;
		json_array_append_new(l->alerts, json_string(row_text(r, 0)));
		l->kind = xstrdup(row_text(r, 1));
		l->is_late = row_int(r, 2) != 0;
		l->code = xstrdup(row_text(r, 3));
		l->step = step ? step_text(tx_context(tx), step) : NULL;
		l->due_at = row_int(r, 5);
		l->is_drill = row_int(r, 6) != 0;
	}
	how = rows_end(r);
	if (how == OK && is_there)
		read_list(tx, d, l);
	return how == OK && !is_there ? NOT_FOUND : how;
}

static enum outcome
read_digest(struct tx *tx, const struct delivery *d, struct letter *l)
{
	struct buf codes = BUF_MAX(CODES_SIZE);
	struct rows *r = tx_query(tx, Q_DIGEST_ALERTS, ARGS(V_TEXT(d->id)));
	enum outcome how;

	while (rows_next(r)) {
		if (l->count++ < LISTED_MAX)
			json_array_append_new(
			    l->alerts, json_string(row_text(r, 0)));
		l->is_late = l->is_late || row_int(r, 1) != 0;
	}
	how = rows_end(r);
	if (how != OK)
		return how;
	r = tx_query(tx, Q_DIGEST_CODES, ARGS(V_TEXT(d->id)));
	while (rows_next(r))
		buf_addf(
		    &codes, "%s%s", codes.len > 0 ? ", " : "", row_text(r, 0));
	l->kind = xstrdup("digest");
	l->code = buf_take(&codes);
	return rows_end(r);
}

static json_t *
make(struct tx *tx, const struct letter *l, const char *answer)
{
	const struct context *c = tx_context(tx);
	int64_t now = clock_now();
	char *subject = NULL, *text = NULL;
	json_t *packet;
	struct alert_text t = {
	    .kind = l->kind,
	    .ward = c->conf->ward_name,
	    .code = l->code,
	    .step = l->step,
	    .left_ms = l->due_at == 0 ? 0 : l->due_at - now,
	    .is_late = l->is_late,
	    .is_drill = l->is_drill,
	    .count = l->count,
	    .answer = answer,
	    .link = l->link,
	};

	messages_make(c->messages, c->conf->language, &t, &subject, &text);
	packet = json_pack("{s:s, s:s, s:s*, s:O}", "subject", subject, "text",
	    text, "link", l->link, "alerts", l->alerts);
	free(subject);
	free(text);
	return packet;
}

/* To another hotlined: a call instead of words, if there is one to make. */
static void
add_call(struct tx *tx, const struct delivery *d, json_t *packet)
{
	if (channels_is_call(tx_context(tx)->channels, d->channel))
		json_object_update_new(
		    packet, json_pack("{s:o*}", "call", transfer_call(tx, d)));
}

/*
 * Its leader may have left alone before, from memory, with nothing written: a
 * receiver that drops what it knows must not drop the digest for it.
 */
static void
add_digest_id(const struct delivery *d, json_t *packet)
{
	char id[ID_SIZE];

	memcpy(id, d->id, sizeof(id));
	id[VERSION_AT] = DIGEST_VERSION;
	json_object_set_new(packet, "message", json_string(id));
}

json_t *
outbox_packet(struct tx *tx, const struct delivery *d, const char *to,
    const char *token_and_code[2])
{
	const char *url = tx_context(tx)->conf->public_url;
	struct letter l = {.alerts = json_array()};
	json_t *packet, *head;
	bool is_digest = strcmp(d->digest, d->id) == 0;
	enum outcome how =
	    is_digest ? read_digest(tx, d, &l) : read_single(tx, d, &l);

	if (how != OK) {
		letter_done(&l);
		return NULL;
	}
	if (url[0] != '\0')
		l.link = xasprintf("%s/a/%s", url, token_and_code[0]);
	packet = make(tx, &l, token_and_code[1]);
	head = json_pack("{s:s, s:s, s:I, s:s, s:s}", "do", "send", "id", d->id,
	    "epoch", (json_int_t)d->epoch, "channel", d->channel, "to", to);
	json_object_update_missing(packet, head);
	if (is_digest)
		add_digest_id(d, packet);
	add_call(tx, d, packet);
	json_decref(head);
	letter_done(&l);
	return packet;
}
