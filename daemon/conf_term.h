/* Durations of settings: "250ms", "30s", "15m", "12h", "7d". */
#ifndef CONF_TERM_H
#define CONF_TERM_H

#include "core.h"

#define TERM_SIZE 24

/* Milliseconds, or false for anything else. */
bool term_parse(const char *s, int64_t *ms);
/* The shortest form that is exact. */
void term_format(char out[TERM_SIZE], int64_t ms);

#endif
