/*
 * hotlinectl secret rotate: at every moment the key file opens the database,
 * also if we or the daemon die in the middle; said again, it goes on.
 */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seal.h"

#define LOOK_MS 200

static int
complain(const char *path, const char *why)
{
	fprintf(stderr, "hotlinectl: %s: %s\n", path, why);
	return CTL_NO;
}

/* The file's owner stays its owner: the daemon's user must read it. */
static bool
same_owner(const char *path, const char *as)
{
	struct stat st;

	return stat(as, &st) == 0 && chown(path, st.st_uid, st.st_gid) == 0;
}

/* Replace the file by one with these keys, whole or not at all. */
static int
put_keys(const char *path, const struct key *now, const struct key *old)
{
	char *next = xasprintf("%s.next", path);
	int rc = CTL_OK;

	(void)unlink(next);
	if (key_write(next, now, old) != OK || !same_owner(next, path) ||
	    rename(next, path) != 0)
		rc = complain(path, strerror(errno));
	(void)unlink(next);
	free(next);
	return rc;
}

static int
ask(struct call *c, json_t **state)
{
	json_object_clear(c->fields);
	return call_send_to(c, "GET", "/v1/admin/master-key", state);
}

/* Does the daemon use this master key? */
static bool
is_in_force(const json_t *state, const struct key *master)
{
	const char *print = json_string_value(json_object_get(state, "print"));
	char ours[17];
	struct key wrap;

	key_derive(master, "wrap", &wrap);
	key_print(&wrap, ours);
	key_wipe(&wrap);
	return print != NULL && strcmp(print, ours) == 0;
}

static int
send_key(struct call *c, const struct key *key)
{
	char hex[2 * KEY_SIZE + 1];
	json_t *answer = NULL;
	int rc;

	hex_encode(hex, key->bytes, KEY_SIZE);
	json_object_clear(c->fields);
	json_object_set_new(c->fields, "version", json_integer(key->version));
	json_object_set_new(c->fields, "key", json_string(hex));
	rc = call_send_to(c, "POST", "/v1/admin/master-key", &answer);
	json_decref(answer);
	explicit_bzero(hex, sizeof(hex));
	return rc;
}

static json_int_t
rows_left(const json_t *state)
{
	return json_integer_value(json_object_get(state, "left"));
}

/* Until nothing needs the old key. */
static int
wait_done(struct call *c, const char *path)
{
	const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};
	json_t *state = NULL;
	int rc = ask(c, &state);

	while (rc == CTL_OK && rows_left(state) > 0 &&
	       json_is_true(json_object_get(state, "is_running"))) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%s: %lld rows left ", path,
			    (long long)rows_left(state));
		json_decref(state);
		state = NULL;
		nanosleep(&moment, NULL);
		rc = ask(c, &state);
	}
	if (rc == CTL_OK && rows_left(state) > 0)
		rc = complain(path, "some rows still need the old key: it "
				    "stays in the file; see the log");
	json_decref(state);
	return rc;
}

/* Both keys are in the file before the daemon hears of the new one. */
static int
begin(struct call *c, const char *path, struct key *now, struct key *old)
{
	json_t *state = NULL;
	int rc = ask(c, &state);

	if (rc != CTL_OK)
		return rc;
	if (old->version == 0) {
		if (!is_in_force(state, now)) {
			rc = complain(path, "is not the key that the daemon "
					    "uses; nothing was changed");
			goto out;
		}
		*old = *now;
		key_random(now);
		now->version = old->version + 1;
		rc = put_keys(path, now, old);
	}
	if (rc == CTL_OK && !is_in_force(state, now))
		rc = send_key(c, now);
out:
	json_decref(state);
	return rc;
}

int
verb_secret_rotate(struct call *c)
{
	char *path = xstrdup(call_text(c, "file"));
	struct key now, old;
	int rc;

	if (key_read_both(path, &now, &old) != OK) {
		rc = complain(path, "no key that may be read");
		free(path);
		return rc;
	}
	rc = begin(c, path, &now, &old);
	if (rc == CTL_OK)
		rc = wait_done(c, path);
	if (rc == CTL_OK)
		rc = put_keys(path, &now, NULL);
	if (rc == CTL_OK)
		printf("%s: version %lld.  Print it for the safe, and keep the "
		       "print of version %lld until the backups of before are "
		       "gone.\n",
		    path, (long long)now.version, (long long)old.version);
	key_wipe(&now);
	key_wipe(&old);
	free(path);
	return rc;
}
