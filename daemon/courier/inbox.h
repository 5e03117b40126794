/*
 * Replies that come in as files: offered to the core until it says that they
 * are taken, only then removed.
 */
#ifndef INBOX_H
#define INBOX_H

#include "courier.h"

/* Look into all inboxes when a file comes, and now and then. */
struct inbox *inbox_start(struct courier *c);
/* The core came anew: offer everything again. */
void inbox_offer_again(struct inbox *b);
/* The core has committed it: "channel/file". */
void inbox_taken(struct inbox *b, const char *reply);
void inbox_stop(struct inbox *b);

/* A reply as smsd writes them. */
struct reply {
	char *from, *text;
};
/*
 * "Header: value" lines with From, a blank line, the text in UTF-8, Latin-1 or
 * (Alphabet: UCS2) UTF-16BE.  False if there is no sender or no blank line.
 */
bool reply_parse(const char *file, size_t len, struct reply *r);
void reply_done(struct reply *r);

#endif
