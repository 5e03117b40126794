/* News for a member's page: that there is something, never what. */
#include <string.h>

#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "news.h"

/*
 * GET /v1/events?once=yes: an event stream (HTML 9.2).  "changed": ask again;
 * "beat": what you have is still so.  Both carry our clock and nothing else.
 */
enum outcome
events_get(struct tx *tx, const struct request *r, struct response *a)
{
	char mark[MARK_SIZE], now[INSTANT_SIZE];
	const char *once = request_query(r, "once");
	bool is_new;
	enum outcome how = news_mark(tx, &r->subject, mark);

	if (how != OK)
		return answer_outcome(a, how);
	if (once != NULL && strcmp(once, "yes") != 0)
		return answer_problem(a, "invalid_query");
	is_new = strcmp(mark, r->mark) != 0;
	instant_format(
	    now, clock_now(), (int)tx_context(tx)->conf->utc_offset_min);
	/* A proxy must not keep it until there is more. */
	answer_header(a, "X-Accel-Buffering", "no");
	return answer_news(a, once == NULL ? mark : "",
	    xasprintf("event: %s\ndata: {\"now\":\"%s\"}\n\n",
		is_new ? "changed" : "beat", now));
}
