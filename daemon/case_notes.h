/* Notes on a case: sealed, with author and time; corrected, never deleted. */
#ifndef CASE_NOTES_H
#define CASE_NOTES_H

#include "cases.h"

struct note {
	char id[ID_SIZE];
	const char *corrects; /* an earlier note, which stays; or NULL */
	const json_t *body;   /* {text, reason} */
};
/*
 * Keep a note under the case's key; fills n->id; audits.  NOT_FOUND: the note
 * that it corrects is not of this case.
 */
enum outcome case_note_add(struct tx *tx, const struct case_row *c,
    struct note *n, const struct subject *by);
/*
 * [{id, author, made_at, corrects, text, reason}], oldest first; without text
 * and reason unless sealed.  The caller audits and decrefs.
 */
json_t *case_notes_json(struct tx *tx, const struct case_row *c, bool sealed);

#endif
