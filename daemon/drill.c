#include "drill.h"

#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "context.h"

#define KIND "drill"

enum outcome
drill_address(
    struct tx *tx, const struct person *p, const struct address *to, int *n)
{
	char clock[ID_SIZE];
	struct alert a = {
	    .clock_id = clock,
	    .kind = KIND,
	    .round = 1,
	    .is_drill = true,
	    .due_at = clock_now(),
	    .subject = to->channel,
	};
	int64_t until = a.due_at + tx_context(tx)->conf->drill_answer;
	enum outcome how;

	if (tx_number(tx, Q_DRILL_IS_OPEN, 0, ARGS(V_TEXT(to->id))) > 0)
		return OK;
	++*n;
	id_new(clock);
	how = tx_exec(tx, Q_NEWS_ADD,
	    ARGS(V_TEXT(clock), V_TEXT(tx_ward(tx)), V_NULL, V_TEXT(KIND),
		V_TEXT(KIND), V_TEXT(to->id), V_TEXT("-"), V_INT(until),
		V_INT(a.due_at), V_INT(0)));
	return how == OK ? alert_raise_at(tx, &a, p, to) : how;
}

enum outcome
drill_person(struct tx *tx, const struct person *p, int *n)
{
	struct address list[ADDRESSES_MAX];
	size_t all = people_addresses(tx, p, list);
	enum outcome how = OK;

	for (size_t i = 0; i < all; i++) {
		if (how == OK)
			how = drill_address(tx, p, &list[i], n);
		address_done(&list[i]);
	}
	return how;
}

bool
is_drill(const struct clock_row *k)
{
	return strcmp(k->news, KIND) == 0;
}

/* By which channel it went. */
static enum outcome
channel_of(struct tx *tx, const char *clock, char channel[CHANNEL_SIZE])
{
	struct rows *r = tx_query(tx, Q_DRILL_CHANNEL, ARGS(V_TEXT(clock)));

	channel[0] = '\0';
	if (rows_next(r))
		row_copy(channel, CHANNEL_SIZE, r, 0);
	return rows_end(r);
}

enum outcome
drill_unanswered(struct tx *tx, const struct clock_row *k)
{
	char channel[CHANNEL_SIZE];
	enum outcome how = channel_of(tx, k->id, channel);

	if (how == OK)
		how = tx_exec(tx, Q_CLOCK_END,
		    ARGS(V_TEXT(k->id), V_TEXT("dropped"), V_INT(clock_now()),
			V_NULL, V_INT(0)));
	if (how == OK)
		how = alerts_over(tx, k->id);
	if (how == OK)
		how = audit_add(
		    tx, &(struct happening){
			    .actor = &audit_system,
			    .act = "drill.unanswered",
			    .object_kind = "clock",
			    .object_id = k->id,
			    .detail = json_pack("{s:s}", "channel", channel),
			});
	return how == OK ? alarm_raise(tx, "alarm_drill_unanswered", channel)
			 : how;
}
