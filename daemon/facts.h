/* What procedures may ask of a case: coded facts of facts.def, no narrative. */
#ifndef FACTS_H
#define FACTS_H

#include "core.h"

enum fact {
#define FACT(name, ...) FACT_##name,
#include "facts.def"
#undef FACT
	FACT_MAX
};
struct facts {
	int v[FACT_MAX]; /* index of the word */
};

/* By name; -1 if unknown. */
int fact_find(const char *name);
const char *fact_name(enum fact f);
/* Words of a fact in rising order: how many, by index, by text (or -1). */
int fact_n_words(enum fact f);
const char *fact_nth_word(enum fact f, int i);
int fact_word(enum fact f, const char *word);
const char *fact_text(const struct facts *f, enum fact which);

/*
 * JSON is {"risk":"high",...}.  What is missing or unknown stays at its first
 * word, which is the careful one.  The caller frees what format returns.
 */
void facts_parse(struct facts *f, const char *json);
char *facts_format(const struct facts *f);

#endif
