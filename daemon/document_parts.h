/* The sealed parts of documents (document_part.c), for document.c. */
#ifndef DOCUMENT_PARTS_H
#define DOCUMENT_PARTS_H

#include "document.h"

/* Bytes that a part must have; 0 if there is none of this number. */
int64_t document_part_size(const struct document *d, int64_t number);
/* Seal and store. */
enum outcome
document_keep(struct tx *tx, const struct document *d, const struct part *part);
/* Is this part there already?  CONFLICT if it is another one. */
enum outcome document_compare(struct tx *tx, const struct document *d,
    const struct part *part, bool *was_there);
/* The hash of each sealed part, in order; the caller frees. */
enum outcome document_manifest(struct tx *tx, const struct document *d,
    unsigned char **manifest, size_t *n);
/* SHA-256 of all of it, opened. */
enum outcome document_sha256(
    struct tx *tx, const struct document *d, unsigned char out[HASH_SIZE]);
/* What was said at the beginning; NULL: erased.  In document_view.c. */
json_t *document_said(struct tx *tx, const struct document *d);

#endif
