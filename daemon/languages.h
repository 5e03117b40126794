/* Languages of members and children: rows of languages.def as bits. */
#ifndef LANGUAGES_H
#define LANGUAGES_H

#include "core.h"

enum language {
#define LANGUAGE(code, names) LANGUAGE_##code,
#include "languages.def"
#undef LANGUAGE
	LANGUAGE_MAX
};
/* Their codes (ISO 639-3), in order, and NULL. */
extern const char *const language_codes[LANGUAGE_MAX + 1];
/* The bits of a blank-separated list of codes; unknown ones are left out. */
unsigned languages_parse(const char *codes);
/*
 * The bit of a language as people write it on a form ("Ba Na", "jra"); 0 if it
 * is not known or NULL.
 */
unsigned language_of(const char *text);

#endif
