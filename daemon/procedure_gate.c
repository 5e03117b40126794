#include "procedure_gate.h"

#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

struct raw_gate {
	const char *id, *vi, *en, *source, *step, *after, *when;
};
#define AT(field) offsetof(struct raw_gate, field)
static const struct conf_key gate_keys[] = {
    {"id", KEY_TEXT, true, AT(id), 0, 0, NULL},
    {"vi", KEY_TEXT, true, AT(vi), 0, 0, NULL},
    {"en", KEY_TEXT, true, AT(en), 0, 0, NULL},
    {"source", KEY_TEXT, true, AT(source), 0, 0, NULL},
    {"step", KEY_TEXT, false, AT(step), 0, 0, NULL},
    {"after", KEY_TEXT, false, AT(after), 0, 0, NULL},
    {"when", KEY_TEXT, false, AT(when), 0, 0, NULL},
};
#undef AT
struct raw_follow {
	const char *on, *when, *then;
};
#define AT(field) offsetof(struct raw_follow, field)
static const struct conf_key follow_keys[] = {
    {"on", KEY_TEXT, true, AT(on), 0, 0, NULL},
    {"when", KEY_TEXT, false, AT(when), 0, 0, NULL},
    {"then", KEY_TEXT, true, AT(then), 0, 0, NULL},
};
#undef AT

static void
step_check(const struct procedure *p, const struct node *n, const char *key,
    struct faults *faults)
{
	const struct node *at = node_get(n, key);

	if (at != NULL && procedure_step(p, at->text) == NULL)
		node_fault(at, faults, "there is no step '%s'", at->text);
}

static void
gate_read(struct procedure *p, const struct node *n, struct faults *faults)
{
	struct gate *g = &p->gates[p->n_gates++];
	struct raw_gate raw = {0};

	if (!node_read(n, gate_keys, NELEM(gate_keys), &raw, faults))
		return;
	*g = (struct gate){.id = raw.id,
	    .vi = raw.vi,
	    .en = raw.en,
	    .source = raw.source,
	    .step = raw.step,
	    .after = raw.after};
	name_check(node_get(n, "id"), faults);
	step_check(p, n, "step", faults);
	step_check(p, n, "after", faults);
	if (raw.when != NULL)
		when_compile(&g->when, raw.when, node_get(n, "when"), faults);
	if (raw.step == NULL && (raw.when == NULL || raw.after != NULL))
		node_fault(
		    n, faults, "a duty needs a step, or 'when' without one");
}

void
gates_read(struct procedure *p, const struct node *list, struct faults *faults)
{
	if (list == NULL)
		return;
	p->gates = xcalloc(node_count(list) + 1, sizeof(*p->gates));
	for (const struct node *n = list->child; n != NULL; n = n->next)
		gate_read(p, n, faults);
}

/* "emergency.presumed" as a fact and its word. */
static bool
then_read(struct follow *f, const char *text)
{
	const char *dot = strchr(text, '.');
	char *name;
	int fact;

	if (dot == NULL)
		return false;
	name = xstrndup(text, (size_t)(dot - text));
	fact = fact_find(name);
	free(name);
	if (fact < 0)
		return false;
	f->fact = (enum fact)fact;
	f->word = fact_word(f->fact, dot + 1);
	return f->word >= 0;
}

static void
follow_read(struct procedure *p, const struct node *n, struct faults *faults)
{
	struct follow *f = &p->follows[p->n_follows++];
	struct raw_follow raw = {0};

	if (!node_read(n, follow_keys, NELEM(follow_keys), &raw, faults))
		return;
	f->on = raw.on;
	event_check(p, raw.on, node_get(n, "on"), faults);
	if (raw.when != NULL)
		when_compile(&f->when, raw.when, node_get(n, "when"), faults);
	if (!then_read(f, raw.then))
		node_fault(node_get(n, "then"), faults,
		    "'%s' must be <fact>.<word>", raw.then);
}

void
follows_read(
    struct procedure *p, const struct node *list, struct faults *faults)
{
	if (list == NULL)
		return;
	p->follows = xcalloc(node_count(list) + 1, sizeof(*p->follows));
	for (const struct node *n = list->child; n != NULL; n = n->next)
		follow_read(p, n, faults);
}

size_t
procedure_n_gates(const struct procedure *p)
{
	return p->n_gates;
}

const struct gate *
procedure_nth_gate(const struct procedure *p, size_t i)
{
	return &p->gates[i];
}

bool
procedure_follows(const struct procedure *p, const char *event,
    const struct facts *f, struct followed *out)
{
	for (; out->next < p->n_follows; out->next++) {
		const struct follow *one = &p->follows[out->next];

		if (!event_fits(one->on, event) || !when_holds(&one->when, f))
			continue;
		out->fact = one->fact;
		out->word = one->word;
		out->next++;
		return true;
	}
	return false;
}
