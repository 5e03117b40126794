/* Answers about a case that members and the control socket both give. */
#ifndef CASE_ANSWER_H
#define CASE_ANSWER_H

#include "cases.h"
#include "http.h"

/* 200 {state, is_clear, unmet[]} with the case's ETag. */
enum outcome
gate_answer(struct tx *tx, const struct case_row *c, struct response *a);
/* 200 the newest plan, or 404; audited.  sealed: with what is narrative. */
enum outcome plan_answer(struct tx *tx, const struct request *r,
    const struct case_row *c, bool sealed, struct response *a);

#endif
