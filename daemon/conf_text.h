/* What libconfig 1.5 lets through silently, found in the text itself. */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include "core.h"

/*
 * Adds a fault, as path:line, for a byte order mark, text that is not UTF-8,
 * @include, escapes that vanish or are not letters (\x00, \u), octal-looking and hexadecimal
 * numbers, and numbers over 64 bits or a sign libconfig would drop.
 */
void conf_text_check(const char *path, const char *text, struct faults *faults);

/* How unlike two names are (Levenshtein), for "did you mean". */
size_t name_distance(const char *a, const char *b);

#endif
