#include "meta.h"

#include <stdio.h>
#include <stdlib.h>

char *
meta_text(struct tx *tx, const char *name)
{
	struct rows *r =
	    tx_query(tx, Q_META_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(name)));
	char *text = rows_next(r) ? xstrdup(row_text(r, 0)) : NULL;

	(void)rows_end(r); /* a job that could not read is not committed */
	return text;
}

enum outcome
meta_put_text(struct tx *tx, const char *name, const char *text)
{
	return tx_exec(tx, Q_META_SET,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(name), V_TEXT(text)));
}

int64_t
meta_number(struct tx *tx, const char *name, int64_t what)
{
	char *text = meta_text(tx, name);
	int64_t n = what;

	if (text != NULL)
		(void)number_parse(text, INT64_MIN, INT64_MAX, &n);
	free(text);
	return n;
}

enum outcome
meta_put(struct tx *tx, const char *name, int64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	return meta_put_text(tx, name, text);
}
