#include "beat.h"
#include "http_limits.h"
#include "log.h"
#include "notify.h"
#include "rotation.h"

#include <stdlib.h>
#include <string.h>

/*
 * The service manager hands over the key file as it was at the start: after a
 * rotation that is an older one, and ours stays in force.
 */
static bool
is_stale(const struct context *old, const struct context *new)
{
	return new->wrap.version < old->wrap.version;
}

static void
keep_keys(const struct context *old, struct context *new)
{
	new->wrap = old->wrap;
	new->blind = old->blind;
	new->wrap_old = old->wrap_old;
	new->blind_old = old->blind_old;
}

/* What would break rows already written is a fault, not a restart. */
static void
check_same(const struct context *old, const struct context *new,
    const char *where, struct faults *faults)
{
	if (strcmp(old->conf->ward, new->conf->ward) != 0)
		faults_add(
		    faults, where, "ward cannot change while the daemon runs");
	if (!equal_ct(old->wrap.bytes, new->wrap.bytes, KEY_SIZE) &&
	    !is_stale(old, new))
		faults_add(faults, where,
		    "the master key is another one; a reload does not rotate");
}

static void
tell_restart(struct hotlined *d, const struct context *new)
{
	free(d->restart_needed);
	d->restart_needed = conf_restart_needed(d->started_with, new->conf);
	if (d->restart_needed[0] != '\0')
		log_warn("reload done, restart needed for settings=\"%s\"",
		    d->restart_needed);
	else
		log_info("reload done");
}

static void
tell_faults(const struct faults *faults)
{
	for (size_t i = 0; i < faults_held(faults); i++)
		log_error("reload refused where=\"%s\" what=\"%s\"",
		    faults->list[i].where, faults->list[i].what);
}

void
http_limits(const struct conf *c, struct http_options *o)
{
	o->max_connections = c->max_connections;
	o->max_body = c->max_body_kib * 1024;
	o->deadline_ms = c->request_deadline;
	o->idle_ms = c->idle_timeout;
}

/* From here on everybody reads the new context. */
static void
put_in_force(struct hotlined *d, struct context *new)
{
	struct context *old = d->context;
	struct http_options limits = {0};

	(void)log_set_level(new->conf->log_level);
	http_limits(new->conf, &limits);
	http_set_limits(d->http, &limits);
	d->context = new;
	store_set_context(d->store, new, context_free, old);
	courier_link_reload(d->courier);
	beat_set(d->beat, new->conf);
	schedule_review(d->schedule);
}

bool
hotlined_reload(struct hotlined *d, struct faults *faults)
{
	struct context *new;

	notify_reloading();
	new = context_load(d->conf_path, faults);
	if (new != NULL)
		check_same(d->context, new, d->conf_path, faults);
	if (new == NULL || faults->n > 0) {
		context_free(new);
		tell_faults(faults);
		notify_ready("reload refused, still on the old settings");
		return false;
	}
	keep_keys(d->context, new);
	tell_restart(d, new);
	put_in_force(d, new);
	notify_ready("running");
	return true;
}

bool
hotlined_new_key(
    struct hotlined *d, const struct key *master, struct faults *faults)
{
	struct context *new = context_load(d->conf_path, faults);

	if (new == NULL) {
		tell_faults(faults);
		return false;
	}
	context_set_key(new, master);
	new->wrap_old = d->context->wrap;
	new->blind_old = d->context->blind;
	put_in_force(d, new);
	rotation_begin(d->rotation);
	return true;
}

void
hotlined_drop_old_key(struct hotlined *d)
{
	struct faults faults = {0};
	struct context *new = context_load(d->conf_path, &faults);

	if (new == NULL) {
		/* A restart will do it. */
		tell_faults(&faults);
	} else {
		keep_keys(d->context, new);
		key_wipe(&new->wrap_old);
		key_wipe(&new->blind_old);
		put_in_force(d, new);
	}
	faults_done(&faults);
}
