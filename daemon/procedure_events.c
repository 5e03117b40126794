/*
 * Events: "received", "<step>.done", "<fact>.<word>" and, with the word before,
 * "<fact>.<word>><word>".
 */
#include <stdlib.h>
#include <string.h>

#include "procedure_parts.h"

bool
event_fits(const char *wanted, const char *event)
{
	const char *want = strchr(wanted, '>'), *have = strchr(event, '>');
	size_t fact = strcspn(wanted, ".") + 1;

	if (strcmp(wanted, event) == 0)
		return true;
	/* Only one tells the word before: then the word after decides. */
	if ((want == NULL) == (have == NULL) ||
	    strncmp(wanted, event, fact) != 0)
		return false;
	want = want == NULL ? wanted + fact : want + 1;
	have = have == NULL ? event + fact : have + 1;
	return strcmp(want, have) == 0;
}

bool
step_opens_on(const struct step *s, const char *event)
{
	for (size_t i = 0; i < s->n_opens; i++)
		if (event_fits(s->opens[i], event))
			return true;
	return false;
}

/* "emergency.yes" or "emergency.no>yes" */
static bool
is_fact_event(const char *text)
{
	char *copy = xstrdup(text), *word = strchr(copy, '.'), *to;
	int fact = -1;
	bool ok = false;

	if (word != NULL) {
		*word++ = '\0';
		fact = fact_find(copy);
	}
	if (fact >= 0) {
		to = strchr(word, '>');
		if (to != NULL)
			*to++ = '\0';
		ok = fact_word((enum fact)fact, word) >= 0 &&
		     (to == NULL || fact_word((enum fact)fact, to) >= 0);
	}
	free(copy);
	return ok;
}

static bool
is_done_event(const struct procedure *p, const char *text)
{
	size_t len = strlen(text), end = strlen(".done");

	if (len <= end || strcmp(text + len - end, ".done") != 0)
		return false;
	for (size_t i = 0; i < p->n_steps; i++)
		if (strlen(p->steps[i].id) == len - end &&
		    strncmp(p->steps[i].id, text, len - end) == 0)
			return true;
	return false;
}

static void
event_check(const struct procedure *p, const char *text, const struct node *n,
    struct faults *faults)
{
	if (strcmp(text, "received") != 0 && !is_done_event(p, text) &&
	    !is_fact_event(text))
		node_fault(n, faults,
		    "event '%s' must be received, <step>.done, <fact>.<word> "
		    "or <fact>.<word>><word>",
		    text);
}

/* More would be lost without a sound, so they are refused here. */
static void
openings_check(const struct procedure *p, const char *event,
    const struct node *n, struct faults *faults)
{
	size_t count = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		if (step_opens_on(&p->steps[i], event))
			count++;
	if (count > OPENINGS_MAX)
		node_fault(n, faults, "'%s' opens more than %d steps", event,
		    OPENINGS_MAX);
}

static void
choices_check(
    const struct procedure *p, const struct choices *c, struct faults *faults)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].on != NULL)
			event_check(p, c->list[i].on, c->list[i].node, faults);
}

void
events_check(
    const struct procedure *p, const struct step *s, struct faults *faults)
{
	const struct node *n;

	if (s->opens_node == NULL)
		return; /* already told */
	n = s->opens_node->child;
	if (n == NULL)
		node_fault(s->opens_node, faults, "an event must open a step");
	for (; n != NULL; n = n->next) {
		event_check(p, n->text, n, faults);
		openings_check(p, n->text, n, faults);
	}
	choices_check(p, &s->limits, faults);
	choices_check(p, &s->starts, faults);
}
