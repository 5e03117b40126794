/* Alarms, and news of cases: clocks of no step that climb until answered. */
#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "context.h"
#include "log.h"

static enum outcome
audit_news(struct tx *tx, const struct clock_row *k, const char *act)
{
	return audit_add(tx, &(struct happening){
				 .actor = &audit_system,
				 .act = act,
				 .object_kind = "clock",
				 .object_id = k->id,
				 .case_id = clock_case_id(k),
				 .detail = json_pack("{s:s, s:s}", "kind",
				     k->step, "subject", k->item),
			     });
}

/* It begins to call at that instant. */
static enum outcome
add_news(struct tx *tx, struct clock_row *k, int64_t at)
{
	const struct context *x = tx_context(tx);
	const struct ladder *l =
	    procedure_news_ladder(x->procedure, k->news, k->step);
	enum outcome how;

	id_new(k->id);
	how = tx_exec(tx, Q_NEWS_ADD,
	    ARGS(V_TEXT(k->id), V_TEXT(tx_ward(tx)), V_TEXT(clock_case_id(k)),
		V_TEXT(k->step), V_TEXT(k->news), V_TEXT(k->item),
		V_TEXT(procedure_name(x->procedure)), V_INT(at),
		V_INT(clock_now()), V_INT(ladder_is_urgent(l))));
	return how == OK ? audit_news(tx, k, "news.raised") : how;
}

/* Not before the last acknowledgement of the same has lost its hold. */
static int64_t
rings_at(struct tx *tx, const struct clock_row *k)
{
	const struct ladder *l =
	    procedure_news_ladder(tx_context(tx)->procedure, k->news, k->step);
	int64_t now = clock_now();
	int64_t acked = tx_number(
	    tx, Q_ALARM_ACKED_AT, 0, ARGS(V_TEXT(k->step), V_TEXT(k->item)));
	int64_t held = acked + ladder_ack_holds(l);

	return acked != 0 && held > now ? held : now;
}

static struct clock_row
alarm(const char *kind, const char *subject)
{
	struct clock_row k = {.news = "alarm"};

	snprintf(k.step, sizeof(k.step), "%s", kind);
	snprintf(k.item, sizeof(k.item), "%s", subject == NULL ? "" : subject);
	return k;
}

/* Each trial would give it another name: it waits for room. */
static bool
is_needless(struct tx *tx, const struct clock_row *k)
{
	return tx_is_trial(tx) ||
	       tx_number(tx, Q_ALARM_IS_OPEN, 0,
		   ARGS(V_TEXT(k->step), V_TEXT(k->item))) > 0;
}

enum outcome
alarm_raise(struct tx *tx, const char *kind, const char *subject)
{
	struct clock_row k = alarm(kind, subject);

	if (is_needless(tx, &k))
		return OK;
	log_warn("alarm kind=%s subject=%s", kind, k.item);
	return add_news(tx, &k, rings_at(tx, &k));
}

enum outcome
alarm_await(struct tx *tx, const char *kind, const char *subject, int64_t at)
{
	struct clock_row k = alarm(kind, subject);

	return is_needless(tx, &k) ? OK : add_news(tx, &k, at);
}

enum outcome
alarm_later(struct tx *tx, const char *kind, const char *subject, int64_t at)
{
	return tx_exec(
	    tx, Q_ALARM_LATER, ARGS(V_TEXT(kind), V_TEXT(subject), V_INT(at)));
}

enum outcome
alarm_over(struct tx *tx, const char *kind, const char *subject)
{
	char list[1][ID_SIZE];
	struct clock_row k;
	size_t n = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_ALARM_OPEN, ARGS(V_TEXT(kind), V_TEXT(subject))),
	    list, NELEM(list), &n);

	if (how != OK || n == 0)
		return how;
	how = clock_get(tx, list[0], &k);
	if (how == OK)
		how = tx_exec(tx, Q_CLOCK_END,
		    ARGS(V_TEXT(k.id), V_TEXT("dropped"), V_INT(clock_now()),
			V_NULL, V_INT(0)));
	if (how == OK)
		how = alerts_over(tx, k.id);
	return how == OK ? audit_news(tx, &k, "alarm.over") : how;
}

enum outcome
news_raise(struct tx *tx, const struct case_row *c, const char *ladder,
    const char *kind)
{
	struct clock_row k = {0};
	int64_t now = clock_now();
	enum outcome how = tx_exec(tx, Q_NEWS_AGAIN,
	    ARGS(V_TEXT(c->id), V_TEXT(kind), V_TEXT(ladder), V_INT(now)));

	if (how != NOT_FOUND)
		return how;
	snprintf(k.case_id, sizeof(k.case_id), "%s", c->id);
	snprintf(k.step, sizeof(k.step), "%s", kind);
	snprintf(k.news, sizeof(k.news), "%s", ladder);
	return add_news(tx, &k, now);
}

enum outcome
news_open(
    struct tx *tx, const char *case_id, const char *kind, const char *item)
{
	struct clock_row k = alarm(kind, item);

	if (case_id != NULL) {
		snprintf(k.news, sizeof(k.news), "news_lead");
		snprintf(k.case_id, sizeof(k.case_id), "%s", case_id);
	}
	return add_news(tx, &k, clock_now());
}
