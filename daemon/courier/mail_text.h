/*
 * A mail as it goes over the wire: headers that cannot be broken out of and a
 * body of base64 (RFC 5322, 2045, 2047, 3834).
 */
#ifndef MAIL_TEXT_H
#define MAIL_TEXT_H

#include "core.h"

struct mail {
	const char *from, *from_name; /* the name may be NULL */
	const char *to, *subject, *text;
	const char *id;	    /* the same on every attempt */
	const char *domain; /* right side of the Message-ID */
	int64_t now;	    /* UTC ms */
};

/* The whole mail with CRLF line ends; the caller frees. */
char *mail_text(const struct mail *m, size_t *len);

/*
 * Text for a header: as it is if that is short printable ASCII, else encoded
 * words of at most 75 characters cut between UTF-8 characters and folded.
 * used: columns that the header's name takes.  Control characters become
 * blanks.  The caller frees.
 */
char *mail_words(const char *s, size_t used);
/* "Tue, 24 Nov 2026 07:00:00 +0000" (RFC 5322, 3.3). */
#define MAIL_DATE_SIZE 40
void mail_date(char out[MAIL_DATE_SIZE], int64_t ms);
/* An address that can stand between < and >: ASCII, one @, no blanks. */
bool mail_address_ok(const char *s);

#endif
