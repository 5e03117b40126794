/* The catalogue of log messages: rows of log.def. */
#ifndef LOG_KINDS_H
#define LOG_KINDS_H

#include <stddef.h>

#include "log.h"

struct log_kind {
	enum log_level level;
	const char *words;   /* every such line begins with them */
	const char *id;	     /* MESSAGE_ID: 32 hex digits */
	const char *what_to; /* do about it */
};

/* The kind of a message by its format; NULL if it has none (debug lines). */
const struct log_kind *log_kind_of(const char *fmt);
/* The manual page of all kinds, hotline-messages(7), on stdout. */
void log_kinds_print(void);

#endif
