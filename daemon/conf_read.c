/* A group taken apart by a table of keys. */
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "conf_text.h"
#include "conf_tree.h"

#define NEAR 3

static const struct conf_key *
find_key(const struct conf_key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static void
unknown(const struct node *n, const struct conf_key *keys, size_t n_keys,
    struct faults *faults)
{
	const char *best = NULL;
	/* A name that shares no letter with it is no help. */
	size_t len = strlen(n->name), least = len <= NEAR ? len : NEAR + 1;

	for (size_t i = 0; i < n_keys; i++) {
		size_t d = name_distance(n->name, keys[i].name);

		if (d < least) {
			least = d;
			best = keys[i].name;
		}
	}
	if (best != NULL)
		node_fault(n, faults,
		    "unknown setting '%s' (did you mean '%s'?)", n->name, best);
	else
		node_fault(n, faults, "unknown setting '%s'", n->name);
}

/* Every element of a list is of one kind. */
static bool
all_of(const struct node *n, enum node_kind kind)
{
	for (const struct node *e = n->child; e != NULL; e = e->next)
		if (e->kind != kind)
			return false;
	return n->kind == NODE_LIST;
}

static bool
read_word(const struct node *n, const struct conf_key *k, int *out,
    struct faults *faults)
{
	struct buf allowed = BUF_MAX(512);

	for (int i = 0; n->kind == NODE_TEXT && k->words[i] != NULL; i++)
		if (strcmp(k->words[i], n->text) == 0) {
			*out = i;
			return true;
		}
	for (int i = 0; k->words[i] != NULL; i++)
		buf_addf(&allowed, " %s", k->words[i]);
	node_fault(n, faults, "'%s' must be one of:%s", k->name,
	    allowed.data != NULL ? allowed.data : "");
	buf_done(&allowed);
	return false;
}

static void
read_int(const struct node *n, const struct conf_key *k, int64_t *out,
    struct faults *faults)
{
	if (n->kind != NODE_INT || n->number < k->low || n->number > k->high)
		node_fault(n, faults, "'%s' must be %lld to %lld", k->name,
		    (long long)k->low, (long long)k->high);
	else
		*out = n->number;
}

/* The kinds that are a node as it stands. */
static void
read_node(const struct node *n, const struct conf_key *k,
    const struct node **out, struct faults *faults)
{
	static const struct {
		enum key_kind kind;
		const char *what;
	} names[] = {{KEY_TEXTS, "a list of texts"},
	    {KEY_GROUPS, "a list of groups"}, {KEY_GROUP, "a group"},
	    {KEY_ANY, "anything"}};
	bool ok = (k->kind == KEY_TEXTS && all_of(n, NODE_TEXT)) ||
		  (k->kind == KEY_GROUPS && all_of(n, NODE_GROUP)) ||
		  (k->kind == KEY_GROUP && n->kind == NODE_GROUP) ||
		  k->kind == KEY_ANY;

	if (ok) {
		*out = n;
		return;
	}
	for (size_t i = 0; i < NELEM(names); i++)
		if (names[i].kind == k->kind)
			node_fault(n, faults, "'%s' must be %s", k->name,
			    names[i].what);
}

static void
read_value(const struct node *n, const struct conf_key *k, void *field,
    struct faults *faults)
{
	switch (k->kind) {
	case KEY_TEXT:
		if (n->kind != NODE_TEXT)
			node_fault(n, faults, "'%s' must be a text", k->name);
		else
			*(const char **)field = n->text;
		break;
	case KEY_INT:
		read_int(n, k, field, faults);
		break;
	case KEY_BOOL:
		if (n->kind != NODE_BOOL)
			node_fault(
			    n, faults, "'%s' must be true or false", k->name);
		else
			*(bool *)field = n->number != 0;
		break;
	case KEY_LIMIT:
		if (n->kind != NODE_TEXT || !limit_parse(n->text, field))
			node_fault(n, faults,
			    "'%s' must be a term such as \"30m\", \"12h\", "
			    "\"5wd\", \"15d\" or \"now\"",
			    k->name);
		break;
	case KEY_WORD:
		read_word(n, k, field, faults);
		break;
	default:
		read_node(n, k, field, faults);
		break;
	}
}

bool
node_read(const struct node *group, const struct conf_key *keys, size_t n_keys,
    void *into, struct faults *faults)
{
	size_t before = faults->n;

	for (const struct node *n = group->child; n != NULL; n = n->next) {
		const struct conf_key *k =
		    n->name != NULL ? find_key(keys, n_keys, n->name) : NULL;

		if (k == NULL && n->name != NULL)
			unknown(n, keys, n_keys, faults);
		else if (k != NULL)
			read_value(n, k, (char *)into + k->offset, faults);
	}
	for (size_t i = 0; i < n_keys; i++)
		if (keys[i].required && node_get(group, keys[i].name) == NULL)
			node_fault(
			    group, faults, "'%s' is missing", keys[i].name);
	return faults->n == before;
}
