/*
 * Form Mau 01 of Decree 56/2017 as JSON: the body of POST /v1/referrals and of
 * its updates, checked whole: every mistake at once.
 */
#ifndef MAU01_H
#define MAU01_H

#include <jansson.h>

#include "core.h"

/* A sender's clock may be this far ahead of ours, ms. */
#define MAU01_AHEAD (300 * (int64_t)1000)

/*
 * True if no fault was added.  by_agency: on_behalf_of is refused, else it is
 * required.  body NULL is one fault at "".
 */
bool mau01_check(
    const json_t *body, bool by_agency, int64_t now, struct faults *faults);
/* The body of an update: {text, risk, alleged}. */
bool mau01_check_update(const json_t *body, struct faults *faults);

/* A part of it alone: "child", "alleged", else a person around the child. */
bool mau01_check_part(
    const char *part, const json_t *object, int64_t now, struct faults *faults);

/* A text of an object; NULL if it is not there. */
const char *mau01_text(const json_t *object, const char *name);
/* When the first place of receipt got it, never later than now. */
int64_t mau01_first_receipt(const json_t *body, int64_t now);
/* The sender hands the case over. */
bool mau01_is_transfer(const json_t *body);
/* The alleged person is a parent or the carer (D56 31.1, 32.1). */
bool mau01_is_carer_alleged(const json_t *body);
/* The body in NFC, as it is stored; NULL if a text has no such form. */
json_t *mau01_normalise(const json_t *body);

#endif
