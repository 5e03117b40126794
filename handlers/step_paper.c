/*
 * The paper of an order that was given by word of mouth: the step itself was
 * done by the order, this one ends when the paper is issued.
 */
#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "context.h"
#include "procedure_gate.h"
#include "step.h"

static const struct field fields[] = {STEP_FIELDS};
static const struct schema schema = {fields, NELEM(fields)};

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	(void)tx;
	if (!step_has(k, "paper"))
		faults_add(
		    faults, "/paper", "cần số, ngày, người ký của văn bản");
}

/* The orders whose paper this step is: it opens on "<step>.oral". */
static enum outcome
issue(struct tx *tx, struct step_call *k, const struct step *s)
{
	char *event = xasprintf("%s.oral", step_id(s));
	struct approval p;
	enum outcome how = NOT_FOUND;

	if (step_opens_on(k->step, event))
		how = approval_ordered(tx, k->c, step_id(s), &p);
	free(event);
	if (how != OK)
		return how == NOT_FOUND ? OK : how;
	return approval_issue(tx, k->c, &p, &k->act);
}

static enum outcome
done(struct tx *tx, struct step_call *k)
{
	const struct procedure *p = tx_context(tx)->procedure;
	enum outcome how = step_finish(tx, k);

	for (size_t i = 0; i < procedure_n_steps(p) && how == OK; i++)
		how = issue(tx, k, procedure_nth_step(p, i));
	return how;
}

const struct step_kind step_paper = {
    .name = "paper", .schema = &schema, .check = check, .done = done};
