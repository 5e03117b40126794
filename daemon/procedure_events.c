/*
 * Events: "received", "reopened", "repeated" (one child, several reports); what people do to a step ("<step>.done",
 * "<step>.oral", "<step>.refused"); "<fact>.<word>" and, with the word before,
 * "<fact>.<word>><word>"; "item", when an act opens one of several; and, for
 * the ward itself, "date.<month>-<day>" of every year.
 */
#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

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

static bool
fits_any(const char **list, size_t n, const char *event)
{
	for (size_t i = 0; i < n; i++)
		if (event_fits(list[i], event))
			return true;
	return false;
}

bool
step_opens_on(const struct step *s, const char *event)
{
	return fits_any(s->opens, s->n_opens, event);
}

bool
step_hastens_on(const struct step *s, const char *event)
{
	return fits_any(s->sooner, s->n_sooner, event);
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

/* ".oral": ordered by word of mouth, the paper to follow. */
static bool
is_deed(const char *tail)
{
	static const char *const deeds[] = {".done", ".oral", ".refused"};

	for (size_t i = 0; i < NELEM(deeds); i++)
		if (strcmp(deeds[i], tail) == 0)
			return true;
	return false;
}

const struct step *
event_step(const struct procedure *p, const char *event)
{
	const char *dot = strchr(event, '.');

	if (dot == NULL || !is_deed(dot))
		return NULL;
	for (size_t i = 0; i < p->n_steps; i++)
		if (strlen(p->steps[i].id) == (size_t)(dot - event) &&
		    strncmp(p->steps[i].id, event, (size_t)(dot - event)) == 0)
			return &p->steps[i];
	return NULL;
}

bool
procedure_opens_any(const struct procedure *p, const char *event)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (step_opens_on(&p->steps[i], event))
			return true;
	return false;
}

/* "date.05-20": 520; 0 if it is none. */
static int
date_of(const char *event)
{
	struct limit l;

	return strncmp(event, "date.", 5) == 0 && limit_parse(event + 5, &l) &&
		       l.unit == UNIT_DATE
		   ? l.n
		   : 0;
}

int
step_date(const struct step *s)
{
	int date = 0;

	for (size_t i = 0; i < s->n_opens && date == 0; i++)
		date = date_of(s->opens[i]);
	return date;
}

bool
step_is_asked(const struct step *s)
{
	return step_opens_on(s, "item");
}

/* Things that happen to a case as a whole, and an act's own. */
static bool
is_plain_event(const char *event)
{
	static const char *const words[] = {
	    "received", "reopened", "repeated", "item"};

	for (size_t i = 0; i < NELEM(words); i++)
		if (strcmp(words[i], event) == 0)
			return true;
	return false;
}

void
event_check(const struct procedure *p, const char *event, const struct node *n,
    struct faults *faults)
{
	const struct step *before = event_step(p, event);

	if (before != NULL && before->is_ward)
		node_fault(n, faults,
		    "step '%s' is the ward's: nothing of a case follows it",
		    before->id);
	else if (before == NULL && !is_plain_event(event) &&
		 date_of(event) == 0 && !is_fact_event(event))
		node_fault(n, faults,
		    "event '%s' must be received, reopened, <step>.done, "
		    "<step>.oral, <step>.refused, <fact>.<word>, "
		    "<fact>.<word>><word>, item "
		    "or date.<month>-<day>",
		    event);
}

/* A case has no calendar of its own, the ward neither facts nor receipts. */
static void
scope_check(const struct step *s, const char *event, const struct node *n,
    struct faults *faults)
{
	if (strcmp(event, "item") == 0)
		return;
	if (s->is_ward != (date_of(event) != 0))
		node_fault(n, faults,
		    s->is_ward ? "a step of the ward opens on item or "
				 "date.<month>-<day>"
			       : "only a step of the ward opens on a date");
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

/* What hastens a clock is a change of the case's facts; a given day stays. */
static void
sooner_check(const struct step *s, struct faults *faults)
{
	const struct node *n = s->sooner_node;

	if (n == NULL)
		return;
	if (s->is_ward ||
	    (s->limits.n > 0 && s->limits.list[0].term.unit == UNIT_GIVEN))
		node_fault(n, faults,
		    "nothing hastens a step of the ward, nor a limit that is "
		    "given");
	for (n = n->child; n != NULL; n = n->next)
		if (!is_fact_event(n->text))
			node_fault(n, faults,
			    "'%s' must be <fact>.<word> or "
			    "<fact>.<word>><word>",
			    n->text);
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
		scope_check(s, n->text, n, faults);
		openings_check(p, n->text, n, faults);
	}
	choices_check(p, &s->limits, faults);
	choices_check(p, &s->starts, faults);
	sooner_check(s, faults);
}
