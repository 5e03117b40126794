/* QR codes (ISO 18004) of our own short texts: links, keys. */
#ifndef QR_CODE_H
#define QR_CODE_H

#include <stddef.h>

/*
 * The modules of the code of text in error correction M, row by row: '1' is
 * dark, '0' light; *width of them make a row, and four light ones belong
 * around it.  NULL: more than a code holds (2331 bytes).  Caller frees.
 */
char *qr_modules(const char *text, size_t *width);

#endif
