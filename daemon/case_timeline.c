#include "case_timeline.h"

#include <string.h>

#include "case_known.h"
#include "case_open.h"
#include "case_view.h"

/* What by may see of the events, asked once. */
struct sight {
	const struct case_row *c;
	const struct subject *by;
	bool acts, bars, readers, has_duplicates;
};

static struct sight
sight_of(struct tx *tx, const struct case_row *c, const struct subject *by)
{
	struct known k = case_known(tx, c, by);
	struct sight s = {.c = c, .by = by};
	struct object o;

	case_object(tx, c, by, &o);
	s.acts = allow(by, ACTION_case_read, &o, SEE_narrative);
	s.bars = allow(by, ACTION_case_read, &o, SEE_bars);
	s.readers = by->kind == BY_ADMIN ||
		    allow(by, ACTION_case_readers, &o, SEE_thing);
	s.has_duplicates = known_any(&k);
	known_done(&k);
	return s;
}

/* The row an event is about: an act, an alert with its deliveries. */
static void
add_object(struct tx *tx, json_t *e, bool sealed)
{
	const char *kind = json_string_value(json_object_get(e, "object_kind"));
	const char *id = json_string_value(json_object_get(e, "object_id"));
	const char *act = json_string_value(json_object_get(e, "act"));

	if (strcmp(kind, "act") == 0) {
		json_object_set_new(
		    e, "done", tx_object(tx, Q_VIEW_ACT, ARGS(V_TEXT(id))));
		if (sealed)
			json_object_update_new(e,
			    json_pack("{s:o*}", "body", case_open_act(tx, id)));
	} else if (strcmp(act, "alert.raised") == 0) {
		json_object_set_new(
		    e, "alert", tx_object(tx, Q_VIEW_ALERT, ARGS(V_TEXT(id))));
		json_object_set_new(e, "deliveries",
		    tx_list(tx, Q_VIEW_DELIVERIES, ARGS(V_TEXT(id))));
	}
}

/* Does an event tell of another case, or of who is kept away? */
static bool
is_hidden(struct tx *tx, const json_t *e, const struct sight *s)
{
	const char *act = json_string_value(json_object_get(e, "act"));
	const char *other = json_string_value(
	    json_object_get(json_object_get(e, "detail"), "other"));

	if (!s->bars && strncmp(act, "bar.", 4) == 0)
		return true;
	if (other == NULL)
		return false;
	return !case_may_know(tx, s->by, other) ||
	       (strcmp(act, "case.possible_duplicate") == 0 &&
		   case_is_count(tx, other));
}

static void
add_event(
    struct tx *tx, json_t *e, const struct sight *s, bool sealed, json_t *out)
{
	case_hide_rule(json_object_get(e, "detail"), "why", s->has_duplicates);
	json_object_set(e, "at", json_object_get(e, "happened_at"));
	json_object_del(e, "happened_at");
	add_object(tx, e, sealed);
	json_array_append(out, e);
}

static int64_t
seq_of(const json_t *e)
{
	return json_integer_value(json_object_get(e, "seq"));
}

/* One event more than fits tells that there is a next page. */
json_t *
case_timeline_json(struct tx *tx, const struct case_row *c,
    const struct subject *by, struct timeline_page *page)
{
	const struct sight s = sight_of(tx, c, by);
	json_t *out = json_array(), *list, *e;
	int64_t after =
	    page->is_newest && page->after == 0 ? INT64_MAX : page->after;
	size_t i, n, limit = (size_t)page->limit;

	page->next = 0;
	do {
		list = tx_list(tx,
		    page->is_newest ? Q_VIEW_EVENTS_BACK : Q_VIEW_EVENTS,
		    ARGS(V_TEXT(c->id), V_INT(after), V_INT(s.readers),
			V_TEXT(by->id), V_INT(page->until),
			V_INT(page->limit + 1)));
		n = json_array_size(list);
		json_array_foreach(list, i, e)
		{
			if (is_hidden(tx, e, &s))
				continue;
			if (json_array_size(out) < limit) {
				add_event(
				    tx, e, &s, page->is_opened && s.acts, out);
			} else {
				page->next = seq_of(json_array_get(
				    out, json_array_size(out) - 1));
				break;
			}
		}
		if (n > 0)
			after = seq_of(json_array_get(list, n - 1));
		json_decref(list);
	} while (page->next == 0 && n > limit);
	return out;
}
