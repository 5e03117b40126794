/*
 * The forms of a case (Mau 01-07 of Decree 56) as people write them: sealed,
 * version by version.  A draft is written over by the next saving; what was
 * filed is never changed, the next saving is a version after it.
 */
#ifndef CASE_FORMS_H
#define CASE_FORMS_H

#include "cases.h"
#include "schema.h"

#define FORM_CODE_SIZE 9
extern const struct schema case_form_input;

struct case_form {
	char id[ID_SIZE], case_id[ID_SIZE];
	char code[FORM_CODE_SIZE];
	int64_t version; /* 0: nobody wrote it yet */
	bool is_filed;
};

/* Does a step of the procedure go with such a form? */
bool case_form_is_known(struct tx *tx, const char *code);
/*
 * The newest of a form of this case, or of those merged into it; what may also
 * be the id of one version.  NOT_FOUND.
 */
enum outcome case_form_find(struct tx *tx, const struct case_row *c,
    const char *what, struct case_form *out);
/* What the schema cannot say: names are short codes, none twice. */
void case_form_check(const json_t *body, struct faults *faults);
/*
 * Keep {state, fields} as the version after newest, which is filled anew;
 * audits with the digest.
 */
enum outcome case_form_save(struct tx *tx, const struct case_row *c,
    const json_t *body, const struct subject *by, struct case_form *newest);
/*
 * {id, form, version, state, author, saved_at, fields}; NULL if it cannot be
 * opened.  The caller audits and decrefs.
 */
json_t *case_form_json(struct tx *tx, const struct case_form *f);
/* All versions without fields, newest first.  The caller audits and decrefs. */
json_t *case_forms_json(struct tx *tx, const struct case_row *c);

#endif
