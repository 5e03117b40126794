/* The smaller parts of a procedure file: spans, names, choices, ladders. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "procedure_file.h"

#define NAME_LEN_MAX 32
#define NAME_SIGNS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* Units whose length does not depend on a calendar; the others stay 0. */
static const int64_t unit_ms[UNIT_GIVEN + 1] = {
    [UNIT_SECOND] = SECOND,
    [UNIT_MINUTE] = MINUTE,
    [UNIT_HOUR] = HOUR,
    [UNIT_DAY] = DAY,
    [UNIT_WEEK] = 7 * DAY,
};

const char *const bases[] = {
    "law", "procedure", "derived", "proposal", "local", NULL};

static const char *const callable[] = {"holder", "duty", "named", "receiver",
    "last",
#define ROLE(name) #name,
#include "roles.def"
#undef ROLE
    "outside:hotline", "outside:school", "outside:health", "outside:police",
    "outside:ward", "outside:justice", "outside:union", "outside:other"};

int64_t
limit_ms(const struct limit *l)
{
	return unit_ms[l->unit] * l->n;
}

bool
is_callable(const char *who)
{
	for (size_t i = 0; i < NELEM(callable); i++)
		if (strcmp(who, callable[i]) == 0)
			return true;
	return false;
}

bool
span_read(const struct node *n, bool zero, int64_t *ms, struct faults *faults)
{
	struct limit l;

	if (zero && strcmp(n->text, "0m") == 0) {
		*ms = 0;
		return true;
	}
	if (limit_parse(n->text, &l) && limit_ms(&l) > 0) {
		*ms = limit_ms(&l);
		return true;
	}
	node_fault(n, faults,
	    "'%s' must be a length of time in s, m, h, d or w, such as \"15m\"",
	    n->text);
	return false;
}

const char **
texts_read(const struct node *list, size_t *n)
{
	const char **texts = xcalloc(node_count(list) + 1, sizeof(*texts));

	*n = 0;
	for (const struct node *t = list->child; t != NULL; t = t->next)
		texts[(*n)++] = t->text;
	return texts;
}

void
name_check(const struct node *n, struct faults *faults)
{
	size_t len = strlen(n->text);

	if (len == 0 || len > NAME_LEN_MAX ||
	    strspn(n->text, NAME_SIGNS) != len)
		node_fault(n, faults,
		    "must be 1 to %d letters, digits, '_' or '-'",
		    NAME_LEN_MAX);
}

struct raw_choice {
	const char *on, *when, *text;
	int basis;
};

/* One {on, when, <key>, basis}. */
static void
choice_read(struct choice *c, const struct node *n, const char *key,
    struct faults *faults)
{
	struct raw_choice raw = {.basis = -1};
	const struct conf_key keys[] = {
	    {key, KEY_TEXT, true, offsetof(struct raw_choice, text), 0, 0,
		NULL},
	    {"when", KEY_TEXT, false, offsetof(struct raw_choice, when), 0, 0,
		NULL},
	    {"basis", KEY_WORD, false, offsetof(struct raw_choice, basis), 0, 0,
		bases},
	    {"on", KEY_TEXT, false, offsetof(struct raw_choice, on), 0, 0,
		NULL},
	};

	c->node = n;
	if (!node_read(n, keys, NELEM(keys), &raw, faults))
		return;
	if (raw.when != NULL)
		when_compile(&c->when, raw.when, node_get(n, "when"), faults);
	if (raw.basis >= 0)
		c->basis = bases[raw.basis];
	c->on = raw.on;
	c->text = raw.text;
}

/* Only the last may fit always, and it must. */
static void
choice_order(const struct choices *c, struct faults *faults)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct choice *one = &c->list[i];
		bool always = one->on == NULL && one->when.n == 0;

		if (always != (i == c->n - 1))
			node_fault(one->node, faults,
			    always ? "the alternatives after this one never "
				     "fit: put it last"
				   : "the last alternative must fit always: no "
				     "'when' or 'on'");
	}
}

static bool
is_list_of_groups(const struct node *n)
{
	if (n->kind != NODE_LIST || n->child == NULL)
		return false;
	for (const struct node *g = n->child; g != NULL; g = g->next)
		if (g->kind != NODE_GROUP)
			return false;
	return true;
}

void
choices_read(struct choices *c, const struct node *n, const char *key,
    struct faults *faults)
{
	size_t held = faults->n;

	if (n->kind == NODE_TEXT) {
		c->list = xcalloc(1, sizeof(*c->list));
		c->list[c->n++] = (struct choice){.text = n->text, .node = n};
		return;
	}
	if (!is_list_of_groups(n)) {
		node_fault(
		    n, faults, "must be a text or a list of {when, %s}", key);
		return;
	}
	c->list = xcalloc(node_count(n), sizeof(*c->list));
	for (const struct node *g = n->child; g != NULL; g = g->next)
		choice_read(&c->list[c->n++], g, key, faults);
	if (faults->n == held)
		choice_order(c, faults);
}
