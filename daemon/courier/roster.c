#include "roster.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channels.h"
#include "clock.h"
#include "conf_term.h"
#include "secret.h"

#define TIMEOUT_DEFAULT (10 * SECOND)
#define TIMEOUT_LOW	SECOND
#define TIMEOUT_HIGH	(25 * SECOND)

struct roster {
	struct channels *channels; /* owns all texts */
	struct instance *list;
	size_t n;
	int holders;
};

#define AT(field) .offset = offsetof(struct common, field)
static const struct conf_key common_keys[] = {
    {.name = "name", .kind = KEY_TEXT, .required = true, AT(name)},
    {.name = "kind", .kind = KEY_ANY, AT(ignored)},
    {.name = "replies", .kind = KEY_ANY, AT(ignored)},
    {.name = "dedupes", .kind = KEY_ANY, AT(ignored)},
    {.name = "interval", .kind = KEY_ANY, AT(ignored)},
    {.name = "timeout", .kind = KEY_TEXT, AT(timeout)},
    {.name = "ca_file", .kind = KEY_TEXT, AT(ca_file)},
    {.name = "allow_private", .kind = KEY_BOOL, AT(allow_private)},
};

/* Texts and lists that must be there are: so check() may look at them. */
static bool
is_usable(const struct common *settings, const struct conf_key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const void *field = NULL;

		if (!keys[i].required ||
		    (keys[i].kind != KEY_TEXT && keys[i].kind != KEY_TEXTS))
			continue;
		memcpy(&field, (const char *)settings + keys[i].offset,
		    sizeof(field));
		if (field == NULL)
			return false;
	}
	return true;
}

/* What is common and what the kind adds, as one table. */
static bool
read_keys(
    const struct instance *i, const struct node *at, struct faults *faults)
{
	size_t n = NELEM(common_keys) + i->kind->n_keys;
	struct conf_key *keys = xcalloc(n, sizeof(*keys));
	bool is_ok;

	memcpy(keys, common_keys, sizeof(common_keys));
	memcpy(keys + NELEM(common_keys), i->kind->keys,
	    i->kind->n_keys * sizeof(*keys));
	is_ok = node_read(at, keys, n, i->settings, faults) ||
		is_usable(i->settings, keys, n);
	free(keys);
	return is_ok;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static void
check_common(struct common *c, const struct node *at, struct faults *faults)
{
	char *ca;

	c->timeout_ms = TIMEOUT_DEFAULT;
	if (c->timeout != NULL &&
	    (!term_parse(c->timeout, &c->timeout_ms) ||
		c->timeout_ms < TIMEOUT_LOW || c->timeout_ms > TIMEOUT_HIGH))
		node_fault(node_get(at, "timeout"), faults,
		    "'timeout' must be 1s to 25s");
	if (c->ca_file == NULL)
		return;
	ca = path_beside(c, c->ca_file);
	if (access(ca, R_OK) != 0)
		node_fault(node_get(at, "ca_file"), faults,
		    "'ca_file' cannot be read: %s", c->ca_file);
	c->ca_path = ca;
}

static void
instance_done(struct instance *i)
{
	if (i->kind->done != NULL)
		i->kind->done(i->settings);
	free(i->settings->ca_path);
	free(i->settings->dir);
	free(i->settings);
}

static void
read_instance(
    struct instance *i, const struct channel_conf *c, struct faults *faults)
{
	if (!read_keys(i, c->node, faults))
		return;
	check_common(i->settings, c->node, faults);
	i->kind->check(i->settings, c->node, faults);
	if (c->replies &&
	    (i->kind->inbox == NULL || i->kind->inbox(i->settings) == NULL))
		node_fault(node_get(c->node, "replies"), faults,
		    "replies = true needs a channel with an 'inbox'");
}

static void
add(struct roster *r, const struct channel_conf *c, const char *dir,
    struct faults *faults)
{
	struct instance *i = &r->list[r->n];
	size_t before = faults->n;

	i->kind = channel_kind(c->kind);
	if (i->kind == NULL) {
		node_fault(node_get(c->node, "kind"), faults,
		    "no kind of channel is called '%s'; there are email, "
		    "webhook, webpush, http, hotlined and spool",
		    c->kind);
		return;
	}
	i->name = c->name;
	i->settings = xcalloc(1, i->kind->size);
	i->settings->dir = xstrdup(dir);
	read_instance(i, c, faults);
	if (faults->n == before)
		r->n++;
	else
		instance_done(i);
}

struct roster *
roster_load(const char *path, struct faults *faults)
{
	struct roster *r = xcalloc(1, sizeof(*r));
	size_t before = faults->n;
	char *dir = folder_of(path);

	r->holders = 1;
	r->channels = channels_load(path, faults);
	if (r->channels != NULL) {
		size_t n = channels_n(r->channels);

		r->list = xcalloc(n, sizeof(*r->list));
		for (size_t i = 0; i < n; i++)
			add(r, channels_nth(r->channels, i), dir, faults);
	}
	free(dir);
	if (faults->n == before || r->n > 0)
		return r;
	roster_release(r);
	return NULL;
}

struct roster *
roster_hold(struct roster *r)
{
	r->holders++;
	return r;
}

void
roster_release(struct roster *r)
{
	if (r == NULL || --r->holders > 0)
		return;
	for (size_t i = 0; i < r->n; i++)
		instance_done(&r->list[i]);
	free(r->list);
	channels_free(r->channels);
	free(r);
}

size_t
roster_n(const struct roster *r)
{
	return r->n;
}

const struct instance *
roster_nth(const struct roster *r, size_t i)
{
	return &r->list[i];
}

const struct instance *
roster_find(const struct roster *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->list[i].name, name) == 0)
			return &r->list[i];
	return NULL;
}
