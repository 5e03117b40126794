/* Every verb for the manual (mdoc) and for the shell's completion. */
#include <stdio.h>

#include "ctl.h"
#include "facts.h"
#include "text.h"

/* A parameter after a macro that takes it. */
static void
print_param(const struct param *p, const char *before)
{
	bool is_option = p->name[0] == '-';
	bool has_value = is_option && p->kind != PARAM_FLAG;

	if (!is_option)
		printf("%s%s\n", before, p->name);
	else
		printf("%sFl \\-%s%s\n", before, p->name + 2,
		    has_value ? " Ar value" : "");
}

static bool
may_be_left_out(const struct param *p)
{
	return p->kind == PARAM_MAYBE ||
	       (p->name[0] == '-' && p->kind != PARAM_NEED);
}

static void
print_verb(const struct verb *v)
{
	bool is_first = true;

	printf(".It Xo\n.Cm %s\n", v->words);
	for (size_t i = 0; i < v->n_params; i++) {
		const struct param *p = &v->params[i];

		if (p->name == NULL)
			continue;
		if (p->name[0] == '-')
			print_param(p, may_be_left_out(p) ? ".Op " : ".");
		else
			print_param(p, may_be_left_out(p) ? ".Op Ar " : ".Ar ");
	}
	if (v->is_own)
		puts(".Fl \\-token\\-file Ar file");
	puts(".Xc");
	text_print_mdoc(v->help);
	for (size_t i = 0; i < v->n_params; i++) {
		if (v->params[i].name == NULL)
			continue;
		if (is_first)
			puts(".Bl -tag -width Ds -compact");
		is_first = false;
		print_param(&v->params[i],
		    v->params[i].name[0] == '-' ? ".It " : ".It Ar ");
		text_print_mdoc(v->params[i].help);
	}
	if (!is_first)
		puts(".El");
}

void
help_man(void)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n_verbs; i++)
		print_verb(&verbs[i]);
	puts(".El");
}

void
help_facts(void)
{
	puts(".Bl -tag -width Ds");
	for (int f = 0; f < FACT_MAX; f++) {
		printf(".It Ic %s\n", fact_name((enum fact)f));
		for (int i = 0; i < fact_n_words((enum fact)f); i++)
			printf("%s%s", i == 0 ? "" : ", ",
			    fact_nth_word((enum fact)f, i));
		putchar('\n');
	}
	puts(".El");
}

void
help_words(void)
{
	for (size_t i = 0; i < n_verbs; i++) {
		fputs(verbs[i].words, stdout);
		for (size_t j = 0; j < verbs[i].n_params; j++)
			if (verbs[i].params[j].name != NULL &&
			    verbs[i].params[j].name[0] == '-')
				printf(" %s", verbs[i].params[j].name);
		if (verbs[i].is_own)
			fputs(" --token-file", stdout);
		putchar('\n');
	}
}
