/* Text as people write it: Vietnamese, Bahnar and Jrai names included. */
#ifndef TEXT_H
#define TEXT_H

#include "core.h"

/*
 * What blind indexes are taken of: NFKD, lower case, marks off, d with stroke
 * to d, b with stroke to b, apostrophes and hyphens dropped, white space
 * folded to one blank.  NULL if it is not UTF-8; the caller frees.
 */
char *text_fold(const char *s);
/* NFC, CR LF as LF; NULL if it is not UTF-8 or holds another control character
 * than \n and \t. */
char *text_nfc(const char *s);
/* A phone number as digits with the country code: 0905 -> 84905.  "" if there
 * is no digit.  The caller frees. */
char *text_phone(const char *s);
/*
 * Where somebody is reached: a phone number as text_phone, whatever else it may
 * be (mail, a chat) in small letters without blanks.  The caller frees.
 */
char *text_address(const char *s);
/* Plain ASCII for SMS: marks off, d for d with stroke, other signs dropped;
 * "" if it is not UTF-8.  The caller frees, as of text_nfc. */
char *text_ascii(const char *s);
bool text_is_utf8(const char *s, size_t n);

/*
 * A paragraph of a manual page to stdout, a sentence a line; what mdoc(7) would
 * take for its own is escaped.
 */
void text_print_mdoc(const char *s);

#endif
