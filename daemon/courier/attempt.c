/* One errand from its packet to its result. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "courier.h"
#include "log.h"

/* The core hands over at most courier_parallel; more is a mistake there. */
#define PENDING_MAX 1024

struct attempt {
	struct courier *c;
	struct roster *roster; /* held: settings live as long as we */
	const struct instance *i;
	json_t *msg; /* holds the errand's texts */
	struct errand e;
};

static const char *
text(const json_t *msg, const char *name)
{
	return json_string_value(json_object_get(msg, name));
}

static bool
read_errand(const json_t *msg, struct errand *e)
{
	*e = (struct errand){
	    .delivery = text(msg, "id"),
	    .id = text(msg, "message"),
	    .channel = text(msg, "channel"),
	    .to = text(msg, "to"),
	    .subject = text(msg, "subject"),
	    .text = text(msg, "text"),
	    .link = text(msg, "link"),
	    .epoch = json_integer_value(json_object_get(msg, "epoch")),
	    .alerts = json_object_get(msg, "alerts"),
	    .words = json_object_get(msg, "words"),
	    .call = json_object_get(msg, "call"),
	    .is_beat = strcmp(text(msg, "do"), "beat") == 0,
	    .now = clock_now(),
	};
	if (e->id == NULL)
		e->id = e->delivery;
	return e->id != NULL && id_ok(e->id) && e->channel != NULL &&
	       e->to != NULL && e->subject != NULL && e->text != NULL;
}

static void
tell(struct courier *c, const struct errand *e, const struct judgement *j)
{
	json_t *msg = json_pack("{s:s, s:s, s:I, s:s, s:i}", "is",
	    e->is_beat ? "beat" : "result", "id", e->delivery, "epoch",
	    e->epoch, "class", class_word(j->class), "code", j->code);

	if (j->ref[0] != '\0')
		json_object_set_new(msg, "ref", json_string(j->ref));
	if (j->retry_after_ms > 0)
		json_object_set_new(msg, "retry_after_ms",
		    json_integer((json_int_t)j->retry_after_ms));
	if (courier_tell(c, msg))
		log_info("attempt delivery=%s class=%s code=%d", e->delivery,
		    class_word(j->class), j->code);
	else
		log_warn("result not told delivery=%s class=%s code=%d",
		    e->delivery, class_word(j->class), j->code);
	json_decref(msg);
}

static void
attempt_free(struct attempt *a)
{
	roster_release(a->roster);
	json_decref(a->msg);
	free(a);
}

static void
on_done(void *arg, const struct answer *answer)
{
	struct attempt *a = arg;
	struct courier *c = a->c;
	struct judgement j = {.class = AMBIGUOUS};

	if (answer != NULL) {
		a->i->kind->judge(a->i->settings, answer, &j);
		tell(c, &a->e, &j);
	}
	attempt_free(a);
	if (answer != NULL)
		courier_attempt_over(c);
}

static void
begin(struct attempt *a)
{
	const struct common *s = a->i->settings;
	struct transfer t = {0};

	if (!a->i->kind->prepare(s, &a->e, &t)) {
		transfer_done(&t);
		tell(a->c, &a->e, &(struct judgement){.class = PERMANENT});
		attempt_free(a);
		return;
	}
	t.ca_file = s->ca_path;
	t.timeout_ms = s->timeout_ms;
	t.allow_private = s->allow_private;
	fetch_start(a->e.is_beat ? a->c->beats : a->c->fetch, &t, on_done, a);
}

static void
attempt_new(struct courier *c, const struct instance *i, const json_t *msg)
{
	struct attempt *a = xcalloc(1, sizeof(*a));

	a->c = c;
	a->i = i;
	a->roster = roster_hold(c->roster);
	a->msg = json_deep_copy(msg);
	(void)read_errand(a->msg, &a->e);
	begin(a);
}

void
attempt_begin(struct courier *c, const json_t *msg)
{
	struct judgement j = {.class = PERMANENT};
	const struct instance *i;
	struct errand e;

	if (!read_errand(msg, &e)) {
		log_error("errand is not whole");
		return;
	}
	i = roster_find(c->roster, e.channel);
	if (i == NULL) {
		log_error("errand for no channel delivery=%s", e.id);
		tell(c, &e, &j);
	} else if (i->kind->deliver != NULL) {
		i->kind->deliver(i->settings, &e, &j);
		tell(c, &e, &j);
	} else if (fetch_pending(c->fetch) >= PENDING_MAX) {
		j.class = TRANSIENT;
		tell(c, &e, &j);
	} else {
		attempt_new(c, i, msg);
	}
}
