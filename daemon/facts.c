#include "facts.h"

#include <jansson.h>
#include <string.h>

#define WORDS_MAX 8

static const struct {
	const char *name;
	const char *words[WORDS_MAX]; /* ends with NULL */
} table[FACT_MAX] = {
#define FACT(name, ...) {#name, {__VA_ARGS__}},
#include "facts.def"
#undef FACT
};

int
fact_find(const char *name)
{
	for (int i = 0; i < FACT_MAX; i++)
		if (strcmp(table[i].name, name) == 0)
			return i;
	return -1;
}

const char *
fact_name(enum fact f)
{
	return table[f].name;
}

int
fact_n_words(enum fact f)
{
	int n = 0;

	while (table[f].words[n] != NULL)
		n++;
	return n;
}

const char *
fact_nth_word(enum fact f, int i)
{
	return table[f].words[i];
}

int
fact_word(enum fact f, const char *word)
{
	for (int i = 0; table[f].words[i] != NULL; i++)
		if (strcmp(table[f].words[i], word) == 0)
			return i;
	return -1;
}

const char *
fact_text(const struct facts *f, enum fact which)
{
	return table[which].words[f->v[which]];
}

void
facts_parse(struct facts *f, const char *json)
{
	json_t *all = json_loads(json, 0, NULL);

	memset(f, 0, sizeof(*f));
	for (int i = 0; i < FACT_MAX; i++) {
		const char *text =
		    json_string_value(json_object_get(all, table[i].name));
		int word = text == NULL ? -1 : fact_word((enum fact)i, text);

		if (word >= 0)
			f->v[i] = word;
	}
	json_decref(all);
}

char *
facts_format(const struct facts *f)
{
	struct buf b = BUF_MAX(4096);

	for (int i = 0; i < FACT_MAX; i++)
		buf_addf(&b, "%s\"%s\":\"%s\"", i == 0 ? "{" : ",",
		    table[i].name, fact_text(f, (enum fact)i));
	buf_adds(&b, "}");
	return buf_take(&b);
}
