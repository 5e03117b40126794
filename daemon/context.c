#include "answerable.h"
#include "channels.h"
#include "hotlined.h"
#include "log.h"
#include "messages.h"
#include "procedure_check.h"

#include <stdlib.h>
#include <string.h>

/* Where systemd hands over credentials, else the setting. */
static char *
key_path(const struct conf *c)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	struct key probe;

	if (dir == NULL)
		return xstrdup(c->master_key_file);
	path = xasprintf("%s/master.key", dir);
	if (key_read(path, &probe) == NOT_FOUND) {
		free(path);
		return xstrdup(c->master_key_file);
	}
	key_wipe(&probe);
	return path;
}

void
context_set_key(struct context *c, const struct key *master)
{
	key_derive(master, "wrap", &c->wrap);
	key_derive(master, "blind", &c->blind);
}

static void
load_keys(struct context *c, struct faults *faults)
{
	char *path = key_path(c->conf);
	struct key master, old;

	switch (key_read_both(path, &master, &old)) {
	case OK:
		context_set_key(c, &master);
		if (old.version != 0) {
			key_derive(&old, "wrap", &c->wrap_old);
			key_derive(&old, "blind", &c->blind_old);
		}
		key_wipe(&master);
		key_wipe(&old);
		break;
	case NOT_FOUND:
		faults_add(faults, path,
		    "no master key; hotlinectl secret init makes one");
		break;
	default:
		faults_add(faults, path,
		    "master key: 64 hex digits are"
		    " needed, in a file nobody else may read (mode 0600)");
	}
	free(path);
}

/* A year that is missing is an alarm, a folder without any a mistake. */
static void
load_calendar(struct context *c, struct faults *faults)
{
	size_t n;

	conf_glob_free(conf_glob(c->conf->calendar, &n));
	if (n == 0)
		faults_add(faults, c->conf->calendar,
		    "no calendar files (*.conf) here");
	c->calendar = calendar_load(
	    c->conf->calendar, (int)c->conf->utc_offset_min, faults);
}

static void
load_procedure(struct context *c, struct faults *faults)
{
	char *path =
	    xasprintf("%s/%s.conf", c->conf->procedures, c->conf->procedure);
	struct procedure *p = procedure_load(path, faults);

	if (p != NULL)
		procedure_check(p, faults);
	if (p != NULL && c->calendar != NULL)
		procedure_check_bounds(p, c->calendar, faults);
	c->procedure = p;
	free(path);
}

struct context *
context_load(const char *conf_path, struct faults *faults)
{
	struct context *c = xcalloc(1, sizeof(*c));
	struct conf *conf = conf_load(conf_path, faults);

	c->conf = conf;
	if (conf == NULL)
		goto out;
	load_calendar(c, faults);
	c->messages = messages_load(conf->messages, faults);
	c->channels = channels_load(conf->channels, faults);
	load_procedure(c, faults);
	load_keys(c, faults);
	if (c->channels != NULL && conf->heartbeat_channel[0] != '\0' &&
	    channels_find(c->channels, conf->heartbeat_channel) == NULL)
		faults_add(faults, conf_path,
		    "heartbeat_channel: no channel '%s' in channels.conf",
		    conf->heartbeat_channel);
	if (c->procedure != NULL && c->channels != NULL)
		answerable_check(c, faults);
out:
	if (faults->n == 0)
		return c;
	context_free(c);
	return NULL;
}

void
context_free(void *context)
{
	struct context *c = context;

	if (c == NULL)
		return;
	procedure_free((struct procedure *)c->procedure);
	channels_free((struct channels *)c->channels);
	messages_free((struct messages *)c->messages);
	calendar_free((struct calendar *)c->calendar);
	conf_free((struct conf *)c->conf);
	key_wipe(&c->wrap);
	key_wipe(&c->blind);
	key_wipe(&c->wrap_old);
	key_wipe(&c->blind_old);
	free(c);
}
