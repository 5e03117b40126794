#include "case_known.h"

#include <string.h>

#include "case_view.h"

static bool
is_over(const json_t *one)
{
	return json_object_get(one, "closed_at") != NULL;
}

/* Closed as untrue. */
static bool
is_unfounded(const json_t *one)
{
	const char *reason =
	    json_string_value(json_object_get(one, "close_reason"));

	return is_over(one) && reason != NULL &&
	       (strcmp(reason, "unfounded") == 0 ||
		   strcmp(reason, "malicious") == 0);
}

struct known
case_known(struct tx *tx, const struct case_row *c, const struct subject *by)
{
	json_t *list = tx_list(tx, Q_VIEW_DUPLICATES, ARGS(V_TEXT(c->file)));
	struct known k = {json_array(), json_array(), 0};
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "id"));

		if (!case_may_know(tx, by, id))
			continue;
		json_object_del(one, "id");
		if (is_unfounded(one))
			k.unfounded++;
		else
			json_array_append(
			    is_over(one) ? k.earlier : k.duplicates, one);
	}
	json_decref(list);
	return k;
}

void
known_done(struct known *k)
{
	json_decref(k->duplicates);
	json_decref(k->earlier);
}

bool
known_any(const struct known *k)
{
	return k->unfounded > 0 || json_array_size(k->duplicates) > 0 ||
	       json_array_size(k->earlier) > 0;
}

bool
case_is_count(struct tx *tx, const char *case_id)
{
	return tx_number(tx, Q_CASE_IS_COUNT, 0, ARGS(V_TEXT(case_id))) > 0;
}
