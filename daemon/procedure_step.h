/* What a procedure says of one of its steps. */
#ifndef PROCEDURE_STEP_H
#define PROCEDURE_STEP_H

#include <stdbool.h>

struct step; /* of a procedure, which owns all texts */

const char *step_id(const struct step *s);
const char *step_name(const struct step *s, const char *language);
/* Who does it: "holder", a role, or "anyone" outside the team. */
const char *step_role(const struct step *s);
/* Name of its step kind (handlers/step_<kind>.c). */
const char *step_kind(const struct step *s);
/* Does it wait for the chairman's agreement and end by an issued paper? */
bool step_needs_approval(const struct step *s);
/* "M02" and the like, or NULL. */
const char *step_form(const struct step *s);
/* "law", "procedure", "derived", "proposal", "local"; and the article. */
const char *step_basis(const struct step *s);
const char *step_source(const struct step *s);
/* Which leg a lapse is charged to: "sender", "duty", "officer", ... */
const char *step_leg(const struct step *s);
/* It belongs to the ward, not to a case: a report, a request. */
bool step_is_ward(const struct step *s);
/* The day of each year on which it opens, 520 for 20 May; 0: none. */
int step_date(const struct step *s);
/* A human may open it by name, item by item. */
bool step_is_asked(const struct step *s);

#endif
