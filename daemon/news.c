#include "news.h"

#include <stdio.h>
#include <string.h>

#include "allow.h"
#include "people.h"

static bool
reads(const struct subject *by, struct object o)
{
	return allow(by, ACTION_case_read, &o, SEE_thing);
}

/* A row of two numbers and an id, behind what the mark has already. */
static enum outcome
add(struct rows *rows, char mark[MARK_SIZE])
{
	size_t n = strlen(mark);

	if (rows_next(rows))
		snprintf(mark + n, MARK_SIZE - n, "%lld.%lld.%s ",
		    (long long)row_int(rows, 0), (long long)row_int(rows, 1),
		    row_is_null(rows, 2) ? "" : row_text(rows, 2));
	return rows_end(rows);
}

enum outcome
news_mark(struct tx *tx, const struct subject *by, char mark[MARK_SIZE])
{
	const struct object plain = {0}, hidden = {.is_confidential = true},
			    held = {.is_holder = true, .is_confidential = true};
	enum outcome how;

	mark[0] = '\0';
	how = add(tx_query(tx, Q_NEWS_ALERTS,
		      ARGS(V_TEXT(by->id),
			  V_INT((by->roles & NEWS_ALL_ALERTS) != 0))),
	    mark);
	if (how != OK)
		return how;
	return add(tx_query(tx, Q_NEWS_CASES,
		       ARGS(V_TEXT(tx_ward(tx)), V_TEXT(by->id),
			   V_INT(reads(by, hidden)), V_INT(reads(by, plain)),
			   V_INT(reads(by, held)))),
	    mark);
}
