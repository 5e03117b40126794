/* What came of an attempt, and what people answer. */
#include "address_verify.h"
#include "alert.h"
#include "audit.h"
#include "channels.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "log.h"
#include "outbox_jobs.h"
#include "referral_transfer.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum outcome
audit_delivery(struct tx *tx, const struct delivery *d, const char *act,
    const struct delivery_result *r)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = act,
		    .object_kind = "delivery",
		    .object_id = d->id,
		    .case_id = d->case_id[0] ? d->case_id : NULL,
		    .detail = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}",
			"alert", d->alert_id, "channel", d->channel, "who",
			person_id(&d->person), "result", result_word(r->result),
			"code", (json_int_t)r->code, "attempts",
			(json_int_t)d->attempts),
		});
}

/* An old lease's answer: the record shows it, the row does not move. */
static enum outcome
take_late(
    struct tx *tx, const struct delivery *d, const struct delivery_result *r)
{
	log_info("late result ignored delivery=%s epoch=%lld result=%s", d->id,
	    (long long)r->epoch, result_word(r->result));
	return audit_delivery(tx, d, "delivery.late_result", r);
}

/* The address is no more, not the message or the channel at fault. */
static bool
is_gone(
    struct tx *tx, const struct delivery *d, const struct delivery_result *r)
{
	return r->result == RESULT_PERMANENT &&
	       channels_is_gone(tx_context(tx)->channels, d->channel, r->code);
}

static struct verdict
judge(struct tx *tx, const struct delivery *d, const struct delivery_result *r)
{
	const struct conf *c = tx_context(tx)->conf;
	struct delivery_limits limits = {
	    c->send_attempts, c->backoff_first, c->backoff_max};
	struct attempt a = {
	    .result = r->result,
	    .now = clock_now(),
	    .number = d->attempts,
	    .retry_after_ms = r->retry_after_ms,
	    .is_widened = d->is_widened,
	    .is_last = !is_gone(tx, d, r) && !delivery_has_next(tx, d),
	    .random = random_below(UINT32_MAX),
	};

	return delivery_judge(&limits, &a);
}

/* A channel that fails its probe is down: those who can mend it must know. */
static enum outcome
tell_breaker(struct tx *tx, const char *channel, int64_t was, int64_t is)
{
	if (was == 0 && is != 0)
		log_warn("breaker opens channel=%s", channel);
	else if (was != 0 && is == 0)
		log_info("breaker closes channel=%s", channel);
	if (was != 0 && is == 0)
		return alarm_over(tx, "alarm_channel_down", channel);
	return was != 0 && is > was
		   ? alarm_raise(tx, "alarm_channel_down", channel)
		   : OK;
}

static enum outcome
turn_breaker(struct tx *tx, const struct delivery *d, enum result result)
{
	const struct conf *c = tx_context(tx)->conf;
	struct breaker_limits limits = {c->breaker_failures, c->breaker_pause};
	struct channel_row *list = NULL;
	struct breaker b = {0};
	int64_t was;
	size_t n = 0;
	enum outcome how = channel_rows(tx, &list, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, d->channel) == 0)
			b = list[i].breaker;
	free(list);
	if (how != OK)
		return how;
	was = b.open_until_at;
	breaker_result(&limits, &b, result, clock_now());
	how = tx_exec(tx, Q_CHANNEL_BREAKER,
	    ARGS(V_TEXT(c->ward), V_TEXT(d->channel), V_INT(b.failures),
		V_INT(b.open_until_at)));
	return how == OK ? tell_breaker(tx, d->channel, was, b.open_until_at)
			 : how;
}

/* Those who left with this one fare as it does. */
static enum outcome
widen_one(struct tx *tx, const struct delivery *one)
{
	return one->is_widened ? OK : delivery_widen(tx, one, true);
}

static enum outcome
widen(struct tx *tx, const struct delivery *d)
{
	enum outcome how = delivery_widen(tx, d, true);

	if (how == OK && strcmp(d->digest, d->id) == 0)
		how = digest_walk(tx, d, widen_one);
	return how;
}

static enum outcome
write_result(struct tx *tx, const struct delivery *d,
    const struct delivery_result *r, const struct verdict *v)
{
	char text[64];
	bool is_done = r->result == RESULT_ACCEPTED;
	struct value at = is_done ? V_INT(clock_now()) : V_NULL;
	enum outcome how;

	snprintf(text, sizeof(text), "%s %lld", result_word(r->result),
	    (long long)r->code);
	how = tx_exec(tx, Q_DELIVERY_RESULT,
	    ARGS(V_TEXT(d->id), V_TEXT(v->state), V_INT0(v->next_at),
		V_TEXT(text), r->ref[0] ? V_TEXT(r->ref) : V_NULL, at));
	if (how != OK || strcmp(v->state, "waiting") == 0 ||
	    strcmp(d->digest, d->id) != 0)
		return how;
	return perhaps(tx_exec(tx, Q_DIGEST_RESULT,
	    ARGS(V_TEXT(d->id), V_TEXT(v->state), V_TEXT(text), at)));
}

static const char *
word_for(const struct verdict *v, enum result r)
{
	if (r == RESULT_ACCEPTED)
		return "delivery.accepted";
	return strcmp(v->state, "refused") == 0 || v->widens
		   ? "delivery.refused"
		   : NULL;
}

/* A 2xx of another hotlined is its word; of others it says nothing. */
static enum outcome
called(struct tx *tx, const struct delivery *d)
{
	return channels_is_call(tx_context(tx)->channels, d->channel)
		   ? transfer_delivered(tx, d)
		   : OK;
}

/* A refusal is about the address, if that is no more, else the channel. */
static enum outcome
refused(struct tx *tx, const struct delivery *d,
    const struct delivery_result *r, const struct verdict *v)
{
	if (is_gone(tx, d, r))
		return address_gone(tx, d);
	return strcmp(v->state, "refused") == 0
		   ? alarm_raise(tx, "alarm_channel_refused", d->channel)
		   : OK;
}

enum outcome
outbox_record(struct tx *tx, const struct delivery_result *r)
{
	struct delivery d;
	struct verdict v;
	const char *word;
	enum outcome how = delivery_get(tx, r->id, &d);

	if (how == NOT_FOUND) {
		log_warn("result for no delivery");
		return OK;
	}
	if (how != OK)
		return how;
	if (!d.is_leased || d.epoch != r->epoch)
		return take_late(tx, &d, r);
	v = judge(tx, &d, r);
	how = r->is_ours ? OK : turn_breaker(tx, &d, r->result);
	if (how == OK && v.widens)
		how = widen(tx, &d);
	if (how == OK)
		how = refused(tx, &d, r, &v);
	if (how == OK)
		how = write_result(tx, &d, r, &v);
	if (how == OK && r->result == RESULT_ACCEPTED)
		how = called(tx, &d);
	word = word_for(&v, r->result);
	if (!r->is_told)
		log_info("delivery tried delivery=%s alert=%s channel=%s"
			 " attempt=%lld result=%s code=%lld",
		    d.id, d.alert_id, d.channel, (long long)d.attempts,
		    result_word(r->result), (long long)r->code);
	return how == OK && word != NULL ? audit_delivery(tx, &d, word, r)
					 : how;
}

/* Nobody's business what it said; that it came is. */
static enum outcome
audit_wrong(struct tx *tx, const char *channel)
{
	return audit_add(tx, &(struct happening){
				 .actor = &audit_system,
				 .act = "answer.ignored",
				 .object_kind = "channel",
				 .object_id = channel,
				 .detail = json_pack("{s:s}", "why", "unknown"),
			     });
}

enum outcome
outbox_answer(
    struct tx *tx, const char *channel, const char *from, const char *text)
{
	struct answered found;
	struct ack k = {
	    .by = &found.who,
	    .how = "code",
	    .acted_at = clock_now(),
	    .evidence = "code",
	};
	enum outcome how = alert_of_code(tx, channel, from, text, &found);

	if (how == OK)
		how = alert_ack(tx, found.alert_id, &k);
	if (how == NOT_FOUND)
		return audit_wrong(tx, channel);
	if (how != REFUSED)
		return how == CONFLICT ? OK : how;
	/* Not audited: who may not try any more must not fill the chain. */
	log_warn("answers throttled channel=%s", channel);
	return OK;
}
