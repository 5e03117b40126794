/* A procedure file: its head, its steps, and what ties them together. */
#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

static const char *const legs[] = {
    "sender", "duty", "officer", "chairman", "partner", NULL};

static const char *const scopes[] = {"case", "ward", NULL};
static const char *const receipts[] = {"earliest", "ours", NULL};

struct raw_step {
	const char *id, *vi, *en, *role, *kind, *when, *form, *source;
	int basis, leg, scope;
	bool approval;
	const struct node *opens, *sooner, *limit, *start, *warn, *ladder;
};

#define AT(field) offsetof(struct raw_step, field)
static const struct conf_key step_keys[] = {
    {"id", KEY_TEXT, true, AT(id), 0, 0, NULL},
    {"vi", KEY_TEXT, true, AT(vi), 0, 0, NULL},
    {"en", KEY_TEXT, true, AT(en), 0, 0, NULL},
    {"role", KEY_TEXT, true, AT(role), 0, 0, NULL},
    {"kind", KEY_TEXT, true, AT(kind), 0, 0, NULL},
    {"approval", KEY_BOOL, false, AT(approval), 0, 0, NULL},
    {"opens", KEY_TEXTS, true, AT(opens), 0, 0, NULL},
    {"sooner", KEY_TEXTS, false, AT(sooner), 0, 0, NULL},
    {"when", KEY_TEXT, false, AT(when), 0, 0, NULL},
    {"limit", KEY_ANY, true, AT(limit), 0, 0, NULL},
    {"start", KEY_ANY, true, AT(start), 0, 0, NULL},
    {"warn", KEY_TEXTS, false, AT(warn), 0, 0, NULL},
    {"ladder", KEY_ANY, true, AT(ladder), 0, 0, NULL},
    {"form", KEY_TEXT, false, AT(form), 0, 0, NULL},
    {"basis", KEY_WORD, true, AT(basis), 0, 0, bases},
    {"source", KEY_TEXT, true, AT(source), 0, 0, NULL},
    {"leg", KEY_WORD, true, AT(leg), 0, 0, legs},
    {"scope", KEY_WORD, false, AT(scope), 0, 0, scopes},
};
#undef AT

static bool
is_asked_only(const struct step *s)
{
	return s->n_opens == 1 && strcmp(s->opens[0], "item") == 0;
}

static void
limits_resolve(struct step *s, struct faults *faults)
{
	for (size_t i = 0; i < s->limits.n; i++) {
		struct choice *c = &s->limits.list[i];

		if (c->text != NULL && !limit_parse(c->text, &c->term))
			node_fault(c->node, faults,
			    "limit '%s' must be such as \"12h\", \"5wd\", "
			    "\"15d\", \"3mo\", \"05-20\", \"now\" or \"given\"",
			    c->text);
		if (c->term.unit == UNIT_GIVEN && !is_asked_only(s))
			node_fault(c->node, faults,
			    "a limit is given only where nothing but 'item' "
			    "opens the step");
		if (c->basis == NULL)
			c->basis = s->basis;
	}
}

static void
starts_resolve(struct step *s, struct faults *faults)
{
	for (size_t i = 0; i < s->starts.n; i++) {
		struct choice *c = &s->starts.list[i];

		if (c->text == NULL)
			continue;
		c->is_t0 = strcmp(c->text, "t0") == 0;
		if (!c->is_t0 && strcmp(c->text, "event") != 0)
			node_fault(c->node, faults,
			    "start '%s' must be \"t0\" or \"event\"", c->text);
	}
}

/* The ward's own steps look at no case. */
static void
ward_check(const struct step *s, struct faults *faults)
{
	if (!s->is_ward)
		return;
	if (s->when.n > 0)
		node_fault(s->node, faults, "a step of the ward has no 'when'");
	for (size_t i = 0; i < s->starts.n; i++)
		if (s->starts.list[i].is_t0)
			node_fault(s->starts.list[i].node, faults,
			    "a step of the ward starts at its \"event\"");
}

static void
ladders_resolve(
    const struct procedure *p, struct step *s, struct faults *faults)
{
	for (size_t i = 0; i < s->ladders.n; i++) {
		struct choice *c = &s->ladders.list[i];

		if (c->on != NULL)
			node_fault(c->node, faults,
			    "a ladder is chosen by 'when' alone, not by 'on'");
		if (c->text == NULL)
			continue;
		c->ladder = ladder_find(p, c->text);
		if (c->ladder == NULL)
			node_fault(c->node, faults, "there is no ladder '%s'",
			    c->text);
	}
}

static int
falling(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

static void
warns_read(struct step *s, const struct node *list, struct faults *faults)
{
	s->warns = xcalloc(node_count(list) + 1, sizeof(*s->warns));
	for (const struct node *n = list->child; n != NULL; n = n->next) {
		if (strcmp(n->text, "start") == 0)
			s->warns_at_start = true;
		else if (span_read(n, false, &s->warns[s->n_warns], faults))
			s->n_warns++;
	}
	qsort(s->warns, s->n_warns, sizeof(*s->warns), falling);
}

static void
role_check(const struct node *n, struct faults *faults)
{
	if (strcmp(n->text, "anyone") != 0 &&
	    (strcmp(n->text, "duty") == 0 || strcmp(n->text, "named") == 0 ||
		strcmp(n->text, "receiver") == 0 ||
		strchr(n->text, ':') != NULL || !is_callable(n->text)))
		node_fault(n, faults, "'%s' must be anyone, holder or a role",
		    n->text);
}

static void
step_read(const struct procedure *p, struct step *s, const struct node *n,
    struct faults *faults)
{
	struct raw_step raw = {0};

	bool is_whole = node_read(n, step_keys, NELEM(step_keys), &raw, faults);

	s->node = n;
	s->id = raw.id != NULL ? raw.id : "";
	if (!is_whole)
		return;
	s->vi = raw.vi;
	s->en = raw.en;
	s->role = raw.role;
	s->kind = raw.kind;
	s->form = raw.form;
	s->needs_approval = raw.approval;
	s->source = raw.source;
	s->basis = bases[raw.basis];
	s->leg = legs[raw.leg];
	s->is_ward = raw.scope == 1;
	s->opens_node = raw.opens;
	s->opens = texts_read(raw.opens, &s->n_opens);
	s->sooner_node = raw.sooner;
	if (raw.sooner != NULL)
		s->sooner = texts_read(raw.sooner, &s->n_sooner);
	name_check(node_get(n, "id"), faults);
	name_check(node_get(n, "kind"), faults);
	role_check(node_get(n, "role"), faults);
	if (raw.when != NULL)
		when_compile(&s->when, raw.when, node_get(n, "when"), faults);
	if (raw.warn != NULL)
		warns_read(s, raw.warn, faults);
	choices_read(&s->limits, raw.limit, "is", faults);
	choices_read(&s->starts, raw.start, "is", faults);
	choices_read(&s->ladders, raw.ladder, "use", faults);
	limits_resolve(s, faults);
	starts_resolve(s, faults);
	ladders_resolve(p, s, faults);
	ward_check(s, faults);
}

static void
unique_check(const struct procedure *p, struct faults *faults)
{
	for (size_t i = 0; i < p->n_ladders; i++)
		if (p->ladders[i].id[0] != '\0' &&
		    ladder_find(p, p->ladders[i].id) != &p->ladders[i])
			node_fault(p->ladders[i].node, faults,
			    "ladder '%s' is here twice", p->ladders[i].id);
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].id[0] != '\0' &&
		    procedure_step(p, p->steps[i].id) != &p->steps[i])
			node_fault(p->steps[i].node, faults,
			    "step '%s' is here twice", p->steps[i].id);
}

struct raw_procedure {
	const char *id, *authority;
	int64_t version;
	int t0;
	const struct node *names, *ladders, *steps, *bounds, *gate, *follows;
};
struct raw_names {
	const char *vi, *en;
};

#define AT(field) offsetof(struct raw_procedure, field)
static const struct conf_key procedure_keys[] = {
    {"id", KEY_TEXT, true, AT(id), 0, 0, NULL},
    {"version", KEY_INT, true, AT(version), 1, 1000000, NULL},
    {"t0", KEY_WORD, false, AT(t0), 0, 0, receipts},
    {"authority", KEY_TEXT, false, AT(authority), 0, 0, NULL},
    {"names", KEY_GROUP, true, AT(names), 0, 0, NULL},
    {"ladders", KEY_GROUPS, true, AT(ladders), 0, 0, NULL},
    {"steps", KEY_GROUPS, true, AT(steps), 0, 0, NULL},
    {"bounds", KEY_GROUPS, false, AT(bounds), 0, 0, NULL},
    {"gate", KEY_GROUPS, false, AT(gate), 0, 0, NULL},
    {"follows", KEY_GROUPS, false, AT(follows), 0, 0, NULL},
};
#undef AT
static const struct conf_key names_keys[] = {
    {"vi", KEY_TEXT, true, offsetof(struct raw_names, vi), 0, 0, NULL},
    {"en", KEY_TEXT, true, offsetof(struct raw_names, en), 0, 0, NULL},
};
static const struct conf_key root_keys[] = {
    {"procedure", KEY_GROUP, true, 0, 0, 0, NULL},
};

static void
parts_read(
    struct procedure *p, const struct raw_procedure *raw, struct faults *faults)
{
	p->ladders = xcalloc(node_count(raw->ladders) + 1, sizeof(*p->ladders));
	p->steps = xcalloc(node_count(raw->steps) + 1, sizeof(*p->steps));
	for (const struct node *n = raw->ladders->child; n != NULL; n = n->next)
		ladder_read(&p->ladders[p->n_ladders++], n, faults);
	for (const struct node *n = raw->steps->child; n != NULL; n = n->next)
		step_read(p, &p->steps[p->n_steps++], n, faults);
	if (p->n_steps == 0)
		node_fault(raw->steps, faults, "a procedure needs a step");
	unique_check(p, faults);
	news_check(p, raw->ladders, faults);
	for (size_t i = 0; i < p->n_steps; i++)
		events_check(p, &p->steps[i], faults);
	if (raw->bounds != NULL)
		bounds_read(p, raw->bounds, faults);
	gates_read(p, raw->gate, faults);
	follows_read(p, raw->follows, faults);
}

static void
head_read(struct procedure *p, const struct node *n, struct faults *faults)
{
	struct raw_procedure raw = {0};
	struct raw_names names = {0};

	if (!node_read(n, procedure_keys, NELEM(procedure_keys), &raw, faults))
		return;
	name_check(node_get(n, "id"), faults);
	node_read(raw.names, names_keys, NELEM(names_keys), &names, faults);
	p->vi = names.vi;
	p->en = names.en;
	p->counts_ours = raw.t0 == 1;
	p->authority = raw.authority;
	if (raw.authority != NULL &&
	    (strncmp(raw.authority, "outside:", 8) != 0 ||
		!is_callable(raw.authority)))
		node_fault(node_get(n, "authority"), faults,
		    "'%s' must be outside:<kind of agency>", raw.authority);
	p->name = xasprintf("%s@%d", raw.id, (int)raw.version);
	parts_read(p, &raw, faults);
}

struct procedure *
procedure_load(const char *path, struct faults *faults)
{
	struct procedure *p = xcalloc(1, sizeof(*p));
	const struct node *n = NULL;
	size_t held = faults->n;

	p->tree = conf_tree_load(path, faults);
	if (p->tree != NULL && node_read(conf_tree_root(p->tree), root_keys,
				   NELEM(root_keys), &n, faults))
		head_read(p, n, faults);
	if (faults->n > held) {
		procedure_free(p);
		return NULL;
	}
	return p;
}
