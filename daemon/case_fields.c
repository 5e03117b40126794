#include "case_fields.h"

#include <string.h>

/* Lists of a case, and the members of its notifications, by field. */
static const struct {
	const char *list;
	enum case_field field;
} lists[] = {
    {"children", SEE_child},
    {"bars", SEE_bars},
    {"documents", SEE_documents},
};
/* The body of Mau 01, at any depth of copies and follow-ups. */
static const struct {
	const char *member;
	enum case_field field;
} parts[] = {
    {"children", SEE_child},
    {"alleged", SEE_alleged},
    {"narrative", SEE_narrative},
    {"actions_taken", SEE_narrative},
    {"text", SEE_narrative},
};

struct view {
	const struct subject *by;
	const struct object *o;
};

static bool
sees(const struct view *v, enum case_field f)
{
	return allow(v->by, ACTION_case_read, v->o, f);
}

static void
hide_parts(json_t *body, const struct view *v)
{
	/* Asked for apart, with a reason. */
	json_object_del(body, "informant");
	for (size_t i = 0; i < NELEM(parts); i++)
		if (!sees(v, parts[i].field))
			json_object_del(body, parts[i].member);
}

/* Follow-ups, or notifications with theirs: {body, updates}. */
static void
hide_news(json_t *list, const struct view *v)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *n = json_array_get(list, i);

		hide_parts(json_object_get(n, "body"), v);
		json_object_del(n, "informant");
	}
}

static void
hide_notifications(json_t *list, const struct view *v)
{
	hide_news(list, v);
	for (size_t i = 0; i < json_array_size(list); i++)
		hide_news(
		    json_object_get(json_array_get(list, i), "updates"), v);
}

static void
hide_persons(json_t *persons, const struct view *v)
{
	size_t i = json_array_size(persons);

	while (i-- > 0) {
		const char *role = json_string_value(
		    json_object_get(json_array_get(persons, i), "role"));
		bool is_alleged = role != NULL && strcmp(role, "alleged") == 0;

		if (!sees(v, is_alleged ? SEE_alleged : SEE_persons))
			json_array_remove(persons, i);
	}
}

void
case_fields_hide(json_t *full, const struct subject *by, const struct object *o)
{
	const struct view v = {by, o};

	for (size_t i = 0; i < NELEM(lists); i++)
		if (!sees(&v, lists[i].field))
			json_array_clear(json_object_get(full, lists[i].list));
	if (!sees(&v, SEE_facts))
		json_object_clear(json_object_get(full, "facts"));
	hide_persons(json_object_get(full, "persons"), &v);
	hide_notifications(json_object_get(full, "referrals"), &v);
}
