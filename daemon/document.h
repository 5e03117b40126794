/*
 * Documents of a case: PDF and images, taken and given in parts of 192 KiB,
 * each sealed with the case key and tied to its document, its number and how
 * many there are, so that none can be changed, moved or cut off.
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "cases.h"

#define DOCUMENT_MAX ((int64_t)10 * 1024 * 1024)

struct document {
	char id[ID_SIZE], case_id[ID_SIZE];
	const char *type; /* static; NULL: its first part is not there */
	bool is_whole;
	bool differs; /* its parts are not what was said at the beginning */
	int64_t size, parts;
};
struct part {
	int64_t number; /* 1, 2, ... */
	const void *p;
	size_t n;
};

/*
 * The type that these first bytes of size bytes in all tell, or NULL; pure
 * (document_type.c).
 */
const char *document_type(const void *p, size_t n, int64_t size);
/* Its static name again, from one that was stored; NULL if it is none. */
const char *document_type_name(const char *stored);
/* ".pdf" for its type. */
const char *document_suffix(const char *type);

/*
 * By id, as who sees it; NOT_FOUND for a foreign unfinished one, and for one
 * that expired.
 */
enum outcome document_find(struct tx *tx, const struct case_row *c,
    const struct subject *by, const char *id, struct document *d);
/*
 * A new one of size bytes, not yet there; audited.  what: {title, sha256}, kept
 * sealed; sha256 in hex, of all of it, may be left out.  REFUSED if the case has
 * no room for it.
 */
enum outcome document_begin(struct tx *tx, const struct case_row *c,
    const struct subject *by, const json_t *what, struct document *d);
/*
 * Keep a part; the one that was missing last makes the document whole, which
 * is audited.  The same once more is OK.  INVALID: not as long as this part
 * is; REFUSED: its bytes are of no type that we take; CONFLICT: others are
 * there, or (differs) it was the last and all of them are not what was said.
 */
enum outcome document_take(struct tx *tx, struct document *d,
    const struct subject *by, const struct part *part);
/* A part opened, *n bytes that the caller wipes and frees; NOT_FOUND. */
enum outcome document_part(struct tx *tx, const struct document *d,
    int64_t number, char **bytes, size_t *n);
/* Forget an unfinished one; audited.  CONFLICT if it is whole. */
enum outcome document_drop(
    struct tx *tx, const struct document *d, const struct subject *by);
/* Forget the unfinished ones that rested too long. */
enum outcome documents_expire(struct tx *tx);

/*
 * What is known of it, its title opened; of an unfinished one with the numbers
 * of the parts that are missing.  The caller decrefs.
 */
json_t *document_json(struct tx *tx, const struct document *d);
/* Those that by sees, oldest first. */
json_t *documents_json(
    struct tx *tx, const struct case_row *c, const struct subject *by);

#endif
