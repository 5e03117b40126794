#include "channels.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"

#define NAME_MAX_BYTES 32

struct channels {
	struct conf_tree *tree; /* owns every text below */
	struct channel_conf *list;
	size_t n;
};

struct common {
	const char *name, *kind;
	bool replies, dedupes;
	struct limit interval;
};

static const struct conf_key keys[] = {
    {.name = "name",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct common, name)},
    {.name = "kind",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct common, kind)},
    {.name = "replies",
	.kind = KEY_BOOL,
	.offset = offsetof(struct common, replies)},
    {.name = "dedupes",
	.kind = KEY_BOOL,
	.offset = offsetof(struct common, dedupes)},
    {.name = "interval",
	.kind = KEY_LIMIT,
	.offset = offsetof(struct common, interval)},
};

/* Elapsed units only: a pause between two messages knows no calendar. */
static int64_t
pause_of(const struct limit *l)
{
	switch (l->unit) {
	case UNIT_SECOND:
		return l->n * SECOND;
	case UNIT_MINUTE:
		return l->n * MINUTE;
	case UNIT_NOW:
		return 0;
	default:
		return -1;
	}
}

/*
 * The common keys of one channel.  The other keys belong to its kind, whose own
 * table reads the same node; so here they are looked up one by one.
 */
static void
read_common(const struct node *g, struct channel_conf *c, struct faults *faults)
{
	struct common common = {.interval = {UNIT_SECOND, 1}};

	for (size_t i = 0; i < NELEM(keys); i++) {
		const struct node *one = node_get(g, keys[i].name);
		struct node only = *g, copy;

		only.child = NULL;
		if (one != NULL) {
			copy = *one;
			copy.next = NULL;
			only.child = &copy;
		}
		node_read(&only, &keys[i], 1, &common, faults);
	}
	*c = (struct channel_conf){.name = common.name,
	    .kind = common.kind,
	    .replies = common.replies,
	    .dedupes = common.dedupes,
	    .interval = pause_of(&common.interval),
	    .node = g};
	if (c->interval < 0)
		node_fault(g, faults,
		    "'interval' must be \"now\" or in s or m, such as \"1s\"");
}

/* People type it, members' addresses and ladders hold it. */
static bool
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return n > 0 && n <= NAME_MAX_BYTES && s[n] == '\0';
}

static void
read_all(struct channels *c, const struct node *list, struct faults *faults)
{
	if (list->child == NULL)
		node_fault(list, faults,
		    "there is no channel here: nobody can be alerted");
	c->list = xcalloc(node_count(list), sizeof(*c->list));
	for (const struct node *g = list->child; g != NULL; g = g->next) {
		struct channel_conf one = {0};

		read_common(g, &one, faults);
		if (one.name == NULL)
			continue;
		if (!is_name(one.name))
			node_fault(g, faults,
			    "'name' must be 1 to %d of a-z, 0-9, - and _",
			    NAME_MAX_BYTES);
		if (channels_find(c, one.name) != NULL)
			node_fault(
			    g, faults, "two channels are named '%s'", one.name);
		c->list[c->n++] = one;
	}
}

bool
channels_is_call(const struct channels *c, const char *name)
{
	const struct channel_conf *one = channels_find(c, name);

	return one != NULL && strcmp(one->kind, "hotlined") == 0;
}

bool
channels_is_gone(const struct channels *c, const char *name, int64_t code)
{
	const struct channel_conf *one = channels_find(c, name);

	return one != NULL && strcmp(one->kind, "webpush") == 0 &&
	       (code == 404 || code == 410);
}

struct channels *
channels_load(const char *path, struct faults *faults)
{
	struct channels *c = xcalloc(1, sizeof(*c));
	const struct node *list = NULL;
	size_t before = faults->n;
	static const struct conf_key top[] = {
	    {.name = "channels", .kind = KEY_GROUPS, .required = true}};

	c->tree = conf_tree_load(path, faults);
	if (c->tree != NULL &&
	    node_read(conf_tree_root(c->tree), top, NELEM(top), &list, faults))
		read_all(c, list, faults);
	if (faults->n == before)
		return c;
	channels_free(c);
	return NULL;
}

void
channels_free(struct channels *c)
{
	if (c == NULL)
		return;
	conf_tree_free(c->tree);
	free(c->list);
	free(c);
}

size_t
channels_n(const struct channels *c)
{
	return c->n;
}

const struct channel_conf *
channels_nth(const struct channels *c, size_t i)
{
	return &c->list[i];
}

const struct channel_conf *
channels_find(const struct channels *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return &c->list[i];
	return NULL;
}
