#include "rotation.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "context.h"
#include "keyring.h"
#include "log.h"
#include "meta.h"

/* Of one job: a millisecond or two, so that nobody waits for it. */
#define KEYS_A_JOB   50
#define BLINDS_A_JOB 200
/* Between two jobs, and after one that failed. */
#define PAUSE_MS 5
#define RETRY_MS 1000

struct rotation {
	struct rotation_options o;
	struct event *again;
	bool is_running, is_stopped, is_flipped;
	int jobs;
	bool is_done; /* of the last job */
	int64_t version;
};

static enum outcome
fine(enum outcome how)
{
	return how == NOT_FOUND || how == CONFLICT ? OK : how;
}

/* ---- The small things, all at once ---- */

struct item {
	char id[ID_SIZE];
	unsigned char digest[BLIND_SIZE];
};

static enum outcome
flip_addresses(struct tx *tx, const struct key *key)
{
	struct rows *r = tx_query(tx, Q_ROTATE_ADDRESSES, NO_ARGS);
	struct item *list = NULL;
	size_t n = 0, len;
	enum outcome how;

	while (rows_next(r)) {
		const void *digest = row_blob(r, 1, &len);

		if (len != BLIND_SIZE)
			continue;
		list = xrealloc(list, n + 1, sizeof(*list));
		memcpy(list[n].digest, digest, len);
		snprintf(list[n++].id, ID_SIZE, "%s", row_text(r, 0));
	}
	how = rows_end(r);
	for (size_t i = 0; i < n && how == OK; i++) {
		blind_again(key, list[i].digest);
		how = tx_exec(tx, Q_ROTATE_ADDRESS,
		    ARGS(V_TEXT(list[i].id),
			V_BLOB(list[i].digest, BLIND_SIZE)));
	}
	free(list);
	return how;
}

static enum outcome
run_flip(struct tx *tx, void *arg)
{
	const struct context *c = tx_context(tx);
	enum outcome how;

	(void)arg;
	if (meta_number(tx, "index_version", 1) >= c->blind.version)
		return OK;
	how = index_keep(tx, &c->blind_old);
	if (how == OK)
		how = flip_addresses(tx, &c->blind);
	if (how == OK)
		how = meta_put(tx, "index_version", c->blind.version);
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){.actor = &audit_system,
				 .act = "key.rotating",
				 .object_kind = "master_key",
				 .object_id = "hotlined",
				 .detail = json_pack("{s:I}", "version",
				     (json_int_t)c->wrap.version)});
}

/* ---- The many, batch by batch ---- */

struct wrapped {
	char *id;
	struct key key;
};

static bool
open_row(const struct context *c, const struct rows *r, struct wrapped *w)
{
	struct place at = {"data_key", "wrapped", row_text(r, 0)};
	char *plain = NULL;
	size_t n;
	const void *p = row_blob(r, 2, &n);

	if (n != KEY_SIZE + SEAL_EXTRA ||
	    unseal(&c->wrap_old, &at, p, n, &plain) != OK) {
		log_error("data key cannot be opened: it stays under the old "
			  "master key owner=%s",
		    at.row);
		return false;
	}
	memcpy(w->key.bytes, plain, KEY_SIZE);
	explicit_bzero(plain, KEY_SIZE);
	seal_free(plain);
	w->id = xstrdup(at.row);
	return true;
}

static enum outcome
wrap_row(struct tx *tx, const struct wrapped *w)
{
	const struct context *c = tx_context(tx);
	struct place at = {"data_key", "wrapped", w->id};
	unsigned char *p;
	enum outcome how;
	size_t n;

	p = seal(&c->wrap, &at, w->key.bytes, KEY_SIZE, &n);
	how = tx_exec(tx, Q_ROTATE_KEY,
	    ARGS(V_TEXT(w->id), V_BLOB(p, n), V_INT(c->wrap.version)));
	free(p);
	return how;
}

/* *n: how many were wrapped anew. */
static enum outcome
rotate_keys(struct tx *tx, size_t *n)
{
	const struct context *c = tx_context(tx);
	struct wrapped list[KEYS_A_JOB];
	struct rows *r = tx_query(tx, Q_ROTATE_KEYS,
	    ARGS(V_INT(c->wrap_old.version), V_INT(KEYS_A_JOB)));
	enum outcome how;

	*n = 0;
	while (rows_next(r))
		if (open_row(c, r, &list[*n]))
			(*n)++;
	how = rows_end(r);
	for (size_t i = 0; i < *n; i++) {
		if (how == OK)
			how = wrap_row(tx, &list[i]);
		free(list[i].id);
		key_wipe(&list[i].key);
	}
	return how;
}

struct blind {
	char *kind, *owner_kind, *owner;
	unsigned char old[BLIND_SIZE];
};

static enum outcome
blind_row(struct tx *tx, const struct blind *b)
{
	const struct key *key = &tx_context(tx)->blind;
	unsigned char digest[BLIND_SIZE];
	enum outcome how;

	memcpy(digest, b->old, BLIND_SIZE);
	blind_again(key, digest);
	how = tx_exec(tx, Q_ROTATE_BLIND_OLD,
	    ARGS(
		V_TEXT(b->kind), V_BLOB(b->old, BLIND_SIZE), V_TEXT(b->owner)));
	if (how != OK)
		return how;
	return fine(tx_exec(tx, Q_BLIND_ADD,
	    ARGS(V_TEXT(b->kind), V_BLOB(digest, BLIND_SIZE),
		V_TEXT(b->owner_kind), V_TEXT(b->owner), V_TEXT(tx_ward(tx)),
		V_INT(key->version))));
}

static enum outcome
rotate_blinds(struct tx *tx, size_t *n)
{
	struct blind *list = xcalloc(BLINDS_A_JOB, sizeof(*list));
	struct rows *r = tx_query(tx, Q_ROTATE_BLINDS,
	    ARGS(
		V_INT(tx_context(tx)->blind_old.version), V_INT(BLINDS_A_JOB)));
	enum outcome how;
	size_t len;

	*n = 0;
	while (rows_next(r)) {
		struct blind *b = &list[*n];
		const void *digest = row_blob(r, 1, &len);

		memcpy(b->old, digest, len < BLIND_SIZE ? len : BLIND_SIZE);
		b->kind = xstrdup(row_text(r, 0));
		b->owner_kind = xstrdup(row_text(r, 2));
		b->owner = xstrdup(row_text(r, 3));
		(*n)++;
	}
	how = rows_end(r);
	for (size_t i = 0; i < *n; i++) {
		if (how == OK)
			how = blind_row(tx, &list[i]);
		free(list[i].kind);
		free(list[i].owner_kind);
		free(list[i].owner);
	}
	free(list);
	return how;
}

static enum outcome
run_batch(struct tx *tx, void *arg)
{
	struct rotation *ro = arg;
	size_t n_keys, n_blinds = 0;
	enum outcome how = rotate_keys(tx, &n_keys);

	if (how == OK && n_keys == 0)
		how = rotate_blinds(tx, &n_blinds);
	ro->is_done = how == OK && n_keys + n_blinds == 0;
	ro->version = tx_context(tx)->wrap.version;
	if (!ro->is_done)
		return how;
	return audit_add(
	    tx, &(struct happening){.actor = &audit_system,
		    .act = "key.rotated",
		    .object_kind = "master_key",
		    .object_id = "hotlined",
		    .detail = json_pack("{s:I}", "version", ro->version)});
}

int64_t
rotation_left(struct tx *tx)
{
	const struct context *c = tx_context(tx);

	return tx_number(
		   tx, Q_ROTATE_KEYS_LEFT, 0, ARGS(V_INT(c->wrap.version))) +
	       tx_number(
		   tx, Q_ROTATE_BLINDS_LEFT, 0, ARGS(V_INT(index_version(tx))));
}

/* ---- On the loop ---- */

static void
rotation_free(struct rotation *ro)
{
	free(ro);
}

static void
wait_ms(struct rotation *ro, int64_t ms)
{
	const struct timeval tv = {ms / SECOND, ms % SECOND * 1000};

	(void)event_add(ro->again, &tv);
}

static void
on_job(void *arg, enum outcome how)
{
	struct rotation *ro = arg;

	ro->jobs--;
	if (ro->is_stopped) {
		if (ro->jobs == 0)
			rotation_free(ro);
		return;
	}
	if (how != OK) {
		log_error("master key not replaced yet, trying on outcome=%d",
		    (int)how);
		wait_ms(ro, RETRY_MS);
		return;
	}
	if (ro->is_flipped && ro->is_done) {
		ro->is_running = false;
		log_info(
		    "master key replaced version=%lld", (long long)ro->version);
		ro->o.finished(ro->o.arg);
		return;
	}
	ro->is_flipped = true;
	wait_ms(ro, PAUSE_MS);
}

static void
post(struct rotation *ro)
{
	ro->jobs++;
	ro->is_done = false;
	store_post(ro->o.store, JOB_ACT, ro->is_flipped ? run_batch : run_flip,
	    on_job, ro);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	post(arg);
}

void
rotation_begin(struct rotation *ro)
{
	log_info("master key is being replaced");
	ro->is_running = true;
	ro->is_flipped = false;
	post(ro);
}

bool
rotation_is_running(const struct rotation *ro)
{
	return ro->is_running;
}

struct rotation *
rotation_start(const struct rotation_options *o, const struct context *c)
{
	struct rotation *ro = xcalloc(1, sizeof(*ro));

	ro->o = *o;
	ro->again = evtimer_new(o->base, on_again, ro);
	if (ro->again == NULL)
		fatal("no timer for the rotation");
	if (c->wrap_old.version != 0)
		rotation_begin(ro);
	return ro;
}

void
rotation_stop(struct rotation *ro)
{
	if (ro == NULL)
		return;
	ro->is_stopped = true;
	event_free(ro->again);
	if (ro->jobs == 0)
		rotation_free(ro);
}
