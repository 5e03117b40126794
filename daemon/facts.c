#include "facts.h"

#include <string.h>

#define WORDS_MAX 8
#define TEXT_SIZE 32 /* of the longest name or word, and its end */

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

/*
 * What stands between the next two quotation marks; false if nothing does.
 * Facts and their words are of a table: none is ever escaped.
 */
static bool
next_text(const char **at, char text[TEXT_SIZE])
{
	const char *from = strchr(*at, '"'), *to;

	size_t n;

	to = from == NULL ? NULL : strchr(from + 1, '"');
	if (to == NULL)
		return false;
	n = (size_t)(to - from - 1);
	n = n < TEXT_SIZE ? n : 0; /* no word of ours is as long */
	memcpy(text, from + 1, n);
	text[n] = '\0';
	*at = to + 1;
	return true;
}

static void
set_fact(struct facts *f, const char *name, const char *word)
{
	int which = fact_find(name);
	int nth = which < 0 ? -1 : fact_word((enum fact)which, word);

	if (nth >= 0)
		f->v[which] = nth;
}

void
facts_parse(struct facts *f, const char *json)
{
	char name[TEXT_SIZE], word[TEXT_SIZE];
	const char *at = json;

	memset(f, 0, sizeof(*f));
	while (next_text(&at, name)) {
		at += strspn(at, " :");
		if (*at == '"' && next_text(&at, word))
			set_fact(f, name, word);
	}
}

char *
facts_format(const struct facts *f)
{
	struct buf b = BUF_MAX(4096);

	for (int i = 0; i < FACT_MAX; i++) {
		buf_adds(&b, i == 0 ? "{\"" : ",\"");
		buf_adds(&b, table[i].name);
		buf_adds(&b, "\":\"");
		buf_adds(&b, fact_text(f, (enum fact)i));
		buf_adds(&b, "\"");
	}
	buf_adds(&b, "}");
	return buf_take(&b);
}
