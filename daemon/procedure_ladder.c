/* Ladders as the procedure file writes them. */
#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

#define REPEATS_MAX 1000

/* Classes of news, each the name of a ladder. */
static const char *const news[] = {"news", "news_lead", "alarm"};

struct raw_rung {
	const char *after, *repeat;
	int64_t repeats;
	bool all;
	const struct node *who, *channels;
};

#define AT(field) offsetof(struct raw_rung, field)
static const struct conf_key rung_keys[] = {
    {"after", KEY_TEXT, true, AT(after), 0, 0, NULL},
    {"who", KEY_TEXTS, true, AT(who), 0, 0, NULL},
    {"channels", KEY_TEXTS, false, AT(channels), 0, 0, NULL},
    {"repeat", KEY_TEXT, false, AT(repeat), 0, 0, NULL},
    {"repeats", KEY_INT, false, AT(repeats), 1, REPEATS_MAX, NULL},
    {"all", KEY_BOOL, false, AT(all), 0, 0, NULL},
};
#undef AT

static void
who_check(const struct node *list, struct faults *faults)
{
	if (list->child == NULL)
		node_fault(list, faults, "a rung must call somebody");
	for (const struct node *n = list->child; n != NULL; n = n->next)
		if (!is_callable(n->text))
			node_fault(n, faults,
			    "'%s' must be holder, duty, a role or "
			    "outside:<kind of agency>",
			    n->text);
}

static void
rung_read(struct rung *r, const struct node *n, struct faults *faults)
{
	struct raw_rung raw = {.repeats = -1};

	r->node = n;
	if (!node_read(n, rung_keys, NELEM(rung_keys), &raw, faults))
		return;
	who_check(raw.who, faults);
	span_read(node_get(n, "after"), true, &r->after, faults);
	if (raw.repeat != NULL)
		span_read(node_get(n, "repeat"), false, &r->repeat, faults);
	else if (raw.repeats > 0)
		node_fault(n, faults, "'repeats' needs 'repeat'");
	r->needs_all = raw.all;
	r->repeats = raw.repeats > 0 ? raw.repeats : REPEATS_MAX;
	if (r->repeat == 0)
		r->repeats = 0;
	r->who = texts_read(raw.who, &r->n_who);
	if (raw.channels != NULL)
		r->channels = texts_read(raw.channels, &r->n_channels);
}

/* Rungs rise from 0m, and the last one never falls silent. */
static void
order_check(const struct ladder *l, struct faults *faults)
{
	const struct rung *r = l->rungs, *last = &r[l->n_rungs - 1];

	if (r->after != 0)
		node_fault(
		    r->node, faults, "the first rung must be after \"0m\"");
	for (; r < last; r++)
		if (r[1].after <= r->after)
			node_fault(r[1].node, faults,
			    "a rung must come after the one before it");
	if (last->repeat == 0)
		node_fault(last->node, faults,
		    "the last rung must repeat, or nobody hears of it again");
}

/* Only an alarm is about somebody. */
static void
named_check(
    const struct ladder *l, const struct node *list, struct faults *faults)
{
	const struct node *n = list->child;

	if (strncmp(l->id, "alarm_", 6) == 0)
		return;
	for (size_t i = 0; n != NULL; i++, n = n->next)
		for (size_t j = 0; j < l->rungs[i].n_who; j++)
			if (strcmp(l->rungs[i].who[j], "named") == 0)
				node_fault(n, faults,
				    "'named' is for the ladders of alarms "
				    "about a member");
}

struct raw_ladder {
	const char *id, *ack_holds;
	bool urgent;
	const struct node *rungs;
};

#define AT(field) offsetof(struct raw_ladder, field)
static const struct conf_key ladder_keys[] = {
    {"id", KEY_TEXT, true, AT(id), 0, 0, NULL},
    {"urgent", KEY_BOOL, false, AT(urgent), 0, 0, NULL},
    {"ack_holds", KEY_TEXT, true, AT(ack_holds), 0, 0, NULL},
    {"rungs", KEY_GROUPS, true, AT(rungs), 0, 0, NULL},
};
#undef AT

void
ladder_read(struct ladder *l, const struct node *n, struct faults *faults)
{
	struct raw_ladder raw = {0};
	size_t held = faults->n;
	bool is_whole =
	    node_read(n, ladder_keys, NELEM(ladder_keys), &raw, faults);

	l->node = n;
	l->id = raw.id != NULL ? raw.id : "";
	if (!is_whole)
		return;
	l->is_urgent = raw.urgent;
	name_check(node_get(n, "id"), faults);
	span_read(node_get(n, "ack_holds"), false, &l->ack_holds, faults);
	if (raw.rungs->child == NULL) {
		node_fault(raw.rungs, faults, "a ladder needs a rung");
		return;
	}
	l->rungs = xcalloc(node_count(raw.rungs), sizeof(*l->rungs));
	for (const struct node *g = raw.rungs->child; g != NULL; g = g->next)
		rung_read(&l->rungs[l->n_rungs++], g, faults);
	if (faults->n == held)
		order_check(l, faults);
	if (faults->n == held)
		named_check(l, raw.rungs, faults);
}

const struct ladder *
ladder_find(const struct procedure *p, const char *id)
{
	for (size_t i = 0; i < p->n_ladders; i++)
		if (strcmp(p->ladders[i].id, id) == 0)
			return &p->ladders[i];
	return NULL;
}

void
news_check(
    const struct procedure *p, const struct node *n, struct faults *faults)
{
	for (size_t i = 0; i < NELEM(news); i++)
		if (ladder_find(p, news[i]) == NULL)
			node_fault(n, faults,
			    "there must be a ladder '%s': whom %s calls",
			    news[i],
			    strcmp(news[i], "alarm") == 0 ? "an alarm"
							  : "news of a case");
}

bool
is_for_news(const struct ladder *l)
{
	for (size_t i = 0; i < NELEM(news); i++)
		if (strcmp(l->id, news[i]) == 0)
			return true;
	return strncmp(l->id, "alarm_", 6) == 0 ||
	       strcmp(l->id, "phone_task") == 0;
}

bool
procedure_has_phone_tasks(const struct procedure *p)
{
	return ladder_find(p, "phone_task") != NULL;
}

const struct step *
procedure_news(void)
{
	static const struct step step = {.id = "news"};

	return &step;
}

const struct ladder *
procedure_news_ladder(
    const struct procedure *p, const char *class, const char *kind)
{
	const struct ladder *l = ladder_find(p, kind);

	return l != NULL ? l : ladder_find(p, class);
}
