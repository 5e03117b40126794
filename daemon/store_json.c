#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "context.h"
#include "log.h"
#include "store_parts.h"

#define OFFSET_VIETNAM 420

int64_t
tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n)
{
	struct rows *r = tx_query(tx, q, v, n);

	if (rows_next(r) && !row_is_null(r, 0))
		what = row_int(r, 0);
	if (rows_end(r) != OK)
		tx->broken = true;
	return what;
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool
ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && strcmp(s + n - m, with) == 0;
}

static json_t *
instant(int64_t ms, int offset)
{
	char text[INSTANT_SIZE];

	instant_format(text, ms, offset);
	return json_string(text);
}

static json_t *
number(const char *name, int64_t n, int offset)
{
	if (starts(name, "is_"))
		return json_boolean(n != 0);
	if (ends(name, "_at"))
		return instant(n, offset);
	return json_integer(n);
}

/* NULL, and the tx is broken, if it cannot be shown. */
static json_t *
column(struct rows *r, int i, int offset)
{
	const char *name = sqlite3_column_name(r->stmt, i);
	json_t *j = NULL;

	switch (sqlite3_column_type(r->stmt, i)) {
	case SQLITE_INTEGER:
		j = number(name, row_int(r, i), offset);
		break;
	case SQLITE_FLOAT:
		j = json_real(sqlite3_column_double(r->stmt, i));
		break;
	case SQLITE_TEXT:
		j = ends(name, "_json")
			? json_loads(row_text(r, i), JSON_DECODE_ANY, NULL)
			: json_string(row_text(r, i));
		break;
	default:
		fatal("bytes in a list column=%s", name);
	}
	if (j == NULL) {
		log_error("stored text damaged column=%s", name);
		r->tx->broken = true;
	}
	return j;
}

static json_t *
object(struct rows *r)
{
	const struct context *c = r->tx->store->context;
	int offset = c != NULL && c->calendar != NULL
			 ? calendar_offset_min(c->calendar)
			 : OFFSET_VIETNAM;
	json_t *o = json_object();

	for (int i = 0; i < sqlite3_column_count(r->stmt); i++) {
		const char *name = sqlite3_column_name(r->stmt, i);
		size_t len = strlen(name);
		json_t *j;

		if (row_is_null(r, i))
			continue;
		if (ends(name, "_json"))
			len -= strlen("_json");
		j = column(r, i, offset);
		if (j != NULL) {
			char *key = xstrndup(name, len);

			json_object_set_new(o, key, j);
			free(key);
		}
	}
	return o;
}

json_t *
tx_list(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	struct rows *r = tx_query(tx, q, v, n);
	json_t *list = json_array();

	while (rows_next(r))
		json_array_append_new(list, object(r));
	if (rows_end(r) != OK)
		tx->broken = true;
	return list;
}

json_t *
tx_object(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	struct rows *r = tx_query(tx, q, v, n);
	json_t *o = rows_next(r) ? object(r) : NULL;

	if (rows_end(r) != OK)
		tx->broken = true;
	return o;
}
