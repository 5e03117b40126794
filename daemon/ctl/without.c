#include "without.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_without.h"

/* The items of a list that the daemon has; NULL after saying why. */
static json_t *
fetch(const struct call *c, const char *path)
{
	struct call plain = {.socket = c->socket, .verb = c->verb};
	json_t *answer = NULL, *items = NULL;

	plain.fields = json_object();
	plain.path_args = json_array();
	if (call_send_to(&plain, "GET", path, &answer) == CTL_OK)
		items = json_incref(json_object_get(answer, "items"));
	json_decref(answer);
	call_done(&plain);
	return items;
}

static const char *
text(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s == NULL ? "" : s;
}

static bool
is_reachable(const json_t *row)
{
	return strcmp(text(row, "state"), "active") == 0 &&
	       json_integer_value(json_object_get(row, "addresses")) > 0;
}

/* Agencies are called by their kind: that text is the caller's. */
static json_t *
kinds_of(const json_t *agencies)
{
	json_t *kinds = json_array(), *row;
	size_t i;

	json_array_foreach(agencies, i, row)
	{
		json_array_append_new(
		    kinds, json_sprintf("outside:%s", text(row, "kind")));
	}
	return kinds;
}

static void
check(const struct procedure *p, const json_t *members, const json_t *agencies,
    struct faults *problems)
{
	size_t i, n = json_array_size(members) + json_array_size(agencies);
	struct body *list = xcalloc(n + 1, sizeof(*list));
	struct staff all = {list, 0};
	json_t *kinds = kinds_of(agencies), *row;

	json_array_foreach(members, i, row)
	{
		list[all.n++] = (struct body){text(row, "login"),
		    text(row, "roles"), text(row, "agency"), is_reachable(row)};
	}
	json_array_foreach(agencies, i, row)
	{
		list[all.n++] = (struct body){text(row, "code"),
		    json_string_value(json_array_get(kinds, i)), "",
		    is_reachable(row) && *text(row, "contact_on") != '\0'};
	}
	procedure_check_without(p, &all, problems);
	json_decref(kinds);
	free(list);
}

int
without_each(
    const struct call *c, const struct procedure *p, struct faults *problems)
{
	json_t *members = fetch(c, "/v1/admin/members"), *agencies = NULL;
	int rc = CTL_USAGE;

	if (members != NULL)
		agencies = fetch(c, "/v1/admin/agencies");
	if (agencies != NULL) {
		check(p, members, agencies, problems);
		rc = CTL_OK;
	}
	json_decref(members);
	json_decref(agencies);
	return rc;
}
