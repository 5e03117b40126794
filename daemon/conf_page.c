/* Every setting as a piece of the manual page hotlined.conf(5), in mdoc. */
#include <stdio.h>

#include "conf.h"
#include "conf_term.h"
#include "text.h"

struct row {
	const char *name, *kind, *text_default, *words, *text;
	int64_t low, high, number;
	bool is_term;
};

static const struct row rows[] = {
#define STR(f, def, t)                                                         \
	{.name = #f, .kind = "text", .text_default = def, .text = t},
#define SECRET(f, def, t)                                                      \
	{.name = #f, .kind = "secret", .text_default = def, .text = t},
#define INT(f, lo, hi, def, t)                                                 \
	{.name = #f,                                                           \
	    .kind = "number",                                                  \
	    .low = lo,                                                         \
	    .high = hi,                                                        \
	    .number = def,                                                     \
	    .text = t},
#define TERM(f, lo, hi, def, t)                                                \
	{.name = #f,                                                           \
	    .kind = "time",                                                    \
	    .low = lo,                                                         \
	    .high = hi,                                                        \
	    .number = def,                                                     \
	    .is_term = true,                                                   \
	    .text = t},
#define BOOL(f, def, t)                                                        \
	{.name = #f,                                                           \
	    .kind = "true or false",                                           \
	    .text_default = (def) ? "true" : "false",                          \
	    .text = t},
#define WORD(f, w, def, t)                                                     \
	{.name = #f,                                                           \
	    .kind = "word",                                                    \
	    .text_default = def,                                               \
	    .words = w,                                                        \
	    .text = t},
#include "settings.def"
};

static void
print_number(const struct row *r, int64_t n)
{
	char term[TERM_SIZE];

	if (!r->is_term) {
		printf("%lld", (long long)n);
		return;
	}
	term_format(term, n);
	fputs(term, stdout);
}

static void
print_allowed(const struct row *r)
{
	if (r->words != NULL) {
		printf("One of: %s.\n", r->words);
	} else if (r->text_default == NULL) {
		print_number(r, r->low);
		fputs(" to ", stdout);
		print_number(r, r->high);
		puts(".");
	}
}

static void
print_default(const struct row *r)
{
	if (r->text_default != NULL && r->text_default[0] == '\0') {
		puts("Empty unless set.");
		return;
	}
	fputs("Default: ", stdout);
	if (r->text_default != NULL)
		fputs(r->text_default, stdout);
	else
		print_number(r, r->number);
	puts(".");
}

void
conf_print_page(void)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < NELEM(rows); i++) {
		printf(".It Ic %s Pq %s\n", rows[i].name, rows[i].kind);
		text_print_mdoc(rows[i].text);
		print_allowed(&rows[i]);
		print_default(&rows[i]);
	}
	puts(".El");
}
