/*
 * Templates of the http channel: {to} {text} {subject} {id} {link} {secret},
 * and of a heartbeat {seq} {oldest} {events} {head} {ward} {at} {until};
 * escaped for the place they stand in.
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "channel.h"

enum escape {
	ESCAPE_NONE,
	ESCAPE_JSON,	/* inside a JSON string */
	ESCAPE_PERCENT, /* all but RFC 3986 unreserved: URLs and forms */
	ESCAPE_HEADER,	/* control characters become blanks */
};

/* The filled template, for the caller to free. */
char *template_fill(const char *template, enum escape escape,
    const struct errand *e, const char *secret);
/* The first {word} that is not known, for the caller to free, or NULL. */
char *template_wrong(const char *template);
/* True if the word ("secret") is used. */
bool template_uses(const char *template, const char *word);

/* One text escaped; the caller frees. */
char *escaped(enum escape escape, const char *s);
/*
 * Text as a channel can carry it: plain ASCII if so asked, without the
 * characters in drop (NULL: none).  The caller frees.
 */
char *wording(const char *s, bool is_ascii, const char *drop);

#endif
