#include "meta.h"

#include <stdio.h>

int64_t
meta_number(struct tx *tx, const char *name, int64_t what)
{
	struct rows *r =
	    tx_query(tx, Q_META_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(name)));
	int64_t n = what;

	if (rows_next(r))
		(void)number_parse(row_text(r, 0), INT64_MIN, INT64_MAX, &n);
	(void)rows_end(r);
	return n;
}

enum outcome
meta_put(struct tx *tx, const char *name, int64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	return tx_exec(tx, Q_META_SET,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(name), V_TEXT(text)));
}
