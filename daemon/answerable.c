#include "answerable.h"

#include <stdlib.h>

#include "channels.h"
#include "net.h"
#include "procedure.h"

#define PROBE_MS 3000

static bool
any_replies(const struct channels *c)
{
	for (size_t i = 0; i < channels_n(c); i++)
		if (channels_nth(c, i)->replies)
			return true;
	return false;
}

/* Can an answer code come back?  No channels: the person's own order. */
static bool
replies(const char *const *names, size_t n, const struct channels *c)
{
	for (size_t i = 0; i < n; i++) {
		const struct channel_conf *ch = channels_find(c, names[i]);

		if (ch != NULL && ch->replies)
			return true;
	}
	return n == 0 && any_replies(c);
}

/* Every rung names channels that exist. */
static void
check_names(const struct context *c, const struct ladder *l, size_t rung,
    struct faults *faults)
{
	size_t n;
	const char *const *names = rung_channels(l, rung, &n);

	for (size_t i = 0; i < n; i++)
		if (channels_find(c->channels, names[i]) == NULL)
			faults_add(faults, c->conf->procedure,
			    "ladder %s, rung %zu: no channel '%s' in "
			    "channels.conf",
			    ladder_id(l), rung + 1, names[i]);
}

/* It only makes noise if nobody can answer: fault says why no link will do. */
static void
check_answers(const struct context *c, const struct ladder *l,
    const char *fault, struct faults *faults)
{
	for (size_t rung = 0; rung < ladder_n_rungs(l); rung++) {
		size_t n;
		const char *const *names = rung_channels(l, rung, &n);

		if (!replies(names, n, c->channels))
			faults_add(faults, c->conf->procedure,
			    "ladder %s, rung %zu: its urgent alerts cannot be "
			    "answered: give it a channel with replies = true, "
			    "or mend public_url: %s",
			    ladder_id(l), rung + 1, fault);
	}
}

static void
check_all(const struct context *c, const char *fault, struct faults *faults)
{
	for (size_t i = 0; i < procedure_n_ladders(c->procedure); i++) {
		const struct ladder *l = procedure_nth_ladder(c->procedure, i);

		if (fault != NULL && ladder_is_urgent(l))
			check_answers(c, l, fault, faults);
	}
}

/* Why no link can be opened, by what the settings alone tell. */
static const char *
link_fault(const struct conf *c)
{
	if (c->public_url[0] == '\0')
		return "it is empty";
	return c->public_url_inside ? NULL : url_form_fault(c->public_url);
}

void
answerable_check(const struct context *c, struct faults *faults)
{
	const struct procedure *p = c->procedure;

	for (size_t i = 0; i < procedure_n_ladders(p); i++) {
		const struct ladder *l = procedure_nth_ladder(p, i);

		for (size_t rung = 0; rung < ladder_n_rungs(l); rung++)
			check_names(c, l, rung, faults);
	}
	check_all(c, link_fault(c->conf), faults);
}

void
answerable_probe(const struct context *c, struct faults *faults)
{
	struct faults mute = {0};
	const char *fault = NULL;

	/* Who needs no link need not wait for one. */
	check_all(c, "", &mute);
	if (mute.n > 0)
		fault = url_probe(
		    c->conf->public_url, c->conf->public_url_inside, PROBE_MS);
	check_all(c, fault, faults);
	faults_done(&mute);
}
