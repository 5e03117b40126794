/* Cases as members see them; every look is in the audit chain. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "case_answer.h"
#include "case_view.h"
#include "clock.h"
#include "handlers.h"
#include "member_case.h"

/* The work on a merged case is done in the file that it is in. */
static bool
is_work(enum action what)
{
	return what == ACTION_case_act || what == ACTION_case_approve ||
	       what == ACTION_case_close || what == ACTION_case_assign ||
	       what == ACTION_case_escalate || what == ACTION_case_refer;
}

enum outcome
member_case(struct tx *tx, const struct request *r, struct response *a,
    enum action what, struct case_row *c)
{
	struct object o;
	enum outcome how = case_find(tx, r->args[0], c);

	if (how != OK && how != NOT_FOUND)
		return answer_outcome(a, how);
	/* Also of what is not there: "no" takes the same time for both. */
	case_object(tx, c, &r->subject, &o);
	if (how == NOT_FOUND)
		return answer_problem(a, "not_found");
	if (allow(&r->subject, what, &o, SEE_thing))
		return c->is_merged && is_work(what)
			   ? answer_problem(a, "case_merged")
			   : OK;
	return answer_problem(a,
	    allow(&r->subject, ACTION_case_read, &o, SEE_thing) ? "forbidden"
								: "not_found");
}

static enum outcome
audit_read(struct tx *tx, const struct request *r, const struct case_row *c,
    const char *act)
{
	return audit_add(tx, &(struct happening){
				 .actor = &r->subject,
				 .act = act,
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
			     });
}

/* GET /v1/cases/{code} */
enum outcome
case_read(struct tx *tx, const struct request *r, struct response *a)
{
	struct case_row c;
	enum outcome how = member_case(tx, r, a, ACTION_case_read, &c);

	if (how != OK)
		return how;
	how = audit_read(tx, r, &c, "case.read");
	if (how != OK)
		return answer_outcome(a, how);
	answer_etag(a, c.version);
	return answer_json(a, 200, case_full_json(tx, &c, &r->subject));
}
