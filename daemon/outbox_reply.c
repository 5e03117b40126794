#include "log.h"
#include "outbox_loop.h"

static const char *
member(const struct job *j, const char *name)
{
	return json_string_value(json_object_get(j->msg, name));
}

static enum outcome
run_answer(struct tx *tx, void *arg)
{
	const struct job *j = arg;

	return outbox_answer(
	    tx, member(j, "channel"), member(j, "from"), member(j, "text"));
}

/* Committed: the courier may forget the reply. */
static void
on_answered(void *arg, enum outcome how)
{
	struct job *j = arg;
	struct outbox *o = j->o;
	json_t *taken;

	if (how == OK && !o->is_stopped && o->link != NULL) {
		taken = json_pack("{s:s, s:O}", "do", "taken", "reply",
		    json_object_get(j->msg, "reply"));
		(void)courier_link_send(o->link, taken);
		json_decref(taken);
	}
	job_written(j, how);
}

void
outbox_take_reply(struct outbox *o, const json_t *msg)
{
	struct job *j;

	/* What it answers may have no row yet: it is offered again. */
	if (o->memory != NULL)
		return;
	j = job_new(o);
	j->msg = json_deep_copy(msg);
	if (json_object_get(j->msg, "reply") == NULL ||
	    member(j, "channel") == NULL || member(j, "from") == NULL ||
	    member(j, "text") == NULL) {
		log_warn("courier reply is not whole");
		(void)job_end(j);
		return;
	}
	job_post(j, run_answer, on_answered);
}
