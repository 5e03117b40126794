#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clocks.h"
#include "context.h"
#include "log.h"
#include "meta.h"
#include "procedure_check.h"

/* More differences than that are another procedure. */
#define DIFFERENCES_MAX 200

/* {what, from, to}; what was not there, or is no more, is left out. */
static void
put_difference(json_t *list, const char *what, json_t *from, json_t *to)
{
	if (json_equal(from, to) || json_array_size(list) >= DIFFERENCES_MAX)
		return;
	json_array_append_new(list, json_pack("{s:s, s:O*, s:O*}", "what", what,
					"from", from, "to", to));
}

static json_t *
differences(json_t *from, json_t *to)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach(from, key, value)
	{
		put_difference(list, key, value, json_object_get(to, key));
	}
	json_object_foreach(to, key, value)
	{
		if (json_object_get(from, key) == NULL)
			put_difference(list, key, NULL, value);
	}
	return list;
}

/* What is compared: where it is kept, and the event that tells of a change. */
struct rules {
	const char *name;
	json_t *now; /* {"name", "rules": {...}} */
};

static const char *
name_of(const json_t *kept)
{
	return json_string_value(json_object_get(kept, "name"));
}

static enum outcome
record(struct tx *tx, const struct rules *r, const json_t *was)
{
	bool is_first = was == NULL;
	char *act = xasprintf("%s.%s", r->name, is_first ? "first" : "changed");
	enum outcome how;

	log_info("rules in force are others what=%s", r->name);
	how = audit_add(
	    tx, &(struct happening){
		    .actor = &audit_system,
		    .act = act,
		    .object_kind = r->name,
		    .object_id = name_of(r->now),
		    .detail = json_pack("{s:s*, s:s, s:o*}", "from",
			name_of(was), "to", name_of(r->now), "differences",
			is_first ? NULL
				 : differences(json_object_get(was, "rules"),
				       json_object_get(r->now, "rules"))),
		});
	free(act);
	return how;
}

/* *changed: these are not the first rules, and not the last ones. */
static enum outcome
adopt(struct tx *tx, const struct rules *r, bool *changed)
{
	char *key = xasprintf("rules_%s", r->name);
	char *was = meta_text(tx, key);
	char *now = json_dumps(r->now, JSON_COMPACT | JSON_SORT_KEYS);
	json_t *old = was == NULL ? NULL : json_loads(was, 0, NULL);
	enum outcome how = OK;

	if (was == NULL || strcmp(was, now) != 0) {
		how = record(tx, r, old);
		if (how == OK)
			how = meta_put_text(tx, key, now);
		*changed = was != NULL;
	}
	json_decref(old);
	free(now);
	free(was);
	free(key);
	return how;
}

static json_t *
kept(const char *name, json_t *rules)
{
	return json_pack("{s:s, s:o}", "name", name, "rules", rules);
}

enum outcome
rules_adopt(struct tx *tx)
{
	const struct context *c = tx_context(tx);
	const struct rules list[] = {
	    {"procedure", kept(procedure_name(c->procedure),
			      procedure_rules(c->procedure))},
	    {"calendar", kept("calendar", calendar_rules(c->calendar))},
	};
	bool changed[NELEM(list)] = {false};
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(list); i++) {
		if (how == OK)
			how = adopt(tx, &list[i], &changed[i]);
		json_decref(list[i].now);
	}
	if (how == OK && changed[0])
		how = clocks_review_people(tx);
	return how == OK && changed[1] ? clocks_recount(tx) : how;
}
